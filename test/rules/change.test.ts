import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChangedRules, drainServer, restoreServer, setServer } from '../../src/rules/change.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { serverText } from '../../src/rules/naming.ts';
import { anyDocument, rules, server, service } from './documents.ts';

const web = service('10.0.0.1', [server('10.0.0.11', { weight: 3 }), server('10.0.0.12')]);
const tls = service('10.0.0.1', [server('10.0.0.11', { port: 443, weight: 5 })], { port: 443 });
const document = rules(web, tls);
const nothing = { weight: undefined, upperThreshold: undefined, lowerThreshold: undefined };

function made(changed: ChangedRules): RulesDocument {
  if (changed.ok) return changed.document;
  throw new Error(changed.detail);
}

const weights = ({ services }: RulesDocument) =>
  services.map(({ servers }) => servers.map((one) => [serverText(one), one.weight, one.restoreWeight]));

const undrained = ({ services }: RulesDocument): RulesDocument => ({
  services: services.map((one) => ({ ...one, servers: one.servers.map((each) => ({ ...each, restoreWeight: undefined })) })),
});

test('a server is drained in every service that it is in, and its weights are kept', () => {
  expect(weights(made(drainServer(document, '10.0.0.11')))).toEqual([
    [
      ['10.0.0.11:80', 0, 3],
      ['10.0.0.12:80', 1, undefined],
    ],
    [['10.0.0.11:443', 0, 5]],
  ]);
});

test('with its port only that is drained', () => {
  const drained = made(drainServer(document, '10.0.0.11:443'));
  expect(weights(drained)[0]).toEqual(weights(document)[0]);
  expect(weights(drained)[1]).toEqual([['10.0.0.11:443', 0, 5]]);
});

test('to drain twice is to drain once: the kept weight stays', () => {
  const drained = made(drainServer(document, '10.0.0.11'));
  expect(made(drainServer(drained, '10.0.0.11'))).toBe(drained);
});

test('restoring gives back what draining took, whatever the rules', () => {
  fc.assert(
    fc.property(anyDocument, (drawn) => {
      const any = undrained(drawn);
      const address = any.services.flatMap(({ servers }) => servers).find(({ weight }) => weight > 0)?.address;
      fc.pre(address !== undefined);
      expect(made(restoreServer(made(drainServer(any, address)), address))).toEqual(any);
    }),
  );
});

test('restoring a server that was not drained changes nothing', () => {
  expect(made(restoreServer(document, '10.0.0.11'))).toBe(document);
});

test('set changes the server of the one service', () => {
  const changed = made(setServer(document, '10.0.0.1:80', '10.0.0.11', { weight: 9, upperThreshold: 100, lowerThreshold: 50 }));
  expect(changed.services).toEqual([
    { ...web, servers: [server('10.0.0.11', { weight: 9, upperThreshold: 100, lowerThreshold: 50 }), server('10.0.0.12')] },
    tls,
  ]);
});

test('set leaves the same server of another service alone', () => {
  const shared = server('10.0.0.11');
  const twice = rules(service('10.0.0.1', [shared]), service('10.0.0.2', [shared]));
  const changed = made(setServer(twice, '10.0.0.2:80', '10.0.0.11', { ...nothing, weight: 7 }));
  expect(changed.services.map(({ servers }) => servers[0]?.weight)).toEqual([1, 7]);
});

test('what is not set stays, and setting what is there changes nothing', () => {
  const changed = made(setServer(document, '10.0.0.1:80', '10.0.0.11', { ...nothing, upperThreshold: 100 }));
  expect(changed.services[0]?.servers[0]).toEqual(server('10.0.0.11', { weight: 3, upperThreshold: 100 }));
  expect(made(setServer(document, '10.0.0.1:80', '10.0.0.11', { ...nothing, weight: 3 }))).toBe(document);
});

test('a weight that is set to a drained server is meant: nothing is left to restore', () => {
  const drained = made(drainServer(document, '10.0.0.11'));
  const set = made(setServer(drained, '10.0.0.1:80', '10.0.0.11', { ...nothing, weight: 2 }));
  expect(weights(set)[0]?.[0]).toEqual(['10.0.0.11:80', 2, undefined]);
});

test('thresholds that would cross are refused', () => {
  expect(setServer(document, '10.0.0.1:80', '10.0.0.11', { ...nothing, lowerThreshold: 50 })).toEqual({
    ok: false,
    reason: 'contradictory',
    detail: 'the lower threshold 50 of 10.0.0.11:80 would be above its upper threshold 0',
  });
});

test.each([
  [
    'an unknown service',
    () => setServer(document, '10.0.0.9:80', '10.0.0.11', nothing),
    /^there is no service 10\.0\.0\.9:80 .*did you mean 10/,
  ],
  ['an unknown server', () => drainServer(document, '10.0.0.19'), /^there is no server 10\.0\.0\.19 .*did you mean 10\.0\.0\.11\?/],
  [
    'a server of another service',
    () => setServer(document, '10.0.0.1:443', '10.0.0.12', nothing),
    /^there is no server 10\.0\.0\.12 .* of service 10\.0\.0\.1:443$/,
  ],
])('%s is told with what was probably meant', (_, change, detail) => {
  expect(change()).toEqual({ ok: false, reason: 'unknown', detail: expect.stringMatching(detail) as unknown });
});
