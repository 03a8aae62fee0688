import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RulesDocument } from '../../src/rules/document.ts';
import { openRulesStore } from '../../src/store/openRulesStore.ts';

import { rules, service } from '../rules/documents.ts';

const empty: RulesDocument = { services: [] };
const by = { author: 'op', message: '' };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-local-'));
});
afterEach(() => rm(directory, { recursive: true }));

const open = () =>
  openRulesStore({
    state: { backend: 'none' },
    node: 'vs1',
    writtenBy: '0.1.0',
    directory,
    onProblem: (problem) => expect.fail(problem.detail),
    report: () => undefined,
  });

test('applied rules are told, counted up and still there after a restart', async () => {
  const store = await open();
  const told: number[] = [];
  store.onChange(({ revision }) => told.push(revision));
  await Promise.all([store.apply(empty, by), store.apply(empty, by)]);
  expect(told).toEqual([1, 2]);
  const again = await open();
  expect(again.current()).toMatchObject({ revision: 2, author: 'op' });
  expect(again.state()).toMatchObject({ backend: 'none', connected: true, source: 'disk' });
});

test('an apply that expects another revision is a conflict and changes nothing', async () => {
  const store = await open();
  expect(await store.apply(empty, { ...by, expectedRevision: 1 })).toMatchObject({ ok: false, reason: 'conflict', current: undefined });
  expect(store.current()).toBeUndefined();
});

test('rules that could not be put on disk are not applied, and a later start does not find them', async () => {
  const store = await open();
  await store.apply(empty, by);
  await mkdir(join(directory, 'rules.json.new'));
  expect(await store.apply(empty, by)).toMatchObject({ ok: false, reason: 'unavailable' });
  expect(store.current()?.revision).toBe(1);
  expect((await open()).current()?.revision).toBe(1);
});

test('every apply is in the history, over restarts, and is found by its number and its digest', async () => {
  const store = await open();
  for (const message of ['one', 'two', 'three'])
    await store.apply(rules(service('10.0.0.1', [], { port: message.length })), { ...by, message });
  const again = await open();
  expect(await again.history.entries(2)).toMatchObject([
    { revision: 3, message: 'three', services: 1, superseded: false },
    { revision: 2, message: 'two', superseded: false },
  ]);
  const second = await again.history.find(2);
  expect(second?.message).toBe('two');
  expect(await again.history.find(second?.digest ?? '')).toEqual(second);
  expect(await again.history.find(9)).toBeUndefined();
});
