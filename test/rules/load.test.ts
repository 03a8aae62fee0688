// What a rules file in order means.
import { expect, test } from 'vitest';
import { rulesText } from '../../src/cli/renderRules.ts';
import { problemText } from '../../src/errors/place.ts';
import { type LoadedRules, loadRules, parseRules, servicesBesideTheVips } from '../../src/rules/load.ts';

function loaded(text: string): LoadedRules {
  const read = parseRules(text, 'r.yaml');
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'));
  return read;
}

const everything = `services:
  - address: 10.0.0.1:443
    scheduler: mh
    forward: nat
    persistence: 5m
    persistenceNetmask: 255.255.255.0
    servers:
      - { address: 192.168.1.11:8443, weight: 65535, upperThreshold: 100, lowerThreshold: 50 }
      - { address: 10.0.0.12:443, forward: dr, weight: 0 }
  - { address: "[2001:DB8::1]:53", protocol: udp, onePacket: true, scheduler: rr, forward: tun, servers: [{ address: 10.0.0.12:53 }] }
  - { address: "[2001:db8::1]:0", persistence: 1s, persistenceNetmask: "64", servers: [{ address: "[2001:db8::b]:0" }] }
  - { address: 10.0.0.1:0, protocol: sctp, persistence: 744h, forward: nat, servers: [{ address: 10.0.0.12:0 }, { address: 10.0.0.13:99 }] }
`;

const usual = { weight: 1, forward: 'dr', upperThreshold: 0, lowerThreshold: 0 };
const plain = { protocol: 'tcp', scheduler: 'wlc', persistence: undefined, persistenceNetmask: undefined, onePacket: false };

test('a service has the documented defaults', () => {
  expect(loaded('services: [{ address: 10.0.0.1:80, servers: [{ address: 10.0.0.11:80 }] }]').document).toEqual({
    services: [{ ...plain, address: '10.0.0.1', port: 80, servers: [{ ...usual, address: '10.0.0.11', port: 80 }] }],
  });
});

test('no services at all are rules too', () => {
  expect(loaded('services: []').document).toEqual({ services: [] });
});

test('all that a file says is in the document, addresses in canonical text', () => {
  expect(loaded(everything).document).toEqual({
    services: [
      {
        ...plain,
        address: '10.0.0.1',
        port: 443,
        scheduler: 'mh',
        persistence: 300,
        persistenceNetmask: '255.255.255.0',
        servers: [
          { address: '192.168.1.11', port: 8443, weight: 65535, forward: 'nat', upperThreshold: 100, lowerThreshold: 50 },
          { ...usual, address: '10.0.0.12', port: 443, weight: 0 },
        ],
      },
      {
        ...plain,
        address: '2001:db8::1',
        port: 53,
        protocol: 'udp',
        scheduler: 'rr',
        onePacket: true,
        servers: [{ ...usual, address: '10.0.0.12', port: 53, forward: 'tun' }],
      },
      {
        ...plain,
        address: '2001:db8::1',
        port: 0,
        persistence: 1,
        persistenceNetmask: '64',
        servers: [{ ...usual, address: '2001:db8::b', port: 0 }],
      },
      {
        ...plain,
        address: '10.0.0.1',
        port: 0,
        protocol: 'sctp',
        persistence: 744 * 3600,
        servers: [
          { ...usual, address: '10.0.0.12', port: 0, forward: 'nat' },
          { ...usual, address: '10.0.0.13', port: 99, forward: 'nat' },
        ],
      },
    ],
  });
});

test('rules that are shown can be applied again and are the same', () => {
  const { document } = loaded(everything);
  expect(loaded(rulesText(document)).document).toEqual(document);
});

test('the commented example that comes with vspair is in order', () => {
  expect(loadRules(new URL('../../config/rules.yaml', import.meta.url).pathname)).toMatchObject({ ok: true, warnings: [] });
});

test('a service on an address that is no virtual IP is warned of', () => {
  expect(
    servicesBesideTheVips(loaded('services:\n  - address: 10.0.0.7:80\n  - address: 10.0.0.1:81\n'), ['10.0.0.1', '192.168.1.254']).map(
      problemText,
    ),
  ).toEqual(['r.yaml:2:14: services[0].address is 10.0.0.7, which is no virtual IP of the configuration; expected 10.0.0.1']);
});
