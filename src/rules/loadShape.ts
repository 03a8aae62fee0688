// The shape of a rules file: its keys, their types, bounds, defaults and what each is for. What one value demands of another is
// in loadRelations.ts and loadServerRelations.ts. A new key is described here and shown in config/rules.yaml; `npm run schema`
// then writes it into config/KEYS.md and the JSON Schema in config/schema.
import * as z from 'zod';
import { parseAddress } from '../text/address.ts';
import { durationForm, parseWholeSeconds } from '../text/duration.ts';
import { choice, listOf, section, whole, written, yesOrNo } from '../text/shape.ts';
import { rulesFormat } from './document.ts';
import { readServerEndpoint, readServiceEndpoint, serverForm, serviceForm } from './ports.ts';

/** Those of Linux 6.1, by the names that the kernel and ipvsadm use. */
export const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'] as const;

const forward = choice(['dr', 'tun', 'nat']);

const type = <const Name extends string>(name: Name) => z.literal(name).describe('The encapsulation.');

const checksum = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  choice(words).describe('Checksums of the tunnel itself; remote offloads them to the receiver.');

const tunnel = z.discriminatedUnion(
  'type',
  [
    section({ type: type('ipip') }),
    section({
      type: type('gue'),
      port: whole(1, 65535, 'the UDP port on which the servers take the tunnel').describe(
        'The UDP port on which the servers take the tunnel.',
      ),
      checksum: checksum(['none', 'full', 'remote']).default('none'),
    }),
    section({ type: type('gre'), checksum: checksum(['none', 'full']).default('none') }),
  ],
  'ipip, gue or gre',
);

/** ipvsadm's bound: the kernel has 32 bits. */
const threshold = whole(0, 0x7fff_ffff, 'a number of connections (0: no threshold)').default(0);

const weight = whole(0, 65535, 'a weight');

/** The kernel counts the persistence timeout in seconds; ipvsadm bounds it to a month as well. */
const longestSeconds = 31 * 24 * 3600;

const wholeSeconds = (example: string) =>
  written(`a time in whole seconds up to 744h, such as ${example}`, (text) => parseWholeSeconds(text, longestSeconds), durationForm);

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
    serverForm,
  ).describe('The real server. Only nat can have other ports than the service; only tun can have the other family.'),
  weight: weight.default(1).describe('Its share of new connections, beside the weights of the others; 0: no new ones.'),
  restoreWeight: weight.optional().describe('Written by `vspair rules drain`: the weight that `vspair rules restore` gives back.'),
  forward: forward.optional().describe('Another forwarding method than that of the service.'),
  tunnel: tunnel.optional().describe('Another tunnel than that of the service.'),
  upperThreshold: threshold.describe('With so many connections it gets no new ones.'),
  lowerThreshold: threshold.describe('Until it has fewer than so many again.'),
});

const service = section({
  address: written(
    'a service as address:port, such as 10.0.0.1:80, [2001:db8::1]:80 or 10.0.0.1:8000-8010 (port 0: all ports)',
    readServiceEndpoint,
    serviceForm,
  )
    .optional()
    .describe('The virtual IP and the port, or a range of ports. Either this or fwmark.'),
  fwmark: whole(1, 0xffff_ffff, 'the mark that the packet filter gives')
    .optional()
    .describe('Takes the packets that the packet filter marked with it, of any protocol, address and port.'),
  family: choice(['ipv4', 'ipv6']).default('ipv4').describe('Of the marked packets; for fwmark only.'),
  protocol: choice(['tcp', 'udp', 'sctp']).default('tcp').describe('For address only.'),
  scheduler: choice(schedulers).default('wlc').describe('Which server gets a new connection.'),
  schedulerFlags: listOf(choice(['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port']), 'a list of flags of the scheduler')
    .default([])
    .describe('fallback: another server when the chosen one has weight 0; port: the ports of the clients count too. For sh and mh.'),
  forward: forward
    .default('dr')
    .describe(
      'How packets reach the servers: dr by their MAC, tun in a tunnel, nat with a new destination. config/README.md says what each needs.',
    ),
  tunnel: tunnel.optional().describe('For tun; without it ipip.'),
  persistence: wholeSeconds('300s').optional().describe('A client stays with its server for this long after its last connection.'),
  persistenceNetmask: written(
    'an IPv4 mask such as "255.255.255.0" or an IPv6 prefix length such as "64", in quotes',
    readNetmask,
    /^(\d{1,3}(\.\d{1,3}){3}|\d{1,3})$/,
  )
    .optional()
    .describe('Clients of one network of this size count as one.'),
  persistenceEngine: choice(['sip']).optional().describe('udp only: a client is known by the Call-ID of SIP rather than by its address.'),
  onePacket: yesOrNo.default(false).describe('udp only: every datagram is scheduled by itself.'),
  drain: wholeSeconds('30s')
    .optional()
    .describe('A server that is taken out of the rules keeps its connections for so long, and gets no new ones.'),
  servers: listOf(server, 'a list of servers').max(10_000, 'at most 10000 servers').default([]).describe('Its real servers.'),
});

export const rulesSchema = section({
  format: whole(1, rulesFormat, 'the format of the file')
    .optional()
    .describe('What `vspair rules show` writes; an older vspair refuses what it could misread.'),
  services: listOf(service, 'a list of services').max(20_000, 'at most 20000 services').describe('The virtual services.'),
});

export type RulesShape = z.output<typeof rulesSchema>;
