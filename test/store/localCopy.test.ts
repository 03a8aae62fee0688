import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { RulesRevision } from '../../src/rules/document.ts';
import { revisionOf } from '../../src/rules/revision.ts';
import { durableFile } from '../../src/store/durableFile.ts';
import type { FileProblem } from '../../src/store/fileProblem.ts';
import { type LocalCopy, openLocalCopy } from '../../src/store/localCopy.ts';
import { type HistoryLimits, historyLimits } from '../../src/store/localHistory.ts';
import { rules, service } from '../rules/documents.ts';

let directory: string;
let problems: FileProblem[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-copy-'));
  problems = [];
});
afterEach(() => rm(directory, { recursive: true }));

const open = (limits: HistoryLimits = historyLimits): Promise<LocalCopy> =>
  openLocalCopy({ directory, version: '0.1.0', limits, onProblem: (problem) => problems.push(problem) });

const revision = (number: number): RulesRevision =>
  revisionOf(rules(service('10.0.0.1', [], { port: number })), {
    revision: number,
    writtenBy: '0.1.0',
    author: 'op',
    time: '2026-11-23T10:00:00.000Z',
    message: '',
  });

async function saved(...numbers: readonly number[]): Promise<void> {
  const copy = await open();
  for (const number of numbers) await copy.save(revision(number));
}

const rulesFile = (): string => join(directory, 'rules.json');
const historyFiles = async (): Promise<readonly string[]> => (await readdir(join(directory, 'history'))).toSorted();
const numbersOf = (copy: LocalCopy): readonly number[] => copy.history.names().map((name) => name.revision);

/** As a vspair of the next format would leave it. */
async function saveNewer(path: string, number: number): Promise<string> {
  await durableFile(path, z.unknown()).save({ ...revision(number), format: 3, writtenBy: '0.9.0', document: { news: [] } });
  return readFile(path, 'utf8');
}

const newerText = 'the rules are of format 3, written by vspair 0.9.0; this is vspair 0.1.0, which reads formats up to 2';

test('a corrupt rules file is set aside and told, and the newest good revision of the history takes its place', async () => {
  await saved(1, 2, 3);
  await writeFile(rulesFile(), '{"checksum":');
  expect((await open()).initial).toEqual(revision(3));
  expect(problems).toEqual([
    { file: rulesFile(), problem: 'corrupt', detail: 'it is cut off or not one of our files', setAside: `${rulesFile()}.corrupt-1` },
  ]);
});

test('when the newest of the history is corrupt too, the one before it is used, and both are told', async () => {
  await saved(1, 2, 3);
  const newest = join(directory, 'history', (await historyFiles()).at(-1) ?? '');
  for (const file of [rulesFile(), newest]) await writeFile(file, 'spoiled');
  expect((await open()).initial).toEqual(revision(2));
  expect(problems.map(({ file, problem }) => [file, problem])).toEqual([
    [rulesFile(), 'corrupt'],
    [newest, 'corrupt'],
  ]);
});

test('rules that the history has lost are put back into it at the next start', async () => {
  await saved(1, 2);
  await rm(join(directory, 'history'), { recursive: true });
  const copy = await open();
  expect(numbersOf(copy)).toEqual([2]);
  expect(await copy.history.load(revision(2))).toEqual({ found: 'content', content: revision(2) });
  expect(problems).toEqual([]);
});

test('rules of a newer format are refused with both versions named, stay where they are, and nothing takes their place', async () => {
  await saved(1);
  const before = await saveNewer(rulesFile(), 2);
  const copy = await open();
  expect(copy).toMatchObject({ initial: undefined, newer: newerText });
  expect(problems).toEqual([{ file: rulesFile(), problem: 'newer', detail: newerText, setAside: undefined }]);
  await expect(copy.save(revision(3))).rejects.toMatchObject({
    code: 'VSP_FORMAT_NEWER',
    message: expect.stringContaining(newerText) as unknown,
  });
  expect(await readFile(rulesFile(), 'utf8')).toBe(before);
  expect((await readdir(directory)).toSorted()).toEqual(['history', 'rules.json']);
  expect(numbersOf(copy)).toEqual([1]);
});

test('an older revision does not stand in for a newer one of the history that this version cannot read', async () => {
  await saved(1);
  await saveNewer(join(directory, 'history', '0000000002-0123456789abcdef.json'), 2);
  expect(await open()).toMatchObject({ initial: undefined, newer: newerText });
});

test('the history holds no more revisions than it may, and loses the oldest first', async () => {
  const copy = await open({ ...historyLimits, revisions: 3 });
  for (const number of [1, 2, 3, 4, 5]) await copy.save(revision(number));
  expect(numbersOf(copy)).toEqual([5, 4, 3]);
  expect(await historyFiles()).toHaveLength(3);
});

test('the history takes no more room than it may, but the rules in use are always in it', async () => {
  const copy = await open();
  await copy.save(revision(1));
  const { length } = await readFile(join(directory, 'history', (await historyFiles())[0] ?? ''));
  const tight = await open({ ...historyLimits, bytes: 2 * length });
  for (const number of [2, 3, 4]) await tight.save(revision(number));
  expect(numbersOf(tight)).toEqual([4, 3]);
  const tiny = await open({ ...historyLimits, bytes: 1 });
  await tiny.save(revision(5));
  expect(numbersOf(tiny)).toEqual([5]);
});
