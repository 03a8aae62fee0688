// A queue that outlives its process: a small file for each item, named by its number, so that adding and removing one never
// writes another, and a crash at any moment loses none that was added and brings back at most the one just removed.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { errnoOf } from '../errors/errno.ts';
import { durableFile } from './durableFile.ts';
import { contentOr, type OnFileProblem, saveOr } from './fileProblem.ts';

export interface Numbered<Item> {
  /** Grows with each item. */
  readonly number: number;
  readonly item: Item;
}

/** None of these throws: every problem is told to `onProblem`. */
export interface QueueOnDisk<Item> {
  /** What was not removed, in order. */
  load(): Promise<readonly Numbered<Item>[]>;
  /** Resolves to whether it is durable. */
  add(one: Numbered<Item>): Promise<boolean>;
  remove(number: number): Promise<void>;
}

const digits = 10;
const itemName = /^\d{10}\.json$/;

export function queueOnDisk<Item>(directory: string, schema: z.ZodType<Item>, onProblem: OnFileProblem): QueueOnDisk<Item> {
  const nameOf = (number: number): string => `${String(number).padStart(digits, '0')}.json`;
  const fileOf = (name: string) => durableFile(join(directory, name), schema);
  return {
    async load() {
      const names = (await namesIn(directory, onProblem)).filter((name) => itemName.test(name)).toSorted();
      const loaded = await Promise.all(
        names.map(async (name) => ({ number: Number.parseInt(name, 10), item: await contentOr(fileOf(name), onProblem) })),
      );
      return loaded.flatMap(({ number, item }) => (item === undefined ? [] : [{ number, item }]));
    },
    async add({ number, item }) {
      const name = nameOf(number);
      // Of a full disk the folder is told, and not each item.
      const saved = await saveOr(fileOf(name), item, (problem) => onProblem({ ...problem, file: directory }));
      // On a full disk half a file would be in the way of what is to come.
      if (!saved) await rm(join(directory, `${name}.new`), { force: true }).catch(() => undefined);
      return saved;
    },
    async remove(number) {
      await rm(join(directory, nameOf(number)), { force: true }).catch((error: unknown) => onProblem(unwritable(directory, error)));
    },
  };
}

async function namesIn(directory: string, onProblem: OnFileProblem): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') onProblem({ file: directory, problem: 'unreadable', detail: errnoOf(error), setAside: undefined });
    return [];
  }
}

const unwritable = (file: string, error: unknown) =>
  ({ file, problem: 'unwritable', detail: errnoOf(error), setAside: undefined }) as const;
