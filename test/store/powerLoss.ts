// A disk that remembers what was done to it, and what a power loss after any of it could have left: what was not synced
// may be there, be there in part, or not at all, and each of several changes to a directory by itself.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Disk, localDisk } from '../../src/store/disk.ts';

interface Inode {
  text: string;
}

type Deed =
  | { readonly did: 'create' | 'rename' | 'remove'; readonly names: readonly Naming[] }
  | { readonly did: 'write'; readonly inode: Inode; readonly text: string }
  | { readonly did: 'sync'; readonly inode: Inode }
  | { readonly did: 'syncDirectory'; readonly path: string };

/** What a path leads to from now on. */
interface Naming {
  readonly path: string;
  readonly inode: Inode | undefined;
}

export interface RecordedDisk extends Disk {
  readonly deeds: readonly Deed[];
}

/** Does everything on the real disk too. Paths are kept relative to `root`. */
export function recordingDisk(root: string): RecordedDisk {
  const deeds: Deed[] = [];
  const now = new Map<string, Inode>();
  const at = (path: string): string => relative(root, path);
  const name = (did: 'create' | 'rename' | 'remove', ...names: readonly Naming[]): void => {
    deeds.push({ did, names });
    for (const { path, inode } of names) {
      if (inode === undefined) now.delete(path);
      else now.set(path, inode);
    }
  };
  return {
    deeds,
    makeDirectory: (path) => localDisk.makeDirectory(path),
    async create(path) {
      const file = await localDisk.create(path);
      const inode: Inode = { text: '' };
      name('create', { path: at(path), inode });
      return {
        async write(text) {
          await file.write(text);
          deeds.push({ did: 'write', inode, text });
        },
        async sync() {
          await file.sync();
          deeds.push({ did: 'sync', inode });
        },
        close: () => file.close(),
      };
    },
    append: () => Promise.reject(new Error('files that are appended to have tests of their own')),
    async rename(from, to) {
      await localDisk.rename(from, to);
      name('rename', { path: at(to), inode: now.get(at(from)) }, { path: at(from), inode: undefined });
    },
    async remove(path) {
      await localDisk.remove(path);
      name('remove', { path: at(path), inode: undefined });
    },
    async syncDirectory(path) {
      await localDisk.syncDirectory(path);
      deeds.push({ did: 'syncDirectory', path: at(path) });
    },
  };
}

/** The files of a directory tree by their relative path. */
export type Files = ReadonlyMap<string, string>;

export async function filesUnder(root: string): Promise<Files> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [relative(root, path), await readFile(path, 'utf8')] as const)));
}

/**
 * Each state of the disk that a power loss after the first `count` deeds could leave, `before` being what was durable then.
 * Torn writes differ in length by `step` bytes.
 */
export function* leftAfter(before: Files, deeds: readonly Deed[], count: number, step = 1): Generator<Files> {
  const { durable, pending, unsynced } = settle(before, deeds.slice(0, count));
  for (const happened of subsets(pending)) {
    for (const torn of remains(unsynced, step)) {
      const paths = new Map(durable);
      for (const { names } of happened) for (const { path, inode } of names) setOrDelete(paths, path, inode);
      yield new Map([...paths].map(([path, inode]) => [path, torn?.inode === inode ? torn.text : inode.text]));
    }
  }
}

interface Unsynced {
  readonly inode: Inode;
  readonly text: string;
}

interface Renaming {
  readonly names: readonly Naming[];
}

function settle(before: Files, deeds: readonly Deed[]) {
  const durable = new Map<string, Inode>([...before].map(([path, text]) => [path, { text }]));
  let pending: Renaming[] = [];
  let unsynced: Unsynced | undefined;
  for (const deed of deeds) {
    switch (deed.did) {
      case 'write':
        unsynced = deed;
        break;
      case 'sync':
        if (unsynced?.inode === deed.inode) deed.inode.text = unsynced.text;
        unsynced = undefined;
        break;
      case 'syncDirectory':
        for (const { names } of pending)
          for (const { path, inode } of names) if (dirname(path) === (deed.path || '.')) setOrDelete(durable, path, inode);
        pending = pending.filter(({ names }) => names.some(({ path }) => dirname(path) !== (deed.path || '.')));
        break;
      case 'create':
      case 'rename':
      case 'remove':
        pending.push(deed);
    }
  }
  return { durable, pending, unsynced };
}

function setOrDelete(paths: Map<string, Inode>, path: string, inode: Inode | undefined): void {
  if (inode === undefined) paths.delete(path);
  else paths.set(path, inode);
}

function* subsets(pending: readonly Renaming[]): Generator<readonly Renaming[]> {
  for (let mask = 0; mask < 2 ** pending.length; mask += 1) yield pending.filter((_, index) => (mask >> index) % 2 === 1);
}

/** Lengths of what was written and not synced, and the whole length full of zeroes. */
function* remains(unsynced: Unsynced | undefined, step: number): Generator<Unsynced | undefined> {
  if (unsynced === undefined) {
    yield undefined;
    return;
  }
  const { inode, text } = unsynced;
  for (let length = 0; length <= text.length; length += step) yield { inode, text: text.slice(0, length) };
  yield { inode, text };
  yield { inode, text: '\0'.repeat(text.length) };
}

/** A real directory with these files, for as long as `use` takes. */
export async function onDisk<Result>(files: Files, under: string, use: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(under, 'left-'));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
