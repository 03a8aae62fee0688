// What one director told, on this disk: a line of JSON for each event, appended. A crash can tear the last line only; what
// cannot be read is told and skipped. When there are too many the file is written anew with the newest of them.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { type EventEntry, entrySchema } from '../events/exchange.ts';
import { fileErrorText } from '../text/file.ts';
import { type Disk, localDisk } from './disk.ts';
import type { OnFileProblem } from './fileProblem.ts';
import { oneAtATime } from './oneAtATime.ts';

export interface EventFile {
  /** Oldest first. */
  entries(): readonly EventEntry[];
  /** Known at once, on the disk a little later. */
  add(entries: readonly EventEntry[]): void;
  /** Resolves when all that was added is on the disk, or could not be brought there, which was told. */
  saved(): Promise<void>;
}

export interface EventFileOptions {
  readonly path: string;
  readonly onProblem: OnFileProblem;
  readonly limits?: EventLimits;
  readonly disk?: Disk;
}

export interface EventLimits {
  readonly count: number;
  readonly bytes: number;
}

const usualLimits: EventLimits = { count: 2_000, bytes: 4 * 1024 * 1024 };
/** What is left when a limit is passed, so that not each event writes the file anew. */
const leftShare = 0.75;

/** Never throws: a director whose disk fails still tells. */
export async function openEventFile({ path, onProblem, limits = usualLimits, disk = localDisk }: EventFileOptions): Promise<EventFile> {
  const found = await read(path, onProblem);
  let entries = found.entries;
  let bytes = found.bytes;
  let waiting: EventEntry[] = [];
  let anew = found.isTorn;
  let failing = false;

  const bound = (): void => {
    if (entries.length <= limits.count && bytes <= limits.bytes) return;
    entries = newest(entries, limits);
    bytes = sizeOf(entries);
    anew = true;
  };

  const save = oneAtATime(async () => {
    if (waiting.length === 0 && !anew) return;
    const [lines, whole] = anew ? [entries, true] : [waiting, false];
    waiting = [];
    anew = false;
    try {
      await (whole ? replace(disk, path, lines) : append(disk, path, lines));
      failing = false;
    } catch (error) {
      // A part of a line may be there: the next attempt writes all of it.
      anew = true;
      if (!failing) onProblem({ file: path, problem: 'unwritable', detail: fileErrorText(error), setAside: undefined });
      failing = true;
    }
  });

  bound();
  if (anew) await save();
  return {
    entries: () => entries,
    add(more) {
      entries = [...entries, ...more];
      bytes += sizeOf(more);
      waiting.push(...more);
      bound();
      void save();
    },
    saved: save,
  };
}

interface Found {
  readonly entries: readonly EventEntry[];
  readonly bytes: number;
  /** Something in the file is no entry: it is to be written anew before anything is appended. */
  readonly isTorn: boolean;
}

async function read(path: string, onProblem: OnFileProblem): Promise<Found> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') onProblem({ file: path, problem: 'unreadable', detail: fileErrorText(error), setAside: undefined });
    return { entries: [], bytes: 0, isTorn: false };
  }
  const lines = text.split('\n');
  // What follows the last end of a line was being written.
  const torn = lines.pop() !== '';
  const entries = lines.flatMap(entryOf);
  const unreadable = lines.length - entries.length;
  if (torn || unreadable > 0) {
    const what = [torn ? ['its last line is cut off'] : [], unreadable > 0 ? [`${unreadable} of its lines cannot be read`] : []].flat();
    onProblem({ file: path, problem: 'corrupt', detail: `${what.join(', and ')}; the others are kept`, setAside: undefined });
  }
  return { entries, bytes: Buffer.byteLength(text), isTorn: torn || unreadable > 0 };
}

function entryOf(line: string): EventEntry[] {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    // No JSON: the caller counts the lines that gave nothing.
    return [];
  }
}

async function append(disk: Disk, path: string, entries: readonly EventEntry[]): Promise<void> {
  await disk.makeDirectory(dirname(path));
  const file = await disk.append(path);
  try {
    await file.write(textOf(entries));
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncDirectory(dirname(path));
}

async function replace(disk: Disk, path: string, entries: readonly EventEntry[]): Promise<void> {
  const temporary = `${path}.new`;
  await disk.makeDirectory(dirname(path));
  const file = await disk.create(temporary);
  try {
    await file.write(textOf(entries));
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, path);
  await disk.syncDirectory(dirname(path));
}

function newest(entries: readonly EventEntry[], limits: EventLimits): readonly EventEntry[] {
  let left = entries.slice(-Math.floor(limits.count * leftShare));
  while (left.length > 1 && sizeOf(left) > limits.bytes * leftShare) left = left.slice(Math.ceil(left.length / 4));
  return left;
}

const lineOf = (entry: EventEntry): string => `${JSON.stringify(entry)}\n`;
const textOf = (entries: readonly EventEntry[]): string => entries.map(lineOf).join('');
const sizeOf = (entries: readonly EventEntry[]): number => Buffer.byteLength(textOf(entries));
