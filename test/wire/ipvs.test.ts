// Checks the IPVS codec against what ipvsadm and the kernel said to each other, and against bytes that nobody said.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decoded } from '../../src/wire/decoded.ts';
import {
  type IpvsDaemon,
  type IpvsDaemonRole,
  type IpvsDestination,
  type IpvsService,
  type IpvsServiceId,
  SERVICE_ONE_PACKET,
  SERVICE_PERSISTENT,
} from '../../src/wire/ipvs.ts';
import type { IpvsReason } from '../../src/wire/ipvsAttributes.ts';
import {
  decodeDaemonReply,
  decodeDestinationReply,
  decodeInfoReply,
  decodeServiceReply,
  decodeTimeoutsReply,
} from '../../src/wire/ipvsReply.ts';
import { decodeIpvsRequest, encodeIpvsRequest, type IpvsRequest } from '../../src/wire/ipvsRequest.ts';
import { decodeStatsText } from '../../src/wire/ipvsStats.ts';
import {
  type Attributes,
  concat,
  decodeAttributes,
  decodeError,
  encodeAttribute,
  encodeNested,
  NLM_F_DUMP,
  NLMSG_ERROR,
  u16,
  u32,
} from '../../src/wire/netlink.ts';
import { capturedFamily, commands, exchange, payloadsFrom, payloadsTo } from './ipvsCapture.ts';

const web: IpvsServiceId = { by: 'address', family: 4, protocol: 'tcp', address: '10.0.0.1', port: 80 };
const web6: IpvsServiceId = { by: 'address', family: 6, protocol: 'tcp', address: '2001:db8::1', port: 80 };
const plain = (id: IpvsServiceId, scheduler: string, more: Partial<IpvsService> = {}): IpvsService => ({
  id,
  scheduler,
  flags: 0,
  timeout: 0,
  netmask: id.family === 4 ? '255.255.255.255' : '128',
  engine: '',
  ...more,
});
const ipip = { type: 'ipip', port: 0, flags: 0 } as const;
const server = (address: string, more: Partial<IpvsDestination> = {}): IpvsDestination => ({
  family: 4,
  address,
  port: 80,
  forward: 'dr',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: ipip,
  ...more,
});

/** Services, by the command line that makes them: encoded they are exactly what ipvsadm sends. */
const services: readonly (readonly [string, IpvsRequest])[] = [
  ['ipvsadm -A -t 10.0.0.1:80 -s rr', { command: 'newService', service: plain(web, 'rr') }],
  [
    'ipvsadm -A -t 10.0.0.1:443 -s wlc -p 300',
    { command: 'newService', service: plain({ ...web, port: 443 }, 'wlc', { flags: SERVICE_PERSISTENT, timeout: 300 }) },
  ],
  [
    'ipvsadm -A -t 10.0.0.1:8443 -s wlc -p 300 -M 255.255.255.0',
    {
      command: 'newService',
      service: plain({ ...web, port: 8443 }, 'wlc', { flags: SERVICE_PERSISTENT, timeout: 300, netmask: '255.255.255.0' }),
    },
  ],
  [
    'ipvsadm -A -u 10.0.0.1:53 -s rr -o',
    { command: 'newService', service: plain({ ...web, protocol: 'udp', port: 53 }, 'rr', { flags: SERVICE_ONE_PACKET }) },
  ],
  [
    'ipvsadm -A --sctp-service 10.0.0.1:9999 -s sh',
    { command: 'newService', service: plain({ ...web, protocol: 'sctp', port: 9999 }, 'sh') },
  ],
  [
    'ipvsadm -A -t 10.0.0.1:81 -s sh -b sh-port,sh-fallback',
    { command: 'newService', service: plain({ ...web, port: 81 }, 'sh', { flags: 0x18 }) },
  ],
  ['ipvsadm -A -t [2001:db8::1]:80 -s mh -b mh-port', { command: 'newService', service: plain(web6, 'mh', { flags: 0x10 }) }],
  [
    'ipvsadm -A -t [2001:db8::1]:443 -s rr -p 300 -M 64',
    { command: 'newService', service: plain({ ...web6, port: 443 }, 'rr', { flags: SERVICE_PERSISTENT, timeout: 300, netmask: '64' }) },
  ],
  ['ipvsadm -A -f 7 -s rr', { command: 'newService', service: plain({ by: 'mark', family: 4, mark: 7 }, 'rr') }],
  ['ipvsadm -A -f 8 -6 -s rr', { command: 'newService', service: plain({ by: 'mark', family: 6, mark: 8 }, 'rr') }],
  [
    'ipvsadm -A -u 10.0.0.1:5060 -s rr --pe sip -p 60 -o',
    {
      command: 'newService',
      service: plain({ ...web, protocol: 'udp', port: 5060 }, 'rr', {
        flags: SERVICE_PERSISTENT | SERVICE_ONE_PACKET,
        timeout: 60,
        engine: 'sip',
      }),
    },
  ],
  [
    'ipvsadm -E -t 10.0.0.1:80 -s wrr -p 60',
    { command: 'setService', service: plain(web, 'wrr', { flags: SERVICE_PERSISTENT, timeout: 60 }) },
  ],
];

/** Destinations: ipvsadm sends a whole service with each, of which the kernel reads the key alone; we send the key. */
const destinations: readonly (readonly [string, IpvsRequest])[] = [
  ['ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.11:80 -g', { command: 'newDestination', of: web, destination: server('10.0.0.11') }],
  [
    'ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.12:80 -i -w 5',
    { command: 'newDestination', of: web, destination: server('10.0.0.12', { forward: 'tun', weight: 5 }) },
  ],
  [
    'ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.13:8080 -m -w 0 -x 100 -y 50',
    {
      command: 'newDestination',
      of: web,
      destination: server('10.0.0.13', { port: 8080, forward: 'nat', weight: 0, upperThreshold: 100, lowerThreshold: 50 }),
    },
  ],
  [
    'ipvsadm -a -t [2001:db8::1]:80 -r [2001:db8::11]:80 -g -w 3',
    { command: 'newDestination', of: web6, destination: server('2001:db8::11', { family: 6, weight: 3 }) },
  ],
  [
    'ipvsadm -a -t 10.0.0.1:443 -r 10.0.0.15:443 -i --tun-type gue --tun-port 6080',
    {
      command: 'newDestination',
      of: { ...web, port: 443 },
      destination: server('10.0.0.15', { port: 443, forward: 'tun', tunnel: { type: 'gue', port: 6080, flags: 0 } }),
    },
  ],
  [
    'ipvsadm -e -t 10.0.0.1:80 -r 10.0.0.11:80 -g -w 7',
    { command: 'setDestination', of: web, destination: server('10.0.0.11', { weight: 7 }) },
  ],
];

/** What ipvsadm says with more words than the kernel reads. */
const deletions: readonly (readonly [string, IpvsRequest])[] = [
  [
    'ipvsadm -d -t 10.0.0.1:80 -r 10.0.0.12:80',
    { command: 'delDestination', of: web, destination: { family: 4, address: '10.0.0.12', port: 80 } },
  ],
  ['ipvsadm -D -t 10.0.0.1:80', { command: 'delService', id: web }],
  ['ipvsadm --stop-daemon master', { command: 'delDaemon', role: 'master' }],
];

const syncDaemon = (role: IpvsDaemonRole, syncId: number): IpvsDaemon => ({
  role,
  dev: 'lo',
  syncId,
  maxLength: undefined,
  group: undefined,
  port: undefined,
  ttl: undefined,
});

const others: readonly (readonly [string, IpvsRequest])[] = [
  ['ipvsadm --start-daemon master --mcast-interface lo --syncid 3', { command: 'newDaemon', daemon: syncDaemon('master', 3) }],
  ['ipvsadm --start-daemon backup --mcast-interface lo --syncid 4', { command: 'newDaemon', daemon: syncDaemon('backup', 4) }],
  ['ipvsadm -L --daemon', { command: 'getDaemons' }],
  ['ipvsadm --set 900 120 300', { command: 'setTimeouts', timeouts: { tcp: 900, tcpFin: 120, udp: 300 } }],
  ['ipvsadm -L --timeout', { command: 'getTimeouts' }],
];

const payloadOf = (request: IpvsRequest): Uint8Array => encodeIpvsRequest(request, capturedFamily).payload;
/** The payload of the last thing that ipvsadm said. */
const said = (command: string): Uint8Array => payloadsTo(command).at(-1) ?? new Uint8Array();

describe('requests as ipvsadm sends them', () => {
  test.each([...services, ...others])('%s is encoded byte for byte alike', (command, request) => {
    expect(payloadOf(request)).toEqual(said(command));
  });

  test.each(destinations)('%s: the destination is encoded byte for byte alike', (command, request) => {
    expect(destinationBytes(payloadOf(request))).toEqual(destinationBytes(said(command)));
  });

  test.each([...services, ...destinations, ...deletions, ...others])('%s is understood', (command, request) => {
    expect(decodeIpvsRequest(said(command))).toEqual({ ok: true, value: request });
  });

  test('a list of objects is asked for by a dump, anything else is not', () => {
    const flags = (request: IpvsRequest): number => encodeIpvsRequest(request, capturedFamily).flags;
    expect([flags({ command: 'getServices' }), flags({ command: 'getDestinations', of: web }), flags({ command: 'getDaemons' })]).toEqual([
      NLM_F_DUMP,
      NLM_F_DUMP,
      NLM_F_DUMP,
    ]);
    expect([flags({ command: 'getInfo' }), flags({ command: 'getTimeouts' }), flags({ command: 'delService', id: web })]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('answers as the kernel gives them', () => {
  const dumped = payloadsFrom('ipvsadm -Ln --stats');

  test('a dump of services gives each with its scheduler, flags, persistence and counters', () => {
    const reports = dumped.map(decodeServiceReply).filter((report) => report.ok);
    expect(reports).toHaveLength(11);
    expect(reports[1]?.value.service).toEqual(plain(web, 'wrr', { flags: 0x03, timeout: 60 }));
    expect(reports[4]?.value.service).toEqual(plain(web6, 'mh', { flags: 0x12 }));
    expect(reports[5]?.value.service.engine).toBe('sip');
    expect(reports[9]?.value.service.id).toEqual({ by: 'mark', family: 4, mark: 7 });
  });

  test('a dump of destinations gives each with its method, weight, thresholds, tunnel and connections', () => {
    const reports = dumped.map(decodeDestinationReply).filter((report) => report.ok);
    expect(reports.map(({ value }) => value.destination)).toEqual([
      server('10.0.0.13', { port: 8080, forward: 'nat', weight: 0, upperThreshold: 100, lowerThreshold: 50 }),
      server('10.0.0.12', { forward: 'tun', weight: 5 }),
      server('10.0.0.11', { weight: 7 }),
      server('10.0.0.15', { port: 443, forward: 'tun', tunnel: { type: 'gue', port: 6080, flags: 0 } }),
      server('2001:db8::11', { family: 6, weight: 3 }),
    ]);
    expect(reports[0]?.value).toMatchObject({ activeConnections: 0, inactiveConnections: 0, persistentConnections: 0 });
  });

  test('the sum of all counters is a text in hexadecimal', () => {
    const text = [
      '   Total Incoming Outgoing         Incoming         Outgoing',
      '   Conns  Packets  Packets            Bytes            Bytes',
      '       2       1A        3              5DC  123456789ABCDEF\n',
      ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s',
      '       1        D        0              2EE               39\n',
    ].join('\n');
    expect(decodeStatsText(text)).toEqual({
      ok: true,
      value: {
        ...{ connections: 2, packetsIn: 26, packetsOut: 3, bytesIn: 1500, bytesOut: Number(0x1234_5678_9abc_defn) },
        ...{ connectionRate: 1, packetRateIn: 13, packetRateOut: 0, byteRateIn: 750, byteRateOut: 57 },
      },
    });
    expect(decodeStatsText(text.slice(0, -10))).toEqual({ ok: false, reason: 'missing-attribute' });
  });

  test('the version is told as people write it', () => {
    const [info] = payloadsFrom('ipvsadm -A -t 10.0.0.1:80 -s rr').map(decodeInfoReply);
    expect(info).toEqual({ ok: true, value: { version: '1.2.1', connectionTableSize: 4096 } });
  });

  test('the synchronisation daemons are told with all that they were started with, and what the kernel chose', () => {
    expect(payloadsFrom('ipvsadm -L --daemon').map(decodeDaemonReply)).toEqual([
      { ok: true, value: { ...syncDaemon('master', 3), maxLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 } },
      { ok: true, value: { ...syncDaemon('backup', 4), maxLength: 65507, group: '224.0.0.81', port: 8848, ttl: 1 } },
    ]);
  });

  test('the timeouts are told in seconds', () => {
    expect(payloadsFrom('ipvsadm -L --timeout').map(decodeTimeoutsReply)).toEqual([
      { ok: true, value: { tcp: 900, tcpFin: 120, udp: 300 } },
    ]);
  });

  test('an answer of another kind is refused', () => {
    const [firstService = new Uint8Array()] = dumped;
    for (const decode of [decodeDestinationReply, decodeDaemonReply, decodeTimeoutsReply, decodeInfoReply]) {
      expect(decode(firstService)).toEqual({ ok: false, reason: 'unknown-command' });
    }
  });

  test('a counter that is not 64 bits wide makes the answer one that is not understood', () => {
    const [firstService = new Uint8Array()] = dumped;
    const narrow = Array.from({ length: 10 }, (_, position) => encodeAttribute(position + 1, u32(0)));
    expect(decodeServiceReply(withServiceAttribute(firstService, encodeNested(12, narrow)))).toEqual({
      ok: false,
      reason: 'missing-attribute',
    });
  });

  test('a destination of a kernel that knows no tunnels but IPIP is one by IPIP', () => {
    const bytes = payloadOf({ command: 'newDestination', of: web, destination: server('10.0.0.11', { forward: 'tun' }) });
    const older = withoutAttributes(bytes, [13, 14, 15]);
    expect(decodeIpvsRequest(older)).toEqual(decodeIpvsRequest(bytes));
    expect(older.length).toBeLessThan(bytes.length);
  });

  test.each([
    ['a service that is there already', 'ipvsadm -A -t 10.0.0.1:443 -s rr', 17],
    ['a scheduler that no module offers', 'ipvsadm -A -t 10.0.0.1:444 -s nosuch', 2],
    ['a destination that is not there', 'ipvsadm -d -t 10.0.0.1:443 -r 10.9.9.9:80', 2],
    ['a service that is not there', 'ipvsadm -D -t 10.0.0.9:443', 3],
  ])('%s is refused with an errno of its own', (_case, command, errno) => {
    const refusals = exchange(command).received.filter(({ type }) => type === NLMSG_ERROR);
    expect(refusals.map(({ payload }) => decodeError(payload))).toContainEqual({ ok: true, value: errno });
  });
});

describe('bytes that are not IPVS', () => {
  const decoders = [decodeIpvsRequest, decodeServiceReply, decodeDestinationReply, decodeDaemonReply, decodeTimeoutsReply, decodeInfoReply];
  const payloads = commands.flatMap((command) => [...payloadsTo(command), ...payloadsFrom(command)]);

  test('every truncation of every message is refused with a reason', () => {
    const told = new Set<string>();
    for (const payload of payloads.filter((one) => one.length < 500)) {
      for (let length = 0; length < payload.length; length += 1) {
        const bytes = payload.slice(0, length);
        for (const decode of decoders) told.add(outcomeOf(decode(bytes)));
      }
    }
    expect(told).toEqual(new Set(['truncated', 'unknown-command', 'missing-attribute']));
  });

  test('a service or destination cut within its attributes is refused', () => {
    const [whole = new Uint8Array()] = payloadsTo('ipvsadm -E -t 10.0.0.1:80 -s wrr -p 60');
    for (let length = 0; length < whole.length; length += 1) expect(decodeIpvsRequest(whole.slice(0, length)).ok).toBe(false);
  });

  test('any bytes, and any byte of a message changed, give a value or a reason', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => decoders.every((decode) => typeof decode(bytes).ok === 'boolean')));
    const changed = fc.record({ payload: fc.constantFrom(...payloads), at: fc.nat({ max: 400 }), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(changed, ({ payload, at, to }) => {
        const bytes = payload.slice();
        bytes[at % bytes.length] = to;
        return decoders.every((decode) => typeof decode(bytes).ok === 'boolean');
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['family', 1, 9],
    ['protocol', 2, 1],
  ])('a %s that IPVS does not have is named as unknown', (_name, type, value) => {
    const bytes = payloadOf({ command: 'newService', service: plain(web, 'rr') });
    expect(decodeIpvsRequest(withServiceAttribute(bytes, encodeAttribute(type, u16(value))))).toEqual({
      ok: false,
      reason: 'unknown-value',
    });
  });
});

describe('round trips', () => {
  test('every request comes back as it was put in', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(decodeIpvsRequest(payloadOf(request))).toEqual({ ok: true, value: request });
      }),
    );
  });
});

const u32s = fc.nat({ max: 0x7fffffff });
const ports = fc.nat({ max: 65535 });
const name = fc.stringMatching(/^[a-z0-9]{1,15}$/);
const addresses = fc.oneof(
  fc.ipV4().map((address) => ({ family: 4 as const, address })),
  fc
    .constantFrom('::', '::1', '2001:db8::1', 'fe80::1:0:0:1', '2001:db8:1:2:3:4:5:6', '1::')
    .map((address) => ({ family: 6 as const, address })),
);
const serviceIds: fc.Arbitrary<IpvsServiceId> = fc.oneof(
  fc
    .tuple(addresses, ports, fc.constantFrom('tcp', 'udp', 'sctp'))
    .map(([address, port, protocol]) => ({ by: 'address' as const, ...address, port, protocol })),
  fc.record({ by: fc.constant('mark' as const), family: fc.constantFrom(4, 6), mark: fc.integer({ min: 1, max: 0x7fffffff }) }),
);
const anyService: fc.Arbitrary<IpvsService> = serviceIds.chain((id) =>
  fc.record({
    id: fc.constant(id),
    scheduler: name,
    flags: fc.nat({ max: 0x3f }),
    timeout: u32s,
    netmask: id.family === 4 ? fc.ipV4() : fc.nat({ max: 128 }).map(String),
    engine: fc.oneof(fc.constant(''), name),
  }),
);
const destinationIds = fc.tuple(addresses, ports).map(([address, port]) => ({ ...address, port }));
const anyDestination: fc.Arbitrary<IpvsDestination> = fc
  .tuple(
    destinationIds,
    fc.record({
      forward: fc.constantFrom('nat', 'local', 'tun', 'dr', 'bypass'),
      weight: u32s,
      upperThreshold: u32s,
      lowerThreshold: u32s,
      tunnel: fc.record({ type: fc.constantFrom('ipip', 'gue', 'gre'), port: ports, flags: fc.nat({ max: 3 }) }),
    }),
  )
  .map(([id, settings]) => ({ ...id, ...settings }));
const roles = fc.constantFrom('master', 'backup');
const anyDaemon: fc.Arbitrary<IpvsDaemon> = fc.record({
  role: roles,
  dev: name,
  syncId: fc.nat({ max: 255 }),
  maxLength: fc.option(ports, { nil: undefined }),
  group: fc.constantFrom(undefined, '224.0.0.81', 'ff02::81'),
  port: fc.option(ports, { nil: undefined }),
  ttl: fc.option(fc.nat({ max: 255 }), { nil: undefined }),
});
const anyRequest: fc.Arbitrary<IpvsRequest> = fc.oneof(
  fc.record({ command: fc.constantFrom('newService', 'setService'), service: anyService }),
  fc.record({ command: fc.constant('delService'), id: serviceIds }),
  fc.record({ command: fc.constantFrom('newDestination', 'setDestination'), of: serviceIds, destination: anyDestination }),
  fc.record({ command: fc.constant('delDestination'), of: serviceIds, destination: destinationIds }),
  fc.record({ command: fc.constant('getDestinations'), of: serviceIds }),
  fc.record({ command: fc.constant('newDaemon'), daemon: anyDaemon }),
  fc.record({ command: fc.constant('delDaemon'), role: roles }),
  fc.record({ command: fc.constant('setTimeouts'), timeouts: fc.record({ tcp: u32s, tcpFin: u32s, udp: u32s }) }),
  fc.record({ command: fc.constantFrom('getServices', 'getDaemons', 'getTimeouts', 'getInfo') }),
);

const outcomeOf = (outcome: Decoded<unknown, IpvsReason>): string => (outcome.ok ? 'value' : outcome.reason);

const GENERIC_HEADER = 4;

function destinationBytes(payload: Uint8Array): Uint8Array | undefined {
  return attributesOf(payload, GENERIC_HEADER).get(2);
}

/** One more attribute behind the service's own: of two alike the later one counts. */
function withServiceAttribute(payload: Uint8Array, attribute: Uint8Array): Uint8Array {
  return concat([payload.slice(0, GENERIC_HEADER), encodeNested(1, [payload.slice(GENERIC_HEADER + 4), attribute])]);
}

/** The request without some attributes of its destination. */
function withoutAttributes(payload: Uint8Array, types: readonly number[]): Uint8Array {
  const top = attributesOf(payload, GENERIC_HEADER);
  const inner = attributesOf(top.get(2) ?? new Uint8Array());
  const kept = [...inner].filter(([type]) => !types.includes(type)).map(([type, value]) => encodeAttribute(type, value));
  return concat([payload.slice(0, GENERIC_HEADER), encodeAttribute(1, top.get(1) ?? new Uint8Array()), encodeNested(2, kept)]);
}

function attributesOf(bytes: Uint8Array, offset = 0): Attributes {
  const attributes = decodeAttributes(bytes, offset);
  if (!attributes.ok) throw new Error(attributes.reason);
  return attributes.value;
}
