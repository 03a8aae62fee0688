// The table of all that the kernel's IPVS can be told, one row for each thing: rules that use it.
import type { RealServer, RulesDocument, SchedulerFlag, Tunnel, VirtualService } from '../../src/rules/document.ts';
import { rules, server, service } from '../rules/documents.ts';

export interface Row {
  readonly what: string;
  readonly document: RulesDocument;
  /** Whether `ipvsadm -Sn` (1.31) prints all of it; else only the kernel's own account over netlink can tell. */
  readonly printed: boolean;
}

const row = (what: string, ...services: readonly VirtualService[]): Row => ({ what, document: rules(...services), printed: true });

const two = [server('10.0.0.11'), server('10.0.0.12', { weight: 5 })];
const two6 = [server('2001:db8::11'), server('2001:db8::12', { weight: 5 })];
const web = service('10.0.0.1', two);
const web6 = service('2001:db8::1', two6);

const markOf = (family: 4 | 6, servers: readonly RealServer[], more: Partial<VirtualService> = {}): VirtualService => ({
  ...service('10.0.0.1', servers),
  match: { by: 'mark', family, mark: 7 },
  ...more,
});

const toPort = (port: number, servers: readonly RealServer[]): RealServer[] => servers.map((one) => ({ ...one, port }));

const protocols = (['tcp', 'udp', 'sctp'] as const).flatMap((protocol) => [
  row(`${protocol}, IPv4`, service('10.0.0.1', two, { protocol })),
  row(`${protocol}, IPv6`, service('2001:db8::1', two6, { protocol })),
]);

const families = [
  row('mixed families: an IPv6 server of an IPv4 service, tun', service('10.0.0.1', [server('2001:db8::11', { forward: 'tun' })])),
  row('mixed families: an IPv4 server of an IPv6 service, tun', service('2001:db8::1', [server('10.0.0.11', { forward: 'tun' })])),
  row('mixed families: both in one service', service('10.0.0.1', [...two, server('2001:db8::11', { forward: 'tun' })])),
];

const marks = [
  row('firewall mark, IPv4', markOf(4, toPort(0, two))),
  row('firewall mark, IPv6', markOf(6, toPort(0, two6))),
  row('firewall mark, the largest that ipvsadm takes', {
    ...markOf(4, toPort(0, two)),
    match: { by: 'mark', family: 4, mark: 0x7fff_ffff },
  }),
  row('firewall mark, nat to a port', markOf(4, [server('10.0.0.11', { port: 8080, forward: 'nat' })])),
  row('firewall mark, mixed families', markOf(6, [server('10.0.0.11', { port: 0, forward: 'tun' })])),
];

const range = { port: 8000, lastPort: 8003 };
const ports = [
  row('port range, dr: each port as it is', service('10.0.0.1', [server('10.0.0.11', range)], range)),
  row('port range, IPv6', service('2001:db8::1', [server('2001:db8::11', range)], range)),
  row(
    'port range, nat: each port to its counterpart',
    service('10.0.0.1', [server('10.0.0.11', { port: 9000, lastPort: 9003, forward: 'nat' })], range),
  ),
  row('port range, nat: all ports to one', service('10.0.0.1', [server('10.0.0.11', { forward: 'nat' })], range)),
  row('all ports, persistent, IPv4', service('10.0.0.1', toPort(0, two), { port: 0, persistence: 300 })),
  row('all ports, persistent, IPv6', service('2001:db8::1', toPort(0, two6), { port: 0, persistence: 300 })),
];

const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh'].map((scheduler) =>
  row(`scheduler ${scheduler}`, { ...web, scheduler }, { ...web6, scheduler }),
);

const flagged = (scheduler: string, schedulerFlags: readonly SchedulerFlag[]): Row =>
  row(`scheduler ${scheduler} with ${schedulerFlags.join(' and ')}`, { ...web, scheduler, schedulerFlags });

const flags = [
  flagged('sh', ['sh-fallback']),
  flagged('sh', ['sh-port']),
  flagged('sh', ['sh-fallback', 'sh-port']),
  flagged('mh', ['mh-fallback']),
  flagged('mh', ['mh-port']),
  flagged('mh', ['mh-fallback', 'mh-port']),
];

const sip = { persistence: 60, persistenceEngine: 'sip' } as const;
const persistence = [
  row('persistence', { ...web, persistence: 300 }, { ...web6, persistence: 300 }),
  row('persistence of another time', { ...web, persistence: 1 }),
  row('persistence of a month', { ...web, persistence: 31 * 24 * 3600 }),
  row('persistence by network, IPv4', { ...web, persistence: 60, persistenceNetmask: '255.255.255.0' }),
  row('persistence by network, IPv6', { ...web6, persistence: 60, persistenceNetmask: '64' }),
  row('persistence engine sip', { ...service('10.0.0.1', two, { protocol: 'udp' }), ...sip }),
  row('persistence engine sip, firewall mark', markOf(4, toPort(0, two), sip)),
];

const onePacket = [
  row('one-packet scheduling', { ...service('10.0.0.1', two, { protocol: 'udp' }), onePacket: true }),
  row('one-packet scheduling, firewall mark', markOf(4, toPort(0, two), { onePacket: true })),
  row('one-packet scheduling with sip', { ...service('10.0.0.1', two, { protocol: 'udp' }), ...sip, onePacket: true }),
];

const tunnelled = (what: string, tunnel: Tunnel): Row =>
  row(
    `tun, ${what}`,
    service('10.0.0.1', [server('10.0.0.11', { forward: 'tun', tunnel }), server('2001:db8::11', { forward: 'tun', tunnel })]),
  );

const gue = (checksum: 'none' | 'full' | 'remote'): Tunnel => ({ type: 'gue', port: 5555, checksum });
const one = (more: Partial<RealServer>): VirtualService => service('10.0.0.1', [server('10.0.0.11', more), server('10.0.0.12')]);
const servers = [
  row('weight 0', one({ weight: 0 })),
  row('the largest weight', one({ weight: 65535 })),
  row('dr', one({ forward: 'dr' })),
  row('nat, the same port', one({ forward: 'nat' })),
  row('nat to another port', one({ forward: 'nat', port: 8080 })),
  tunnelled('ipip', { type: 'ipip' }),
  tunnelled('gue without checksum', gue('none')),
  tunnelled('gue with checksum', gue('full')),
  tunnelled('gue with remote checksum', gue('remote')),
  tunnelled('gre without checksum', { type: 'gre', checksum: 'none' }),
  tunnelled('gre with checksum', { type: 'gre', checksum: 'full' }),
  { ...row('upper threshold', one({ upperThreshold: 100 })), printed: false },
  { ...row('upper and lower threshold', one({ upperThreshold: 100, lowerThreshold: 50 })), printed: false },
];

export const table: readonly Row[] = [
  ...protocols,
  ...families,
  ...marks,
  ...ports,
  ...schedulers,
  ...flags,
  ...persistence,
  ...onePacket,
  ...servers,
];
