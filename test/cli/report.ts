// A status report of two directors, as vs1's daemon would give it.
import type { DaemonStatus, DirectorStatus, StatusReport } from '../../src/control/status.ts';
import { millis } from '../../src/core/types.ts';
import type { GroupSnapshot, KeeperSnapshot, PeerSnapshot } from '../../src/keeper/messages.ts';

const rules = { revision: 12, digest: '00112233445566aa', ready: true };

export const group = (change: Partial<GroupSnapshot>): GroupSnapshot => ({
  vrid: 51,
  name: 'web',
  phase: 'active',
  priority: 150,
  active: 'vs1',
  preferred: 'vs1',
  reason: 'active-down',
  sinceAgo: millis(3 * 3_600_000),
  vips: [
    { address: '10.0.0.1', prefix: 24, dev: 'eth0', held: true },
    { address: '2001:db8::1', prefix: 64, dev: 'eth1', held: true },
  ],
  lastTakeover: undefined,
  ...change,
});

const vsbakHeard: PeerSnapshot = {
  node: 'vsbak',
  heard: true,
  hearsUs: true,
  lastHeardAgo: millis(40),
  incarnation: 4,
  rules,
  keyId: 1,
  groups: [{ vrid: 51, phase: 'backup', priority: 100, handover: undefined }],
  links: [
    {
      link: 0,
      local: '10.0.0.2',
      remote: '10.0.0.3',
      lastHeardAgo: millis(40),
      heard: true,
      arrived: 990,
      missed: 0,
      loss: 0,
      roundTrip: millis(0.3127),
      roundTrips: { median: millis(0.3), max: millis(2.1) },
      refused: undefined,
    },
    {
      link: 1,
      local: '192.168.1.2',
      remote: '192.168.1.3',
      lastHeardAgo: undefined,
      heard: false,
      arrived: 0,
      missed: 0,
      loss: 1,
      roundTrip: undefined,
      roundTrips: undefined,
    },
  ],
};

export const keeper = (change: Partial<KeeperSnapshot> = {}): KeeperSnapshot => ({
  self: 'vs1',
  takenAt: millis(61_000),
  incarnation: 3,
  maintenance: false,
  stopping: false,
  realtime: 'SCHED_FIFO 50',
  lateness: { p50: 0.08, p99: 0.2, max: 12.4, count: 100, sum: 20, buckets: [{ upTo: 100, count: 100 }] },
  groups: [
    group({
      lastTakeover: {
        vrid: 51,
        decidedAt: millis(1000),
        rulesInAt: millis(1000.01),
        vipAddedAt: millis(1000.5),
        announcedAt: millis(1012),
      },
    }),
  ],
  peers: [vsbakHeard],
  links: [{ dev: 'eth0', up: true }],
  rules,
  adverts: { sent: 9, received: 8, dropped: { stale: 2, 'wrong-key': 0 }, sendFailures: 1 },
  kernelFailures: [],
  ...change,
});

export const daemon = (change: Partial<DaemonStatus> = {}): DaemonStatus => ({
  pid: 4711,
  version: '0.1.0',
  configFile: '/etc/vspair/vspair.yaml',
  uptimeMs: 90_061_000,
  memoryBytes: 80 * 2 ** 20,
  store: { backend: 'redis', connected: true, detail: undefined },
  rules: { revision: 12, digest: rules.digest, services: 1, servers: 2, source: 'store', errors: [], drift: [], draining: [] },
  settingsRefused: [],
  alerts: { delivered: 0, failed: 0, waiting: 0, lastFailure: undefined, channels: [] },
  neighbours: [{ address: '10.0.0.1', dev: 'eth0', mac: '02:00:0a:00:00:02', detail: undefined }],
  fileProblems: [],
  ...change,
});

export const vsbak: DirectorStatus = {
  keeper: keeper({
    self: 'vsbak',
    peers: [],
    groups: [
      group({
        phase: 'backup',
        priority: 100,
        reason: 'started',
        sinceAgo: millis(86_400_000),
        vips: [
          { address: '10.0.0.1', prefix: 24, dev: 'eth0', held: false },
          { address: '2001:db8::1', prefix: 64, dev: 'eth1', held: false },
        ],
      }),
    ],
  }),
  daemon: daemon({
    pid: 815,
    store: { backend: 'redis', connected: false, detail: 'connection refused' },
    alerts: { delivered: 1, failed: 2, waiting: 0, lastFailure: 'https://ops.example/hook: 503', channels: [] },
  }),
};

export const report = (change: Partial<StatusReport> = {}): StatusReport => ({
  cluster: 'web',
  node: 'vs1',
  healthy: true,
  verdict: { state: 'protected', text: 'the pair would survive a failure now', advice: null },
  summary: 'web: vs1 active, vsbak ready to take over',
  problems: [],
  self: { keeper: keeper(), daemon: daemon() },
  peers: [{ node: 'vsbak', via: 'channel', director: vsbak, ageMs: 3.4 }],
  events: [],
  ...change,
});
