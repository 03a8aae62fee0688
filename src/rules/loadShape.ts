// The shape of a rules file: its keys, their types, bounds and defaults. What one value demands of another is in
// loadRelations.ts and loadServerRelations.ts.
import * as z from 'zod';
import { parseAddress } from '../text/address.ts';
import { parseWholeSeconds } from '../text/duration.ts';
import { choice, listOf, section, whole, written, yesOrNo } from '../text/shape.ts';
import { rulesFormat } from './document.ts';
import { readServerEndpoint, readServiceEndpoint } from './ports.ts';

/** Those of Linux 6.1, by the names that the kernel and ipvsadm use. */
export const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'] as const;

const forward = choice(['dr', 'tun', 'nat']);

const tunnel = z.discriminatedUnion(
  'type',
  [
    section({ type: z.literal('ipip') }),
    section({
      type: z.literal('gue'),
      port: whole(1, 65535, 'the UDP port on which the servers take the tunnel'),
      checksum: choice(['none', 'full', 'remote']).default('none'),
    }),
    section({ type: z.literal('gre'), checksum: choice(['none', 'full']).default('none') }),
  ],
  'ipip, gue or gre',
);

/** ipvsadm's bound: the kernel has 32 bits. */
const threshold = whole(0, 0x7fff_ffff, 'a number of connections (0: no threshold)').default(0);

const weight = whole(0, 65535, 'a weight');

/** The kernel counts the persistence timeout in seconds; ipvsadm bounds it to a month as well. */
const longestSeconds = 31 * 24 * 3600;

const wholeSeconds = (example: string) =>
  written(`a time in whole seconds up to 744h, such as ${example}`, (text) => parseWholeSeconds(text, longestSeconds));

/** A contiguous v4 mask as dotted text, or a v6 prefix length. */
export function readNetmask(text: string): string | undefined {
  if (/^([1-9]|[1-9]\d|1[01]\d|12[0-8])$/.test(text)) return text;
  const address = parseAddress(text);
  if (address?.family !== 4) return undefined;
  const bits = address.bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1+0*$/.test(bits) ? text : undefined;
}

const server = section({
  address: written(
    "a server as address:port, such as 10.0.0.11:80, [2001:db8::b]:80 or 10.0.0.11:9000-9010; without port: the service's",
    readServerEndpoint,
  ),
  weight: weight.default(1),
  restoreWeight: weight.optional(),
  forward: forward.optional(),
  tunnel: tunnel.optional(),
  upperThreshold: threshold,
  lowerThreshold: threshold,
});

const service = section({
  address: written(
    'a service as address:port, such as 10.0.0.1:80, [2001:db8::1]:80 or 10.0.0.1:8000-8010 (port 0: all ports)',
    readServiceEndpoint,
  ).optional(),
  fwmark: whole(1, 0xffff_ffff, 'the mark that the packet filter gives').optional(),
  family: choice(['ipv4', 'ipv6']).default('ipv4'),
  protocol: choice(['tcp', 'udp', 'sctp']).default('tcp'),
  scheduler: choice(schedulers).default('wlc'),
  schedulerFlags: listOf(choice(['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port']), 'a list of flags of the scheduler').default([]),
  forward: forward.default('dr'),
  tunnel: tunnel.optional(),
  persistence: wholeSeconds('300s').optional(),
  persistenceNetmask: written(
    'an IPv4 mask such as "255.255.255.0" or an IPv6 prefix length such as "64", in quotes',
    readNetmask,
  ).optional(),
  persistenceEngine: choice(['sip']).optional(),
  onePacket: yesOrNo.default(false),
  drain: wholeSeconds('30s').optional(),
  servers: listOf(server, 'a list of servers').max(10_000, 'at most 10000 servers').default([]),
});

export const rulesSchema = section({
  format: whole(1, rulesFormat, 'the format of the file').optional(),
  services: listOf(service, 'a list of services').max(20_000, 'at most 20000 services'),
});

export type RulesShape = z.output<typeof rulesSchema>;
