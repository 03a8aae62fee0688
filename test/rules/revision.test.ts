import { expect, test } from 'vitest';
import { digestOf } from '../../src/rules/digest.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { rulesDocumentSchema, rulesRevisionSchema } from '../../src/rules/revision.ts';

const document: RulesDocument = {
  services: [
    {
      protocol: 'tcp',
      address: '10.0.0.1',
      port: 80,
      scheduler: 'wlc',
      persistence: undefined,
      persistenceNetmask: undefined,
      onePacket: false,
      servers: [{ address: '10.0.0.11', port: 80, weight: 1, forward: 'dr', upperThreshold: 0, lowerThreshold: 0 }],
    },
  ],
};
const revision = { revision: 1, digest: digestOf(document), author: 'op', time: '2026-11-23T10:00:00.000Z', message: '', document };
const thereAndBack = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a document survives JSON, which leaves out what is undefined', () => {
  expect(rulesDocumentSchema.parse(thereAndBack(document))).toEqual(document);
  expect(rulesRevisionSchema.parse(thereAndBack(revision))).toEqual(revision);
});

test('the digest does not depend on the order of keys, and does depend on every value', () => {
  const turned = Object.fromEntries(Object.entries(document.services[0] ?? {}).reverse());
  expect(digestOf(rulesDocumentSchema.parse({ services: [thereAndBack(turned)] }))).toBe(digestOf(document));
  expect(digestOf({ services: [] })).not.toBe(digestOf(document));
  expect(digestOf(document)).toMatch(/^[0-9a-f]{16}$/);
});

test.each([
  ['a digest of other rules', { ...revision, digest: '0'.repeat(16) }],
  ['revision 0', { ...revision, revision: 0 }],
  ['an unknown key', { ...revision, extra: 1 }],
  ['an address that is not canonical', { ...revision, document: { services: [{ ...document.services[0], address: '010.0.0.1' }] } }],
  ['no document', { ...revision, document: null }],
])('a revision with %s is not one', (_what, value) => {
  expect(rulesRevisionSchema.safeParse(value).success).toBe(false);
});
