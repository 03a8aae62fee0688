// What a rules file in order means.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rulesText } from '../../src/cli/renderRules.ts';
import { problemText } from '../../src/errors/place.ts';
import type { VirtualService } from '../../src/rules/document.ts';
import { type LoadedRules, loadRules, mixedFamiliesBesideSync, parseRules, servicesBesideTheVips } from '../../src/rules/load.ts';
import { rulesDocumentSchema } from '../../src/rules/revision.ts';
import { anyDocument, atPort, rules, server, service } from './documents.ts';

function loaded(text: string): LoadedRules {
  const read = parseRules(text, 'r.yaml');
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'));
  return read;
}

const plainServer = server('10.0.0.11');
const plain = service('10.0.0.1', [plainServer], { scheduler: 'wlc' });

test('a service has the documented defaults', () => {
  expect(loaded('services: [{ address: 10.0.0.1:80, servers: [{ address: 10.0.0.11:80 }] }]').document).toEqual(rules(plain));
});

test('no services at all are rules too', () => {
  expect(loaded('services: []').document).toEqual({ services: [] });
});

interface Row {
  readonly what: string;
  readonly text: string;
  readonly means: VirtualService;
}

const range = { port: 8000, lastPort: 8010 };
const mark = { ...plain, match: { by: 'mark', family: 4, mark: 7 } } as const;
const gue = { type: 'gue', port: 5555, checksum: 'remote' } as const;
const tun = server('10.0.0.11', { forward: 'tun' });

const rows: readonly Row[] = [
  {
    what: 'persistence with its mask',
    text: 'address: 10.0.0.1:80, persistence: 5m, persistenceNetmask: 255.255.255.0, servers: [{ address: 10.0.0.11:80 }]',
    means: { ...plain, persistence: 300, persistenceNetmask: '255.255.255.0' },
  },
  {
    what: 'addresses in canonical text',
    text: 'address: "[2001:DB8:0::1]:80", servers: [{ address: "[2001:db8::0b]:80" }]',
    means: service('2001:db8::1', [server('2001:db8::b')], { scheduler: 'wlc' }),
  },
  {
    what: "a server without a port has its service's",
    text: 'address: "[2001:db8::1]:80", servers: [{ address: "[2001:db8::b]" }]',
    means: service('2001:db8::1', [server('2001:db8::b')], { scheduler: 'wlc' }),
  },
  {
    what: 'all ports',
    text: 'address: 10.0.0.1:0, persistence: 744h, servers: [{ address: 10.0.0.11 }, { address: 10.0.0.12:0 }]',
    means: {
      ...atPort(0, plain),
      persistence: 744 * 3600,
      servers: [server('10.0.0.11', { port: 0 }), server('10.0.0.12', { port: 0 })],
    },
  },
  {
    what: 'a range of ports, to the same ports, to others, and to one',
    text: `address: 10.0.0.1:8000-8010, forward: nat, servers: [
      { address: 10.0.0.11, forward: dr }, { address: 10.0.0.12:9000-9010 }, { address: 10.0.0.13:80 }]`,
    means: service(
      '10.0.0.1',
      [
        server('10.0.0.11', range),
        server('10.0.0.12', { port: 9000, lastPort: 9010, forward: 'nat' }),
        server('10.0.0.13', { forward: 'nat' }),
      ],
      { scheduler: 'wlc', ...range },
    ),
  },
  {
    what: 'a firewall mark is of IPv4, and its servers need no ports',
    text: 'fwmark: 7, servers: [{ address: 10.0.0.11 }]',
    means: { ...mark, servers: [server('10.0.0.11', { port: 0 })] },
  },
  {
    what: 'a firewall mark of IPv6',
    text: 'fwmark: 0xffffffff, family: ipv6, servers: [{ address: "[2001:db8::b]:80", forward: nat }]',
    means: { ...mark, match: { by: 'mark', family: 6, mark: 0xffff_ffff }, servers: [server('2001:db8::b', { forward: 'nat' })] },
  },
  {
    what: 'flags of the scheduler',
    text: 'address: 10.0.0.1:80, scheduler: mh, schedulerFlags: [mh-port, mh-fallback], servers: [{ address: 10.0.0.11:80 }]',
    means: { ...plain, scheduler: 'mh', schedulerFlags: ['mh-port', 'mh-fallback'] },
  },
  {
    what: 'the tunnel of a service is that of its servers that forward by tun and have none of their own',
    text: `address: 10.0.0.1:80, forward: tun, tunnel: { type: gue, port: 5555, checksum: remote }, servers: [
      { address: 10.0.0.11 }, { address: 10.0.0.12, tunnel: { type: gre } }, { address: 10.0.0.13, forward: nat }]`,
    means: {
      ...plain,
      servers: [
        { ...tun, tunnel: gue },
        { ...tun, address: '10.0.0.12', tunnel: { type: 'gre', checksum: 'none' } },
        server('10.0.0.13', { forward: 'nat' }),
      ],
    },
  },
  {
    what: 'the sip engine, one-packet scheduling and a time to drain',
    text: 'address: 10.0.0.1:80, protocol: udp, persistence: 60s, persistenceEngine: sip, onePacket: true, drain: 30s',
    means: {
      ...service('10.0.0.1', [], { scheduler: 'wlc', protocol: 'udp', persistence: 60, drain: 30 }),
      persistenceEngine: 'sip',
      onePacket: true,
    },
  },
  {
    what: 'weights and thresholds of a server',
    text: 'address: 10.0.0.1:80, servers: [{ address: 10.0.0.11, weight: 0, restoreWeight: 5, upperThreshold: 100, lowerThreshold: 50 }]',
    means: { ...plain, servers: [{ ...plainServer, weight: 0, restoreWeight: 5, upperThreshold: 100, lowerThreshold: 50 }] },
  },
];

test.each(rows)('the file says: $what', ({ text, means }) => {
  expect(loaded(`services: [{ ${text} }]`).document).toEqual(rules(means));
});

test('rules that are shown can be applied again and are the same: any document', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      expect(loaded(rulesText(document)).document).toEqual(document);
      expect(rulesDocumentSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    }),
  );
});

test('rules are shown as people write them: a server is one line', () => {
  const shown = rulesText(rules({ ...plain, servers: [{ ...tun, tunnel: gue }], scheduler: 'sh', schedulerFlags: ['sh-port'] }, mark));
  expect(shown.split('\n')).toEqual([
    'format: 2',
    'services:',
    '  - address: 10.0.0.1:80',
    '    protocol: tcp',
    '    scheduler: sh',
    '    schedulerFlags: [ sh-port ]',
    '    forward: tun',
    '    tunnel: { type: gue, port: 5555, checksum: remote }',
    '    servers:',
    '      - { address: 10.0.0.11:80, weight: 1 }',
    '  - fwmark: 7',
    '    scheduler: wlc',
    '    forward: dr',
    '    servers:',
    '      - { address: 10.0.0.11:80, weight: 1 }',
  ]);
});

test('the commented example that comes with vspair is in order', () => {
  expect(loadRules(new URL('../../config/rules.yaml', import.meta.url).pathname)).toMatchObject({ ok: true, warnings: [] });
});

test('a service on an address that is no virtual IP is warned of', () => {
  expect(
    servicesBesideTheVips(loaded('services:\n  - address: 10.0.0.7:80\n  - address: 10.0.0.1:81\n'), ['10.0.0.1', '192.168.1.254']).map(
      problemText,
    ),
  ).toEqual([
    'r.yaml:2:14: services[0].address is 10.0.0.7, which is no virtual IP of the configuration; expected 10.0.0.1 or 192.168.1.254 (did you mean 10.0.0.1?)',
  ]);
});

test('a server of another family is warned of where connections are synchronised', () => {
  const text = `services:
  - { address: 10.0.0.1:80, forward: tun, servers: [{ address: 10.0.0.11 }, { address: "[2001:db8::b]" }] }
  - { fwmark: 7, family: ipv6, forward: tun, servers: [{ address: "[2001:db8::b]" }, { address: 10.0.0.11 }] }
`;
  const why = 'is of another family than its service, while the configuration has ipvs.connectionSync';
  expect(mixedFamiliesBesideSync(loaded(text)).map(problemText)).toEqual([
    `r.yaml:2:88: services[0].servers[1].address ${why}; expected one of the two: the kernel refuses to have both`,
    `r.yaml:3:97: services[1].servers[1].address ${why}; expected one of the two: the kernel refuses to have both`,
  ]);
});
