// A new secret, on disk before anyone else could have read a byte of it.
import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { fileErrorCode, fileErrorText } from '../text/file.ts';

/** As long as the output of the hash that it keys (RFC 2104, section 3). */
const keyBytes = 32;

export const newSecretText = (): string =>
  `# The secret of one vspair cluster, the same on all its directors.\n1:${randomBytes(keyBytes).toString('base64')}\n`;

/** Throws VspairError: VSP_FILE_EXISTS (unless `replace`), VSP_PERMISSION or VSP_FILE_UNWRITABLE. */
export function writeNewSecret(file: string, text: string, replace: boolean): void {
  const beside = `${file}.new-${process.pid}`;
  try {
    writePrivately(beside, text);
    // The file appears whole or not at all: a daemon never reads half a key. A link, unlike a rename, replaces nothing.
    if (replace) renameSync(beside, file);
    else linkSync(beside, file);
  } catch (cause) {
    const code = errnoOf(cause) === 'EEXIST' ? 'VSP_FILE_EXISTS' : fileErrorCode(cause, 'VSP_FILE_UNWRITABLE');
    throw new VspairError({ code, object: file, attempt: 'write the secret', detail: fileErrorText(cause), cause });
  } finally {
    rmSync(beside, { force: true });
  }
}

function writePrivately(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    // The umask may have taken the owner's own right to read.
    fchmodSync(descriptor, 0o600);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
