// The shape of a rules file: its keys, their types, bounds and defaults. What one value demands of another is in
// loadRelations.ts.
import type * as z from 'zod';
import { type Endpoint, isUnicast, parseAddress, parseEndpoint } from '../text/address.ts';
import { parseDuration } from '../text/duration.ts';
import { choice, listOf, section, whole, written, yesOrNo } from '../text/shape.ts';

/** Those of Linux 6.1, by the names that the kernel and ipvsadm use. */
export const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'] as const;

const forward = choice(['dr', 'tun', 'nat']);

/** u_threshold and l_threshold of the kernel are 32 bits. */
const threshold = whole(0, 0xffff_ffff, 'a number of connections (0: no threshold)').default(0);

/** The kernel counts the persistence timeout in seconds; ipvsadm bounds it to a month as well. */
const longestPersistence = 31 * 24 * 3600;

export function readUnicastEndpoint(text: string): Endpoint | undefined {
  const endpoint = parseEndpoint(text);
  return endpoint !== undefined && isUnicast(endpoint) ? endpoint : undefined;
}

function readPersistence(text: string): number | undefined {
  const seconds = (parseDuration(text) ?? 0) / 1000;
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= longestPersistence ? seconds : undefined;
}

/** A contiguous v4 mask as dotted text, or a v6 prefix length. */
export function readNetmask(text: string): string | undefined {
  if (/^([1-9]|[1-9]\d|1[01]\d|12[0-8])$/.test(text)) return text;
  const address = parseAddress(text);
  if (address?.family !== 4) return undefined;
  const bits = address.bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1+0*$/.test(bits) ? text : undefined;
}

const server = section({
  address: written('a server as address:port, such as 10.0.0.11:80 or [2001:db8::b]:80', readUnicastEndpoint),
  weight: whole(0, 65535, 'a weight').default(1),
  forward: forward.optional(),
  upperThreshold: threshold,
  lowerThreshold: threshold,
});

const service = section({
  address: written('a service as address:port, such as 10.0.0.1:80 or [2001:db8::1]:80 (port 0: all ports)', readUnicastEndpoint),
  protocol: choice(['tcp', 'udp', 'sctp']).default('tcp'),
  scheduler: choice(schedulers).default('wlc'),
  forward: forward.default('dr'),
  persistence: written('a time in whole seconds up to 744h, such as 300s', readPersistence).optional(),
  persistenceNetmask: written(
    'an IPv4 mask such as "255.255.255.0" or an IPv6 prefix length such as "64", in quotes',
    readNetmask,
  ).optional(),
  onePacket: yesOrNo.default(false),
  servers: listOf(server, 'a list of servers').default([]),
});

export const rulesSchema = section({ services: listOf(service, 'a list of services') });

export type RulesShape = z.output<typeof rulesSchema>;
