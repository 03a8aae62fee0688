import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { FileProblem } from '../../src/store/fileProblem.ts';
import { queueOnDisk } from '../../src/store/queueOnDisk.ts';

let directory: string;
const problems: FileProblem[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-queue-'));
  problems.length = 0;
});
afterEach(() => rm(directory, { recursive: true }));

const open = (path = join(directory, 'queue')) => queueOnDisk(path, z.string(), (problem) => problems.push(problem));

test('another process finds what was added and not removed, in order', async () => {
  const queue = open();
  for (const [number, item] of [
    [9, 'nine'],
    [10, 'ten'],
    [11, 'eleven'],
  ] as const)
    expect(await queue.add({ number, item })).toBe(true);
  await queue.remove(10);
  expect(await open().load()).toEqual([
    { number: 9, item: 'nine' },
    { number: 11, item: 'eleven' },
  ]);
  expect(problems).toEqual([]);
});

test('an item that is cut off is set aside and told, and the others are there', async () => {
  const queue = open();
  await queue.add({ number: 1, item: 'one' });
  await queue.add({ number: 2, item: 'two' });
  await writeFile(join(directory, 'queue', '0000000001.json'), '{"checksum":"');
  expect(await open().load()).toEqual([{ number: 2, item: 'two' }]);
  expect(problems).toMatchObject([{ problem: 'corrupt', file: join(directory, 'queue', '0000000001.json') }]);
});

test('a directory that cannot be made is told, and nothing is thrown', async () => {
  const inTheWay = join(directory, 'file');
  await writeFile(inTheWay, '');
  const queue = open(join(inTheWay, 'queue'));
  expect(await queue.load()).toEqual([]);
  expect(await queue.add({ number: 1, item: 'one' })).toBe(false);
  await queue.remove(1);
  expect(problems.map(({ problem }) => problem)).toEqual(['unreadable', 'unwritable', 'unwritable']);
});

test('what was not begun for it is left alone', async () => {
  const queue = open();
  await queue.add({ number: 1, item: 'one' });
  await writeFile(join(directory, 'queue', 'notes.txt'), 'of an operator');
  expect(await queue.load()).toHaveLength(1);
  expect(await readdir(join(directory, 'queue'))).toContain('notes.txt');
});
