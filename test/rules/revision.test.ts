import { expect, test } from 'vitest';
import { digestOf } from '../../src/rules/digest.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { newerFormat, revisionOf, rulesDocumentSchema, rulesRevisionSchema } from '../../src/rules/revision.ts';
import { rules, server, service } from './documents.ts';

const document: RulesDocument = {
  services: [service('10.0.0.1', [server('10.0.0.11')], { scheduler: 'wlc' })],
};
const facts = { revision: 1, writtenBy: '0.1.0', author: 'op', time: '2026-11-23T10:00:00.000Z', message: '' };
const revision = revisionOf(document, facts);
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
  ['a format that this version does not know', { ...revision, format: 3 }],
  ['a range of ports that ends before it begins', revisionOf(rules(service('10.0.0.1', [], { lastPort: 79 })), facts)],
  ['revision 0', { ...revision, revision: 0 }],
  ['an unknown key', { ...revision, extra: 1 }],
  ['an address that is not canonical', { ...revision, document: rules(service('010.0.0.1', [])) }],
  ['no document', { ...revision, document: null }],
])('a revision with %s is not one', (_what, value) => {
  expect(rulesRevisionSchema.safeParse(value).success).toBe(false);
});

test('what a newer version wrote is refused with both versions named', () => {
  const newer = { ...revision, format: 3, writtenBy: '0.9.0', document: { services: [], news: 1 } };
  expect(newerFormat(newer, '0.1.0')).toBe(
    'the rules are of format 3, written by vspair 0.9.0; this is vspair 0.1.0, which reads formats up to 2',
  );
  expect(newerFormat(revision, '0.1.0')).toBeUndefined();
});
