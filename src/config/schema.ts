// The shape of the configuration file: its keys, their types, bounds and defaults. What one value demands of another is
// in relations.ts.
import * as z from 'zod';
import { type Address, isHostAddress, isLinkLocal, isUnicast, type PrefixedAddress, parseAddress, parsePrefixed } from '../text/address.ts';
import { choice, listOf, matching, section, whole, written, yesOrNo } from '../text/shape.ts';
import { ipvsSchema } from './ipvsSchema.ts';
import { redisShape } from './redisShape.ts';
import { absolutePath, device, time } from './values.ts';

export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const nameExpected = 'letters, digits, dots, dashes and underscores, at most 63';

const name = (what: string) => matching(`${what}: ${nameExpected}`, namePattern);

/** sun_path of a unix socket holds 108 bytes with its closing zero. */
const socketPath = written('an absolute path of at most 107 bytes', (text) =>
  text.startsWith('/') && Buffer.byteLength(text) <= 107 ? text : undefined,
);

const priority = whole(1, 254, 'a priority');

/** A zone would be needed to send to a link-local address, and it differs from host to host. */
export function readHeartbeatAddress(text: string): Address | undefined {
  const address = parseAddress(text);
  return address !== undefined && isUnicast(address) && !isLinkLocal(address) ? address : undefined;
}

export function readVip(text: string): PrefixedAddress | undefined {
  const address = parsePrefixed(text);
  return address !== undefined && isHostAddress(address) ? address : undefined;
}

function readUrl(text: string, protocols: readonly string[]): string | undefined {
  const url = URL.parse(text);
  // A password here would be seen by everyone who may read the configuration or a status report.
  return url !== null && protocols.includes(url.protocol) && url.hostname !== '' && url.password === '' ? text : undefined;
}

const directorsExpected = 'the directors by name, such as vs1: { priority: 150, addresses: [10.0.0.2] }';

const director = section({
  priority: priority.default(100),
  addresses: listOf(
    written('a unicast address without prefix or zone, such as 10.0.0.2', readHeartbeatAddress),
    'a list of addresses, one per heartbeat link',
  ).min(1, 'at least one address, one per heartbeat link'),
});

const vip = section({
  address: written('an address that a host can have (neither the network nor broadcast), with its prefix, such as 10.0.0.1/24', readVip),
  dev: device,
});

const group = section({
  name: name('the name of the group'),
  vrid: whole(1, 255, 'a VRID'),
  vips: listOf(vip, 'a list of virtual IPs').min(1, 'at least one virtual IP, such as { address: 10.0.0.1/24, dev: eth0 }'),
  preempt: yesOrNo.default(false),
  preemptDelay: time('0s', '24h', '30s').prefault('0s'),
  priorities: z.record(z.string(), priority, 'priorities of this group by director, such as { vs1: 50 }').default({}),
});

const state = z.discriminatedUnion(
  'backend',
  [redisShape, section({ backend: z.literal('peer') }), section({ backend: z.literal('none') })],
  'peer, redis or none',
);

const alert = section({
  webhook: written('a URL http://... or https://...', (text) => readUrl(text, ['http:', 'https:'])).optional(),
  exec: absolutePath.optional(),
  timeout: time('100ms', '5m', '5s').prefault('5s'),
}).refine((channel) => (channel.webhook === undefined) !== (channel.exec === undefined), 'either webhook or exec');

export const configSchema = section({
  cluster: name('the name of the cluster'),
  secretFile: absolutePath.default('/etc/vspair/secret'),
  directors: z.record(z.string(), director, directorsExpected).refine((directors) => Object.keys(directors).length > 0, directorsExpected),
  heartbeat: section({
    port: whole(1, 65535, 'a UDP port').default(1112),
    interval: time('10ms', '40s', '100ms').prefault('100ms'),
  }).prefault({}),
  groups: listOf(group, 'a list of groups')
    .min(1, 'at least one group')
    .max(64, 'at most 64 groups, which is what one advertisement carries'),
  state: state.prefault({ backend: 'peer' }),
  ipvs: ipvsSchema.prefault({}),
  alerts: listOf(alert, 'a list of alert channels').default([]),
  control: section({
    socket: socketPath.default('/run/vspair/control.sock'),
    peerPort: whole(1, 65535, 'a TCP port').optional(),
  }).prefault({}),
  log: section({
    level: choice(['error', 'warn', 'info', 'debug']).default('info'),
    format: choice(['readable', 'json']).default('readable'),
  }).prefault({}),
});

export type ConfigShape = z.output<typeof configSchema>;
