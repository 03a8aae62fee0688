// The log of events on a real disk: torn lines, limits, a disk that refuses, and what another director told.
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventOf } from '../../src/events/draft.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { type Disk, localDisk } from '../../src/store/disk.ts';
import { type EventFile, openEventFile } from '../../src/store/eventFile.ts';
import { type EventLog, openEventLog } from '../../src/store/eventLog.ts';
import type { FileProblem } from '../../src/store/fileProblem.ts';
import { teller } from '../events/teller.ts';

let directory: string;
let problems: FileProblem[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-events-'));
  problems = [];
});
afterEach(() => rm(directory, { recursive: true }));

const onProblem = (problem: FileProblem): number => problems.push(problem);
const said = (text: string, more: Partial<DirectorEvent> = {}): DirectorEvent => eventOf({ type: 'test', text, ...more }, teller);
const texts = (events: readonly DirectorEvent[]): string[] => events.map(({ text }) => text);

const logOf = (node: string, limits?: { readonly count: number; readonly bytes: number }): Promise<EventLog> =>
  openEventLog({
    ...{ directory: join(directory, node), node, others: node === 'vs1' ? ['vsbak'] : ['vs1'], onProblem },
    ...(limits === undefined ? {} : { limits }),
  });
const fileOf = (node: string, of = node): string => join(directory, node, 'events', `${of}.jsonl`);

async function withEvents(...words: readonly string[]): Promise<EventLog> {
  const log = await logOf('vs1');
  for (const word of words) log.add(said(word));
  await log.saved();
  return log;
}

test('what was told is there after a restart, in its order', async () => {
  const before = await withEvents('one', 'two', 'three');
  const after = await logOf('vs1');
  expect(after.own()).toEqual(before.own());
  expect(texts(after.events())).toEqual(['one', 'two', 'three']);
  expect(problems).toEqual([]);
});

test('a last line that was cut off at any byte is told and skipped, and what comes after it is whole', async () => {
  await withEvents('one', 'two');
  const whole = await readFile(fileOf('vs1'));
  const start = whole.indexOf('\n') + 1;
  for (let end = start + 1; end < whole.length; end += 7) {
    problems = [];
    await writeFile(fileOf('vs1'), whole.subarray(0, end));
    const log = await logOf('vs1');
    expect(texts(log.own())).toEqual(['one']);
    expect(problems).toMatchObject([{ file: fileOf('vs1'), problem: 'corrupt', detail: expect.stringContaining('cut off') as unknown }]);
    log.add(said('three'));
    await log.saved();
    expect(texts((await logOf('vs1')).own())).toEqual(['one', 'three']);
    expect(problems).toHaveLength(1);
  }
});

test('a line that is no event is told and skipped, and those around it are kept', async () => {
  await withEvents('one');
  await appendFile(fileOf('vs1'), '{"log":"x","number":2,"event":{"id":"no"}}\n\0\0\0\n');
  const more = await readFile(fileOf('vs1'), 'utf8');
  await appendFile(
    fileOf('vs1'),
    more
      .slice(0, more.indexOf('\n') + 1)
      .replace('"number":1', '"number":4')
      .replaceAll('one', 'four'),
  );
  const log = await logOf('vs1');
  expect(problems).toMatchObject([{ problem: 'corrupt', detail: '2 of its lines cannot be read; the others are kept' }]);
  expect((await readFile(fileOf('vs1'), 'utf8')).split('\n')).toHaveLength(3);
  expect(log.own()).toHaveLength(1);
});

test('the newest are kept when there are too many, on the disk too, and the numbers go on', async () => {
  const limits = { count: 8, bytes: 1_000_000 };
  const log = await logOf('vs1', limits);
  for (let number = 1; number <= 20; number += 1) log.add(said(`event ${number}`));
  await log.saved();
  const kept = texts(log.own());
  expect(kept.length).toBeLessThanOrEqual(8);
  expect(kept.at(-1)).toBe('event 20');
  expect(texts((await logOf('vs1', limits)).own())).toEqual(kept);
  expect(log.after(null, 100).at(-1)?.number).toBe(20);
});

test('the file never grows far beyond its bytes', async () => {
  const limits = { count: 1_000, bytes: 20_000 };
  const log = await logOf('vs1', limits);
  for (let number = 1; number <= 100; number += 1) {
    log.add(said('x'.repeat(1_000)));
    await log.saved();
    expect((await stat(fileOf('vs1'))).size).toBeLessThanOrEqual(limits.bytes);
  }
  expect(log.own().length).toBeGreaterThan(5);
});

test('an event that is told again under its id takes the place of the first', async () => {
  const log = await withEvents('one');
  const [first] = log.own();
  log.add(said('two'));
  log.add(said('one, with its phases', { id: first?.id ?? '' }));
  await log.saved();
  for (const one of [log, await logOf('vs1')]) expect(texts(one.own())).toEqual(['one, with its phases', 'two']);
});

test('a disk that refuses is told once; what was told meanwhile is on it when it takes again', async () => {
  let refuses = false;
  const disk: Disk = {
    ...localDisk,
    append: (path) => (refuses ? fail() : localDisk.append(path)),
    create: (path) => (refuses ? fail() : localDisk.create(path)),
  };
  const path = fileOf('vs1');
  const open = (): Promise<EventFile> => openEventFile({ path, onProblem, disk });
  const file = await open();
  const tell = async (number: number): Promise<void> => {
    file.add([{ log: 'a', number, event: said(`event ${number}`) }]);
    await file.saved();
  };
  await tell(1);
  refuses = true;
  await tell(2);
  await tell(3);
  expect(problems).toMatchObject([{ file: path, problem: 'unwritable', detail: 'no space left on the device' }]);
  expect((await open()).entries()).toHaveLength(1);
  refuses = false;
  await tell(4);
  expect((await open()).entries().map(({ number }) => number)).toEqual([1, 2, 3, 4]);
});

const fail = (): Promise<never> => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));

test('a directory that cannot be written costs the disk, not the events', async () => {
  await writeFile(join(directory, 'vs1'), 'a file in the way');
  const log = await logOf('vs1');
  log.add(said('one'));
  await log.saved();
  expect(texts(log.own())).toEqual(['one']);
  expect(problems.map(({ problem }) => problem)).toContain('unwritable');
});

test('another director takes what it has not seen, and nothing twice', async () => {
  const [vs1, vsbak] = [await withEvents('one', 'two'), await logOf('vsbak')];
  expect(vsbak.take('vs1', vs1.after(vsbak.cursorOf('vs1'), 100))).toHaveLength(2);
  expect(vsbak.take('vs1', vs1.after(null, 100))).toEqual([]);
  vs1.add(said('three'));
  await vs1.saved();
  expect(vs1.after(vsbak.cursorOf('vs1'), 100).map(({ event }) => event.text)).toEqual(['three']);
  vsbak.take('vs1', vs1.after(vsbak.cursorOf('vs1'), 100));
  await vsbak.saved();
  expect(texts((await logOf('vsbak')).events())).toEqual(['one', 'two', 'three']);
  expect(vsbak.own()).toEqual([]);
});

test('a director that lost its disk tells from its first event on, and what the other one has of it stays', async () => {
  const [vs1, vsbak] = [await withEvents('one', 'two'), await logOf('vsbak')];
  vsbak.take('vs1', vs1.after(null, 100));
  await rm(join(directory, 'vs1'), { recursive: true });
  const anew = await withEvents('after the loss');
  vsbak.take('vs1', anew.after(vsbak.cursorOf('vs1'), 100));
  await vsbak.saved();
  expect(texts(vsbak.events())).toEqual(['one', 'two', 'after the loss']);
});

test('events are joined by their times, and each director keeps its own order though its clock was set back', async () => {
  const [vs1, vsbak] = [await logOf('vs1'), await logOf('vsbak')];
  const at = (minute: number): string => `2026-01-01T00:0${minute}:00.000Z`;
  for (const [text, minute] of [
    ['b1', 2],
    ['b2', 1],
    ['b3', 5],
  ] as const)
    vsbak.add(said(text, { time: at(minute) }));
  for (const [text, minute] of [
    ['a1', 1],
    ['a2', 4],
  ] as const)
    vs1.add(said(text, { time: at(minute) }));
  vsbak.take('vs1', vs1.after(null, 100));
  await Promise.all([vs1.saved(), vsbak.saved()]);
  expect(texts(vsbak.events())).toEqual(['a1', 'b1', 'b2', 'a2', 'b3']);
});

test('a file that cannot be read is told', async () => {
  await localDisk.makeDirectory(fileOf('vs1'));
  expect((await logOf('vs1')).own()).toEqual([]);
  expect(problems).toMatchObject([{ file: fileOf('vs1'), problem: 'unreadable', detail: 'it is a directory' }]);
});
