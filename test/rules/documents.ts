// Rules documents for tests: the ones that a test names, and any.
import fc from 'fast-check';
import { digestOf } from '../../src/rules/digest.ts';
import {
  type RealServer,
  type RulesDocument,
  type RulesRevision,
  rulesFormat,
  type ServiceMatch,
  type VirtualService,
} from '../../src/rules/document.ts';
import { matchText } from '../../src/rules/kernelServices.ts';

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

/** Only nat can change the port. */
const anyServer = (family: 4 | 6, servicePort: number): fc.Arbitrary<RealServer> =>
  fc
    .record({
      host: fc.integer({ min: 11, max: 14 }),
      port: fc.constantFrom(80, 8080),
      weight: fc.constantFrom(0, 1, 1, 5, 65535),
      forward: fc.constantFrom('dr', 'tun', 'nat'),
      upperThreshold: fc.constantFrom(0, 0, 100),
      lowerThreshold: fc.constantFrom(0, 50),
    })
    .map(({ host, port, lowerThreshold, ...rest }) =>
      server(family === 4 ? `10.0.0.${host}` : `2001:db8::${host}`, {
        ...rest,
        port: rest.forward === 'nat' ? port : servicePort,
        lowerThreshold: Math.min(lowerThreshold, rest.upperThreshold),
      }),
    );

const anyService: fc.Arbitrary<VirtualService> = fc
  .tuple(fc.constantFrom(4, 6), fc.integer({ min: 1, max: 2 }), fc.constantFrom(80, 443), fc.constantFrom('tcp', 'udp', 'sctp'))
  .chain(([family, host, port, protocol]) =>
    fc
      .record({
        scheduler: fc.constantFrom('rr', 'wrr', 'lc', 'wlc', 'sh', 'mh'),
        persistence: fc.constantFrom(undefined, 60, 300),
        persistenceNetmask: fc.constantFrom(undefined, family === 4 ? '255.255.255.0' : '64'),
        onePacket: protocol === 'udp' ? fc.boolean() : fc.constant(false),
        servers: fc.uniqueArray(anyServer(family, port), { maxLength: 4, selector: ({ address, port }) => `${address} ${port}` }),
      })
      .map(({ servers, ...rest }) => service(family === 4 ? `10.0.0.${host}` : `2001:db8::${host}`, servers, { protocol, port, ...rest })),
  );

export const anyDocument: fc.Arbitrary<RulesDocument> = fc
  .uniqueArray(anyService, { maxLength: 6, selector: ({ match }) => matchText(match) })
  .map((services) => ({ services }));
