// Files that a command makes: all of them or none, each of them whole, and none in the place of another unless that is wanted.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { fileErrorCode, fileErrorText } from './file.ts';

export interface NewFile {
  readonly file: string;
  readonly text: string;
  /** Whatever the umask says. */
  readonly mode: number;
}

/** In directories that are there. Throws VspairError: VSP_FILE_EXISTS (unless `replace`), VSP_PERMISSION or VSP_FILE_UNWRITABLE. */
export function writeNewFiles(files: readonly NewFile[], replace: boolean): void {
  const there = files.find(({ file }) => existsSync(file));
  if (there !== undefined && !replace) throw exists(there.file);
  for (const { file } of files) attempt(file, () => refuseDirectory(file));
  const placed: string[] = [];
  try {
    for (const one of files) attempt(one.file, () => stage(one));
    for (const { file } of files) {
      attempt(file, () => place(file, replace));
      placed.push(file);
    }
  } catch (error) {
    if (!replace) for (const file of placed) rmSync(file, { force: true });
    throw error;
  } finally {
    for (const { file } of files) rmSync(besideOf(file), { force: true });
  }
}

/** With what leads to it; nothing when it is there. Throws VspairError: VSP_PERMISSION or VSP_FILE_UNWRITABLE. */
export const makeDirectory = (directory: string): void => attempt(directory, () => mkdirSync(directory, { recursive: true }));

/** That files can be made in this directory, or it and what leads to it. Throws VspairError: VSP_PERMISSION or VSP_FILE_UNWRITABLE. */
export function demandWritable(directory: string): void {
  const there = existsSync(directory) || directory === dirname(directory);
  if (there) attempt(directory, () => accessSync(`${directory}/.`, constants.W_OK));
  else demandWritable(dirname(directory));
}

const besideOf = (file: string): string => `${file}.new-${process.pid}`;

/** Found before anything is put in its place: what was replaced cannot be brought back. */
function refuseDirectory(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a directory');
}

/** Nobody else can have read a byte of it before it has its mode. */
function stage({ file, text, mode }: NewFile): void {
  const descriptor = openSync(besideOf(file), 'wx', 0o600);
  try {
    fchmodSync(descriptor, mode);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A daemon never reads half a file. A link, unlike a rename, replaces nothing. */
function place(file: string, replace: boolean): void {
  if (replace) renameSync(besideOf(file), file);
  else linkSync(besideOf(file), file);
}

function attempt(file: string, act: () => void): void {
  try {
    act();
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') throw exists(file);
    const code = fileErrorCode(cause, 'VSP_FILE_UNWRITABLE');
    throw new VspairError({ code, object: file, attempt: 'write it', detail: fileErrorText(cause), cause });
  }
}

const exists = (file: string): VspairError =>
  new VspairError({ code: 'VSP_FILE_EXISTS', object: file, attempt: 'write it', detail: 'it exists already' });
