// Rules documents for tests: the ones that a test names, and any.
import fc from 'fast-check';
import { digestOf } from '../../src/rules/digest.ts';
import {
  type RealServer,
  type RulesDocument,
  type RulesRevision,
  rulesFormat,
  type SchedulerFlag,
  type ServiceMatch,
  type Tunnel,
  type VirtualService,
} from '../../src/rules/document.ts';
import { serviceIdsOf, serviceKey } from '../../src/rules/kernelServices.ts';

export const server = (address: string, more: Partial<RealServer> = {}): RealServer => ({
  address,
  port: 80,
  lastPort: undefined,
  weight: 1,
  restoreWeight: undefined,
  forward: 'dr',
  tunnel: undefined,
  upperThreshold: 0,
  lowerThreshold: 0,
  ...more,
});

type AddressMatch = Extract<ServiceMatch, { by: 'address' }>;

/** `more` may also hold the protocol and ports of the match. */
export const service = (
  address: string,
  servers: readonly RealServer[],
  { protocol = 'tcp', port = 80, lastPort, ...more }: Partial<VirtualService & AddressMatch> = {},
): VirtualService => ({
  match: { by: 'address', protocol, address, port, lastPort },
  scheduler: 'rr',
  schedulerFlags: [],
  persistence: undefined,
  persistenceNetmask: undefined,
  persistenceEngine: undefined,
  onePacket: false,
  drain: undefined,
  servers,
  ...more,
});

/** The same service at another port. */
export const atPort = (port: number, one: VirtualService): VirtualService =>
  one.match.by === 'mark' ? one : { ...one, match: { ...one.match, port } };

export const rules = (...services: readonly VirtualService[]): RulesDocument => ({ services });

export const revised = (document: RulesDocument, revision = 1): RulesRevision => ({
  format: rulesFormat,
  writtenBy: 'test',
  revision,
  digest: digestOf(document),
  author: 'test',
  time: '2026-01-01T00:00:00Z',
  message: '',
  document,
});

const addressesOf = { 4: '10.0.0.', 6: '2001:db8::' } as const;

/** The kernel of the lab has these. */
const anyScheduler = fc.oneof(
  fc.record({
    scheduler: fc.constantFrom('rr', 'wrr', 'lc', 'wlc', 'dh', 'sed', 'nq', 'fo', 'ovf', 'lblc', 'lblcr'),
    schedulerFlags: fc.constant([]),
  }),
  ...(['sh', 'mh'] as const).map((scheduler) =>
    fc.record({
      scheduler: fc.constant(scheduler),
      schedulerFlags: fc.subarray<SchedulerFlag>([`${scheduler}-fallback`, `${scheduler}-port`]),
    }),
  ),
);

const anyMatch: fc.Arbitrary<ServiceMatch> = fc.oneof(
  fc
    .record({
      family: fc.constantFrom(4, 6),
      host: fc.integer({ min: 1, max: 2 }),
      protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
      ports: fc.constantFrom([80, undefined], [443, undefined], [0, undefined], [8000, 8003], [8002, 8004]),
    })
    .map(
      ({ family, host, protocol, ports: [port = 0, lastPort] }): ServiceMatch => ({
        by: 'address',
        protocol,
        address: `${addressesOf[family]}${host}`,
        port,
        lastPort,
      }),
    ),
  fc.record({ by: fc.constant<'mark'>('mark'), family: fc.constantFrom(4, 6), mark: fc.constantFrom(1, 7, 0x7fff_ffff) }),
);

const anyTunnel: fc.Arbitrary<Tunnel | undefined> = fc.oneof(
  fc.constantFrom(undefined, { type: 'ipip' }),
  fc.record({ type: fc.constant('gue'), port: fc.constantFrom(5555, 65535), checksum: fc.constantFrom('none', 'full', 'remote') }),
  fc.record({ type: fc.constant('gre'), checksum: fc.constantFrom('none', 'full') }),
);

/** Only nat can change ports, only tun the family. */
function anyServer(match: ServiceMatch): fc.Arbitrary<RealServer> {
  const own = match.by === 'mark' ? { port: 0, lastPort: undefined } : { port: match.port, lastPort: match.lastPort };
  const family = match.by === 'mark' ? match.family : match.address.includes(':') ? 6 : 4;
  const span = own.lastPort === undefined ? undefined : own.lastPort - own.port;
  const natPorts = [own, ...(own.port === 0 ? [] : [{ port: 8080, lastPort: undefined }])];
  const natRanges = span === undefined ? [] : [{ port: 9000, lastPort: 9000 + span }];
  return fc
    .record({
      host: fc.integer({ min: 11, max: 14 }),
      forward: fc.constantFrom('dr', 'tun', 'nat'),
      tunnel: anyTunnel,
      mixed: fc.boolean(),
      ports: fc.constantFrom(...natPorts, ...natRanges),
      weight: fc.constantFrom(0, 1, 1, 5, 65535),
      restoreWeight: fc.constantFrom(undefined, undefined, 5),
      upperThreshold: fc.constantFrom(0, 0, 100),
      lowerThreshold: fc.constantFrom(0, 50),
    })
    .map(({ host, mixed, ports, tunnel, lowerThreshold, ...rest }) => {
      const other = rest.forward === 'tun' && mixed;
      return server(`${addressesOf[(family === 4) === other ? 6 : 4]}${host}`, {
        ...rest,
        ...(rest.forward === 'nat' ? ports : own),
        tunnel: rest.forward === 'tun' ? tunnel : undefined,
        lowerThreshold: Math.min(lowerThreshold, rest.upperThreshold),
      });
    });
}

const anyService: fc.Arbitrary<VirtualService> = anyMatch.chain((match) => {
  const isV4 = match.by === 'mark' ? match.family === 4 : !match.address.includes(':');
  const takesUdp = match.by === 'mark' || match.protocol === 'udp';
  const anyTime = fc.constantFrom(60, 300);
  return fc
    .record({
      scheduling: anyScheduler,
      persistence: match.by === 'address' && match.port === 0 ? anyTime : fc.option(anyTime, { nil: undefined }),
      persistenceNetmask: fc.constantFrom(undefined, isV4 ? '255.255.255.0' : '64'),
      persistenceEngine: fc.constantFrom(undefined, ...(takesUdp ? ['sip' as const] : [])),
      onePacket: takesUdp ? fc.boolean() : fc.constant(false),
      drain: fc.constantFrom(undefined, 30),
      servers: fc.uniqueArray(anyServer(match), { maxLength: 4, selector: ({ address, port }) => `${address} ${port}` }),
    })
    .map(({ scheduling, persistence, persistenceNetmask, persistenceEngine, ...rest }) => ({
      match,
      ...scheduling,
      persistence,
      persistenceNetmask: persistence === undefined ? undefined : persistenceNetmask,
      persistenceEngine: persistence === undefined ? undefined : persistenceEngine,
      ...rest,
    }));
});

/** Everything that a rules file can say, and nothing that it may not. */
export const anyDocument: fc.Arbitrary<RulesDocument> = fc
  .uniqueArray(anyService, { maxLength: 6, selector: keysOf, comparator: (one, other) => one.some((key) => other.includes(key)) })
  .map((services) => ({ services }));

function keysOf({ match }: VirtualService): string[] {
  return serviceIdsOf(match).map(serviceKey);
}
