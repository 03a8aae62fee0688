import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../src/rules/digest.ts';
import type { RulesRevision } from '../../src/rules/document.ts';
import { holdRules } from '../../src/store/heldRules.ts';
import { localCopy } from '../../src/store/localCopy.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-held-'));
});
afterEach(() => rm(directory, { recursive: true }));

const document = { services: [] };
const revision = (number: number, message = ''): RulesRevision => ({
  revision: number,
  digest: digestOf(document),
  author: 'op',
  time: '2026-11-23T10:00:00.000Z',
  message,
  document,
});

function held(initial?: RulesRevision) {
  const told: number[] = [];
  const copy = localCopy(directory);
  const rules = holdRules(initial, copy, (problem) => expect.fail(problem.detail));
  const stop = rules.onChange((changed) => told.push(changed.revision));
  return { rules, told, copy, stop };
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

test('of two documents with one number the store’s counts', async () => {
  const { rules } = held({ ...revision(3), digest: '0123456789abcdef' });
  rules.adopt(revision(3, 'the store’s'));
  expect(rules.current()?.message).toBe('the store’s');
  await rules.saved();
});

test('a newer revision is told, and on disk when the save is over; a listener that stopped is not told', async () => {
  const { rules, told, copy, stop } = held();
  rules.adopt(revision(1));
  stop();
  rules.adopt(revision(2));
  await rules.saved();
  expect(told).toEqual([1]);
  expect(await copy.load()).toEqual({ found: 'content', content: revision(2) });
});
