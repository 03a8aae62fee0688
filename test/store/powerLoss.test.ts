import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { revisionOf } from '../../src/rules/revision.ts';
import { durableFile } from '../../src/store/durableFile.ts';
import { openLocalCopy } from '../../src/store/localCopy.ts';
import { historyLimits } from '../../src/store/localHistory.ts';
import { type Files, filesUnder, leftAfter, onDisk, recordingDisk } from './powerLoss.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-power-'));
});
afterEach(() => rm(directory, { recursive: true }));

interface Story {
  readonly step?: number;
  readonly before: Files;
  readonly disk: ReturnType<typeof recordingDisk>;
}

/** Looks at every state that a power loss in the course of what was recorded could have left. Returns how many there are. */
async function afterEachLoss(
  { before, disk: { deeds }, step }: Story,
  look: (left: string, when: string) => Promise<void>,
): Promise<number> {
  let states = 0;
  for (let count = 0; count <= deeds.length; count += 1) {
    for (const files of leftAfter(before, deeds, count, step)) {
      states += 1;
      await onDisk(files, directory, (left) => look(left, `after ${count} of ${deeds.length}: ${deeds[count - 1]?.did ?? 'nothing'}`));
    }
  }
  return states;
}

const revision = (number: number) =>
  revisionOf(
    { services: [] },
    { revision: number, writtenBy: '0.1.0', author: 'op', time: '2026-11-23T10:00:00.000Z', message: `${number}` },
  );

const open = (at: string, more: Partial<Parameters<typeof openLocalCopy>[0]> = {}) =>
  openLocalCopy({ directory: at, version: '0.1.0', onProblem: ({ file, detail }) => expect.fail(`${file}: ${detail}`), ...more });

test('a power loss at any step of a save leaves the old content or the new one whole, and a saved one stays', async () => {
  const root = join(directory, 'state');
  const disk = recordingDisk(root);
  await durableFile(join(root, 'numbers.json'), z.array(z.number())).save([1, 2]);
  const before = await filesUnder(root);
  await durableFile(join(root, 'numbers.json'), z.array(z.number()), { disk }).save([3, 4]);
  const seen = new Set<string>();
  const states = await afterEachLoss({ before, disk }, async (left, when) => {
    const loaded = await durableFile(join(left, 'numbers.json'), z.array(z.number())).load();
    expect(loaded, when).toMatchObject({ found: 'content' });
    seen.add(JSON.stringify(loaded));
    if (when.startsWith(`after ${disk.deeds.length}`)) expect(loaded).toMatchObject({ content: [3, 4] });
  });
  expect(states).toBeGreaterThan(100);
  expect(seen.size).toBe(2);
});

test('a power loss at any step of an apply leaves the last revision or the new one, and the next apply goes on from there', async () => {
  const root = join(directory, 'state');
  const disk = recordingDisk(root);
  // As many in the history as there may be: the oldest one goes in the course of it.
  const limits = { ...historyLimits, revisions: 2 };
  const first = await open(root, { limits });
  for (const number of [1, 2]) await first.save(revision(number));
  const before = await filesUnder(root);
  await (await open(root, { limits, disk })).save(revision(3));
  const seen = new Set<number | undefined>();
  const goneOn = new Set<string>();
  const states = await afterEachLoss({ before, disk, step: 7 }, async (left, when) => {
    const copy = await open(left, { limits });
    seen.add(copy.initial?.revision);
    expect([2, 3], when).toContain(copy.initial?.revision);
    expect(copy.history.names().map((name) => name.revision)).toContain(copy.initial?.revision);
    if (when.startsWith(`after ${disk.deeds.length}`)) expect(copy.initial?.revision).toBe(3);
    if (goneOn.has(when)) return;
    goneOn.add(when);
    await copy.save(revision(4));
    expect((await open(left, { limits })).initial?.revision).toBe(4);
  });
  expect(states).toBeGreaterThan(100);
  expect(seen).toEqual(new Set([2, 3]));
}, 60_000);
