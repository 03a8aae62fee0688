// The file operations that a durable save is made of. A narrow port: the tests cut it off between any two of them.
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Disk {
  /** With those above it. Durable when it resolves. */
  makeDirectory(path: string): Promise<void>;
  /** Creates the file, or empties the one that is there. */
  create(path: string): Promise<NewFile>;
  /** Opens the file so that what is written follows what is there; creates it when it is not. */
  append(path: string): Promise<NewFile>;
  rename(from: string, to: string): Promise<void>;
  /** Whether it is there or not. */
  remove(path: string): Promise<void>;
  /** Names in a directory, new or changed, last only from here on. */
  syncDirectory(path: string): Promise<void>;
}

export interface NewFile {
  write(text: string): Promise<void>;
  /** What was written lasts only from here on. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const localDisk: Disk = {
  async makeDirectory(path) {
    const first = await mkdir(path, { recursive: true, mode: 0o750 });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
  },
  create: (path) => opened(path, 'w'),
  append: (path) => opened(path, 'a'),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  syncDirectory,
};

async function opened(path: string, how: 'w' | 'a'): Promise<NewFile> {
  const file = await open(path, how, 0o640);
  await leaveToOwnerOf(dirname(path), file);
  return { write: (text) => file.writeFile(text), sync: () => file.sync(), close: () => file.close() };
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

/** The daemon has a user of its own, and must be able to read what a command of root's wrote. */
async function leaveToOwnerOf(directory: string, file: FileHandle): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(directory);
  if (uid !== 0) await file.chown(uid, gid);
}
