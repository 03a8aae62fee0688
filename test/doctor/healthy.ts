// What a doctor sees of a director of the lab's picture that lacks nothing: vs1 is active, vsbak is its backup, both run.
// Tests change one thing of it.
import { configDigest } from '../../src/config/digest.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { DirectorStatus } from '../../src/control/status.ts';
import { millis } from '../../src/core/types.ts';
import { type DirectorSeen, known, type LinkHeard, type PathSeen, type Site, type WireSeen } from '../../src/doctor/seen.ts';
import type { LinkSnapshot, PeerSnapshot } from '../../src/keeper/messages.ts';
import type { ForwardingMethod, VirtualService } from '../../src/rules/document.ts';
import { daemon, keeper, report } from '../cli/report.ts';
import { rules, server, service } from '../rules/documents.ts';

export const configText = `cluster: web
directors:
  vs1: { priority: 150, addresses: [10.0.0.2, 192.168.1.2] }
  vsbak: { priority: 100, addresses: [10.0.0.3, 192.168.1.3] }
groups:
  - { name: web, vrid: 51, vips: [{ address: 10.0.0.1/24, dev: eth0 }] }
`;

export function siteOf(text: string = configText): Site {
  const read = parseConfig(text, '/etc/vspair/vspair.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const [self, ...others] = read.config.directors;
  if (self === undefined) throw new Error('no director');
  return { config: read.config, digest: configDigest(read.config), self, others };
}

const [sample] = keeper().peers;
const [sampleLink] = sample?.links ?? [];
if (sample === undefined || sampleLink === undefined) throw new Error('the sample has no link');
const link0: LinkSnapshot = { ...sampleLink, lastHeardAgo: millis(40), loss: 0, roundTrip: millis(0.3) };

const endsOf = (link: number) => (link === 0 ? { local: '10.0.0.2', remote: '10.0.0.3' } : { local: '192.168.1.2', remote: '192.168.1.3' });

/** A director as the other one sees it, with changes of its second link. */
const peerSnapshot = (node: string, second: Partial<LinkSnapshot>): PeerSnapshot => ({
  ...sample,
  node,
  links: [link0, { ...link0, ...endsOf(1), link: 1, ...second }],
});

/** `hearing`: what is special about the second link as vs1 hears it. */
export const runningDaemon = (hearing: Partial<LinkSnapshot> = {}): DirectorSeen['daemon'] => ({
  state: 'running',
  report: report({
    self: {
      keeper: keeper({ peers: [peerSnapshot('vsbak', hearing)] }),
      daemon: daemon({ config: siteOf().digest }),
    },
  }),
});

/** `hearing`: what is special about the second link as vsbak hears it. */
export const vsbakStatus = (change: Partial<DirectorStatus['daemon']> = {}, hearing: Partial<LinkSnapshot> = {}): DirectorStatus => ({
  keeper: keeper({ self: 'vsbak', peers: [peerSnapshot('vs1', hearing)], links: [{ dev: 'eth0', up: true, mac: '02:00:0a:00:00:03' }] }),
  daemon: daemon({ config: siteOf().digest, ...change }),
});

export const path = (link: number, change: Partial<PathSeen> = {}): PathSeen => ({
  peer: 'vsbak',
  link,
  ...endsOf(link),
  device: { dev: `eth${link}`, mtu: 1500 },
  echo: known({ small: true, large: true }),
  ...change,
});

export const linkHeard = (link: number, change: Partial<LinkHeard> = {}): LinkHeard => ({
  peer: 'vsbak',
  link,
  ...endsOf(link),
  onWire: 30,
  arrived: 30,
  refusals: [],
  echoMs: 50,
  left: 30,
  ...change,
});

export const wire = (change: Partial<WireSeen> = {}): WireSeen => ({
  listenedMs: 3000,
  devices: ['eth0', 'eth1'],
  links: [linkHeard(0), linkHeard(1)],
  vrrp: [],
  claims: [],
  syncMessages: 0,
  ...change,
});

const sysctls: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '0',
  'net/ipv4/conf/all/rp_filter': '0',
  'net/ipv4/conf/eth0/rp_filter': '0',
  'net/ipv4/conf/all/promote_secondaries': '1',
  'net/ipv4/conf/all/arp_ignore': '0',
  'net/ipv4/vs/sloppy_tcp': '0',
  'net/ipv4/vs/expire_nodest_conn': '1',
  'net/ipv4/vs/expire_quiescent_template': '0',
  'net/ipv4/vs/backup_only': '0',
  'net/ipv4/vs/conntrack': '0',
  'net/ipv4/vs/pmtu_disc': '1',
  'net/ipv4/vs/run_estimation': '1',
};

export const kernel = (change: Readonly<Record<string, string | undefined>> = {}, more: Partial<DirectorSeen['kernel']> = {}) => ({
  release: '6.1.0',
  ipvs: true,
  modules: { present: new Set(['ip_vs', 'ip_vs_rr']), installed: new Set(['ip_vs', 'ip_vs_rr', 'ip_vs_wlc']), closed: false },
  sysctl: (name: string) => (name in change ? change[name] : sysctls[name]),
  ...more,
});

/** One service with one server, which is reached so. */
export const rulesBy = (forward: ForwardingMethod, address = '10.0.0.11', more: Partial<VirtualService> = {}): DirectorSeen['rules'] =>
  known(rules(service('10.0.0.1', [server(address, { forward })], more)));

export const healthy = (change: Partial<DirectorSeen> = {}): DirectorSeen => ({
  config: { file: '/etc/vspair/vspair.yaml', problems: [], warnings: [], complaints: [] },
  kernel: kernel(),
  daemon: runningDaemon(),
  capabilities: known({ owner: 'the daemon (pid 4711)', held: ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_NICE'] }),
  version: '0.1.0',
  site: siteOf(),
  secret: undefined,
  rules: known(undefined),
  devices: [
    { dev: 'lo', index: 1, mac: '00:00:00:00:00:00', up: true, mtu: 65536 },
    { dev: 'eth0', index: 2, mac: '02:00:0a:00:00:02', up: true, mtu: 1500 },
    { dev: 'eth1', index: 3, mac: '02:00:c0:a8:01:02', up: true, mtu: 1500 },
  ],
  addresses: [
    { family: 4, address: '10.0.0.2', prefix: 24, dev: 'eth0' },
    { family: 4, address: '10.0.0.1', prefix: 24, dev: 'eth0' },
    { family: 4, address: '192.168.1.2', prefix: 24, dev: 'eth1' },
  ],
  ports: [{ protocol: 'udp', address: '10.0.0.2', port: 1112, holder: 'daemon', program: 'vspair (pid 4711)' }],
  peers: [{ node: 'vsbak', status: known(vsbakStatus()), clock: { aheadMs: 20, uncertaintyMs: 5 } }],
  wire: known(wire()),
  paths: [path(0), path(1)],
  vips: [{ address: '10.0.0.1', dev: 'eth0', held: true, answers: known([]), table: undefined }],
  neighbours: [
    { address: '10.0.0.3', mac: '02:00:0a:00:00:03' },
    { address: '10.0.0.11', mac: '02:00:0a:00:00:0b' },
  ],
  firewall: known({ chains: [], rules: [] }),
  redis: { used: false },
  ...change,
});
