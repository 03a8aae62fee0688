import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { durableFile } from '../../src/store/durableFile.ts';
import type { FileProblem } from '../../src/store/fileProblem.ts';
import { openNodeState } from '../../src/store/nodeState.ts';
import { eventually } from '../eventually.ts';

let directory: string;
let problems: FileProblem[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-state-'));
  problems = [];
});
afterEach(() => rm(directory, { recursive: true }));

const open = () => openNodeState({ directory, onProblem: (problem) => problems.push(problem) });

test('every start has a higher incarnation, and it is on disk before the start goes on', async () => {
  expect((await open()).incarnation).toBe(1);
  expect((await open()).incarnation).toBe(2);
  expect(JSON.parse(await readFile(join(directory, 'incarnation.json'), 'utf8'))).toMatchObject({ content: 2 });
  expect(problems).toEqual([]);
});

test('an incarnation that the peers made us raise is kept', async () => {
  await (await open()).raiseIncarnation(41);
  expect((await open()).incarnation).toBe(42);
});

test('a lost incarnation is told, and the director starts all the same', async () => {
  await writeFile(join(directory, 'incarnation.json'), '{"checksum":"x","content":7}');
  expect((await open()).incarnation).toBe(1);
  expect(problems).toMatchObject([
    { file: join(directory, 'incarnation.json'), problem: 'corrupt', setAside: join(directory, 'incarnation.json.corrupt-1') },
  ]);
});

test('a state directory that cannot be written is told, and the director starts all the same', async () => {
  directory = join(directory, 'file');
  await writeFile(directory, '');
  expect((await open()).incarnation).toBe(1);
  expect(problems).toContainEqual(expect.objectContaining({ problem: 'unwritable', file: join(directory, 'incarnation.json') }));
  directory = join(directory, '..');
});

test('the newest mark of each peer survives, an older one never replaces it', async () => {
  const state = await open();
  state.keepMark({ node: 'vsbak', incarnation: 2, sequence: 10 });
  state.keepMark({ node: 'vsbak', incarnation: 1, sequence: 99 });
  state.keepMark({ node: 'vsbak', incarnation: 2, sequence: 9 });
  state.keepMark({ node: 'vs3', incarnation: 1, sequence: 1 });
  await state.close();
  expect((await open()).marks).toEqual([
    { node: 'vsbak', incarnation: 2, sequence: 10 },
    { node: 'vs3', incarnation: 1, sequence: 1 },
  ]);
});

test('many marks are one write, a second after the first of them', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const state = await open();
  for (let sequence = 0; sequence < 1000; sequence += 1) state.keepMark({ node: 'vsbak', incarnation: 1, sequence });
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(999);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1);
  vi.useRealTimers();
  const saved = async (): Promise<unknown> => JSON.parse(await readFile(join(directory, 'peer-marks.json'), 'utf8').catch(() => '{}'));
  await eventually(saved).toMatchObject({ content: [{ node: 'vsbak', incarnation: 1, sequence: 999 }] });
});

const note = { reason: 'new disk', author: 'root@vs1', since: '2026-11-23T10:00:00.000Z' };

test('maintenance survives a restart with its reason, and so does its end', async () => {
  const state = await open();
  expect(state.maintenance()).toBeUndefined();
  await state.keepMaintenance(note);
  expect(state.maintenance()).toEqual(note);
  const next = await open();
  expect(next.maintenance()).toEqual(note);
  await next.keepMaintenance(undefined);
  expect((await open()).maintenance()).toBeUndefined();
});

test('maintenance that an older version wrote down has no reason', async () => {
  await durableFile(join(directory, 'maintenance.json'), z.boolean()).save(true);
  expect((await open()).maintenance()).toEqual({ reason: null, author: null, since: null });
  expect(problems).toEqual([]);
});
