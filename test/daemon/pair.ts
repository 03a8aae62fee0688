// What vs1 of a healthy pair says of itself and has heard of vsbak; tests change what is wrong.
import type { DaemonStatus, DirectorStatus, PeerStatus, StatusReport } from '../../src/control/status.ts';
import { type GroupPhase, millis, type RulesMark } from '../../src/core/types.ts';
import { statusReport } from '../../src/daemon/statusReport.ts';
import type { GroupSnapshot, KeeperSnapshot, LinkSnapshot, PeerSnapshot } from '../../src/keeper/messages.ts';

export const rules: RulesMark = { revision: 3, digest: '00112233aabbccdd', ready: true };

export const group = (more: Partial<GroupSnapshot> = {}): GroupSnapshot => ({
  vrid: 51,
  name: 'web',
  phase: 'active',
  priority: 150,
  active: 'vs1',
  preferred: 'vs1',
  reason: 'active-down',
  sinceAgo: millis(60_000),
  vips: [
    { address: '10.0.0.1', prefix: 24, dev: 'eth0', held: true },
    { address: '192.168.1.254', prefix: 24, dev: 'eth1', held: true },
  ],
  lastTakeover: undefined,
  ...more,
});

export const link = (number: number, more: Partial<LinkSnapshot> = {}): LinkSnapshot => ({
  link: number,
  local: number === 0 ? '10.0.0.2' : '192.168.1.2',
  remote: number === 0 ? '10.0.0.3' : '192.168.1.3',
  lastHeardAgo: millis(40),
  ...{ heard: true, arrived: 1000, missed: 0 },
  loss: 0,
  roundTrip: millis(0.2),
  roundTrips: { median: millis(0.2), max: millis(1.5) },
  ...more,
});

export const peer = (more: Partial<PeerSnapshot> = {}, phase: GroupPhase = 'backup'): PeerSnapshot => ({
  node: 'vsbak',
  heard: true,
  hearsUs: true,
  keyId: 1,
  lastHeardAgo: millis(40),
  incarnation: 7,
  rules,
  groups: [{ vrid: 51, phase, priority: 100, handover: undefined }],
  links: [link(0), link(1)],
  ...more,
});

export const keeper = (more: Partial<KeeperSnapshot> = {}): KeeperSnapshot => ({
  takenAt: millis(100_000),
  self: 'vs1',
  incarnation: 4,
  maintenance: false,
  stopping: false,
  realtime: 'SCHED_FIFO 50',
  lateness: { p50: 0.1, p99: 0.3, max: 2, count: 1000, sum: 120, buckets: [{ upTo: 1, count: 999 }] },
  groups: [group()],
  peers: [peer()],
  links: [
    { dev: 'eth0', up: true },
    { dev: 'eth1', up: true },
  ],
  rules,
  adverts: { sent: 1000, received: 1000, dropped: {}, sendFailures: 0 },
  kernelFailures: [],
  ...more,
});

export const daemon = (more: Partial<DaemonStatus> = {}): DaemonStatus => ({
  pid: 100,
  version: '0.0.0',
  configFile: '/etc/vspair/vspair.yaml',
  uptimeMs: 60_000,
  memoryBytes: 80_000_000,
  store: { backend: 'redis', connected: true, detail: undefined },
  rules: { revision: 3, digest: rules.digest, services: 1, servers: 2, source: 'store', errors: [], drift: [], draining: [] },
  settingsRefused: [],
  alerts: { delivered: 0, failed: 0, waiting: 0, lastFailure: undefined, channels: [] },
  neighbours: [],
  fileProblems: [],
  ...more,
});

export const director = (keeperMore: Partial<KeeperSnapshot> = {}, daemonMore: Partial<DaemonStatus> = {}): DirectorStatus => ({
  keeper: keeper(keeperMore),
  daemon: daemon(daemonMore),
});

/** vsbak by its own account. */
export const vsbak = (keeperMore: Partial<KeeperSnapshot> = {}, daemonMore: Partial<DaemonStatus> = {}): PeerStatus => ({
  node: 'vsbak',
  via: 'channel',
  ageMs: 2,
  director: director({ self: 'vsbak', groups: [group({ phase: 'backup' })], peers: [], ...keeperMore }, daemonMore),
});

export const reportOf = (self: DirectorStatus, ...peers: readonly PeerStatus[]): StatusReport =>
  statusReport({ cluster: 'web', self, peers });
