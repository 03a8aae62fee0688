// The shape of the configuration file: its keys, their types, bounds, defaults and what each is for. What one value demands of
// another is in relations.ts. A new key is described here, shown as a comment in config/vspair.yaml, and resolved in load.ts;
// `npm run schema` then writes it into config/KEYS.md and the JSON Schema in config/schema.
import * as z from 'zod';
import {
  type Address,
  addressForm,
  isHostAddress,
  isLinkLocal,
  isUnicast,
  type PrefixedAddress,
  parseAddress,
  parsePrefixed,
  prefixedForm,
} from '../text/address.ts';
import { choice, listOf, matching, section, whole, written, yesOrNo } from '../text/shape.ts';
import { alertsSchema } from './alertsSchema.ts';
import { ipvsSchema } from './ipvsSchema.ts';
import { metricsSchema } from './metricsSchema.ts';
import { backend, redisShape } from './redisShape.ts';
import { absolutePath, device, readSocketPath, time } from './values.ts';

export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const nameExpected = 'letters, digits, dots, dashes and underscores, at most 63';

const name = (what: string) => matching(`${what}: ${nameExpected}`, namePattern);

const socketPath = written('an absolute path of at most 107 bytes', readSocketPath, /^\//);

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

const directorsExpected = 'the directors by name, such as vs1: { priority: 150, addresses: [10.0.0.2] }';

const director = section({
  priority: priority.default(100).describe('The higher one wins an election; between equal ones the higher address does.'),
  addresses: listOf(
    written('a unicast address without prefix or zone, such as 10.0.0.2', readHeartbeatAddress, addressForm),
    'a list of addresses, one per heartbeat link',
  )
    .min(1, 'at least one address, one per heartbeat link')
    .describe(
      'Its own addresses, one for each heartbeat link, in the same order on every director. Two links that fail independently are worth more than anything else in this file.',
    ),
});

const vip = section({
  address: written(
    'an address that a host can have (neither the network nor broadcast), with its prefix, such as 10.0.0.1/24',
    readVip,
    prefixedForm,
  ).describe('The address and the prefix length of its network.'),
  dev: device.describe('The interface that gets it, on every director.'),
});

const group = section({
  name: name('the name of the group').describe('What commands, status and alerts call it.'),
  vrid: whole(1, 255, 'a VRID').describe('Its number, of its own for each group, as in VRRP.'),
  vips: listOf(vip, 'a list of virtual IPs')
    .min(1, 'at least one virtual IP, such as { address: 10.0.0.1/24, dev: eth0 }')
    .describe("The virtual IPs that move together. With nat the external one and the real servers' gateway belong into one group."),
  preempt: yesOrNo
    .default(false)
    .describe('true: a director that comes back with the higher priority takes over; false: it waits for the operator.'),
  preemptDelay: time('0s', '24h', '30s').prefault('0s').describe('How long it waits before that.'),
  priorities: z
    .record(z.string(nameExpected), priority, 'priorities of this group by director, such as { vs1: 50 }')
    .default({})
    .describe('Other priorities in this group only, so that two groups can be active on different directors.'),
});

const state = z.discriminatedUnion(
  'backend',
  [redisShape, section({ backend: backend('peer') }), section({ backend: backend('none') })],
  'peer, redis or none',
);

export const configSchema = section({
  cluster: name('the name of the cluster').describe(
    'The name of this cluster. Directors of other clusters on the same network are told apart by it.',
  ),
  secretFile: absolutePath
    .default('/etc/vspair/secret')
    .describe(
      'The secret that all directors share, made by `vspair keygen` or `vspair init`, readable by its owner only. Under systemd the copy that the unit loads is read in its place.',
    ),
  directors: z
    .record(z.string(nameExpected), director, directorsExpected)
    .refine((directors) => Object.keys(directors).length > 0, directorsExpected)
    .describe('The directors by name. Each finds itself by its host name, or by --node.'),
  heartbeat: section({
    port: whole(1, 65535, 'a UDP port').default(1112).describe('The UDP port of the advertisements.'),
    interval: time('10ms', '40s', '100ms')
      .prefault('100ms')
      .describe('Between two advertisements. A director is taken for dead after three intervals and a skew below one.'),
  })
    .prefault({})
    .describe('The advertisements that the directors send each other over every heartbeat link.'),
  groups: listOf(group, 'a list of groups')
    .min(1, 'at least one group')
    .max(64, 'at most 64 groups, which is what one advertisement carries')
    .describe('What VRRP calls virtual routers: each is active on one director at a time.'),
  state: state
    .prefault({ backend: 'peer' })
    .describe(
      'Where the rules are shared. peer: the directors give them to each other, with nothing else to install. redis: in Redis. none: each director has its own, from its disk alone.',
    ),
  ipvs: ipvsSchema.prefault({}).describe("The kernel's IPVS."),
  alerts: alertsSchema.default([]).describe('Who is told of every takeover; never waited for.'),
  metrics: metricsSchema.optional().describe('Metrics for Prometheus; without this section there are none.'),
  control: section({
    socket: socketPath.prefault('/run/vspair/control.sock').describe('The unix socket of the commands.'),
    peerPort: whole(1, 65535, 'a TCP port')
      .optional()
      .describe("The TCP port of the directors among themselves; without it the number of the heartbeat's port."),
  })
    .prefault({})
    .describe('How commands and the other director reach this one.'),
  log: section({
    level: choice(['error', 'warn', 'info', 'debug']).default('info').describe('The least important lines that are written.'),
    format: choice(['readable', 'json']).default('readable').describe('For people, or one JSON object a line.'),
  })
    .prefault({})
    .describe('The log, on standard output.'),
});

export type ConfigShape = z.output<typeof configSchema>;
