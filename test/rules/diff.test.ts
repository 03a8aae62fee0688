import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rulesDifference } from '../../src/rules/diff.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { anyDocument, rules, server, service } from './documents.ts';

const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12')]);
const dns = service('10.0.0.1', [server('10.0.0.11', { port: 53 })], { protocol: 'udp', port: 53 });

test('equal documents do not differ, and no order of services makes them', () => {
  fc.assert(
    fc.property(anyDocument, ({ services }) => {
      expect(rulesDifference({ services }, { services: services.toReversed() })).toEqual([]);
    }),
  );
});

test('documents with the same difference both ways are each other’s opposite', () => {
  const signed = (one: RulesDocument, other: RulesDocument) =>
    rulesDifference(one, other)
      .map(({ change, service: name }) => `${change} ${name}`)
      .toSorted();
  const turned = (text: string) => text.replace(/^(?:added|removed)/, (word) => (word === 'added' ? 'removed' : 'added'));
  fc.assert(
    fc.property(anyDocument, anyDocument, (one, other) => {
      expect(signed(other, one)).toEqual(signed(one, other).map(turned).toSorted());
    }),
  );
});

test('a weight, a new server and a lost one stand below their service', () => {
  const after = service('10.0.0.1', [server('10.0.0.11', { weight: 0, restoreWeight: 1 }), server('10.0.0.13', { forward: 'nat' })]);
  expect(rulesDifference(rules(web, dns), rules(after, dns))).toEqual([
    {
      change: 'changed',
      service: 'tcp 10.0.0.1:80',
      settings: [],
      servers: [
        {
          change: 'changed',
          server: '10.0.0.11:80',
          settings: [
            { setting: 'weight', from: '1', to: '0' },
            { setting: 'restoreWeight', to: '1' },
          ],
        },
        {
          change: 'added',
          server: '10.0.0.13:80',
          settings: [
            { setting: 'weight', to: '1' },
            { setting: 'forward', to: 'nat' },
          ],
        },
        {
          change: 'removed',
          server: '10.0.0.12:80',
          settings: [
            { setting: 'weight', from: '1' },
            { setting: 'forward', from: 'dr' },
          ],
        },
      ],
    },
  ]);
});

test('the newer document gives the order, what it lost comes last', () => {
  const tls = service('10.0.0.1', [], { port: 443 });
  const difference = rulesDifference(rules(dns, web), rules(tls, { ...web, scheduler: 'wlc' }));
  expect(difference.map(({ change, service: name }) => [change, name])).toEqual([
    ['added', 'tcp 10.0.0.1:443'],
    ['changed', 'tcp 10.0.0.1:80'],
    ['removed', 'udp 10.0.0.1:53'],
  ]);
});

test.each([
  [{ scheduler: 'mh' }, { setting: 'scheduler', from: 'rr', to: 'mh' }],
  [{ schedulerFlags: ['mh-port', 'mh-fallback'] }, { setting: 'schedulerFlags', to: 'mh-fallback, mh-port' }],
  [{ persistence: 300 }, { setting: 'persistence', to: '300s' }],
  [{ persistenceNetmask: '255.255.255.0' }, { setting: 'persistenceNetmask', to: '255.255.255.0' }],
  [{ persistenceEngine: 'sip' }, { setting: 'persistenceEngine', to: 'sip' }],
  [{ onePacket: true }, { setting: 'onePacket', to: 'true' }],
  [{ drain: 30 }, { setting: 'drain', to: '30s' }],
] as const)('a service that has %o is told as %o', (more, setting) => {
  expect(rulesDifference(rules(web), rules({ ...web, ...more }))).toMatchObject([{ settings: [setting], servers: [] }]);
});

test.each([
  [{ tunnel: { type: 'gue', port: 6080, checksum: 'remote' } }, { setting: 'tunnel', to: 'gue, port 6080, checksum remote' }],
  [{ tunnel: { type: 'gre', checksum: 'full' } }, { setting: 'tunnel', to: 'gre, checksum full' }],
  [{ upperThreshold: 100 }, { setting: 'upperThreshold', to: '100' }],
  [{ lowerThreshold: 50 }, { setting: 'lowerThreshold', to: '50' }],
] as const)('a server that has %o is told as %o', (more, setting) => {
  const before = rules(service('10.0.0.1', [server('10.0.0.11')]));
  const after = rules(service('10.0.0.1', [server('10.0.0.11', more)]));
  expect(rulesDifference(before, after)).toMatchObject([{ servers: [{ change: 'changed', settings: [setting] }] }]);
});
