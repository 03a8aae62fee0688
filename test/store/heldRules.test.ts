import { expect, test } from 'vitest';
import { digestOf } from '../../src/rules/digest.ts';
import type { RulesRevision } from '../../src/rules/document.ts';
import { holdRules } from '../../src/store/heldRules.ts';

const document = { services: [] };
const revision = (number: number, message = ''): RulesRevision => ({
  format: 2,
  writtenBy: '0.1.0',
  revision: number,
  digest: digestOf(document),
  author: 'op',
  time: '2026-11-23T10:00:00.000Z',
  message,
  document,
});

function held(initial?: RulesRevision) {
  const told: number[] = [];
  const saved: number[] = [];
  const rules = holdRules(initial, async (changed) => saved.push(changed.revision));
  const stop = rules.onChange((changed) => told.push(changed.revision));
  return { rules, told, saved, stop };
}

test('an older revision that arrives late never replaces a newer one', () => {
  const { rules, told } = held(revision(3));
  rules.adopt(revision(2));
  expect(rules.current()?.revision).toBe(3);
  expect(rules.source()).toBe('disk');
  expect(told).toEqual([]);
});

test('the same rules again are no change, but now they are known to be the store’s', () => {
  const { rules, told } = held(revision(3));
  rules.adopt(revision(3));
  expect(rules.source()).toBe('store');
  expect(told).toEqual([]);
});

test('of two documents with one number the store’s counts', () => {
  const { rules } = held({ ...revision(3), digest: '0123456789abcdef' });
  rules.adopt(revision(3, 'the store’s'));
  expect(rules.current()?.message).toBe('the store’s');
});

test('a newer revision is told and saved; a listener that stopped is not told', async () => {
  const { rules, told, saved, stop } = held();
  rules.adopt(revision(1));
  stop();
  rules.adopt(revision(2));
  await rules.saved();
  expect(told).toEqual([1]);
  expect(saved).toEqual([1, 2]);
});
