// Files that people hand to vspair, read whole: with a bound, and with an error that says what to do.
import { readFileSync, statSync } from 'node:fs';
import { type ErrorCode, VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';

/** Ten thousand services in their longest form stay below it. */
const largestFile = 16 * 1024 * 1024;

let standardInput: Buffer | undefined;

/** `-` is standard input, which can be read once and is then remembered. Throws VspairError: VSP_PERMISSION or VSP_FILE_UNREADABLE. */
export function readTextFile(file: string): Buffer {
  try {
    if (file === '-') {
      standardInput ??= readFileSync(0);
      return standardInput;
    }
    const { size } = statSync(file);
    if (size > largestFile) throw new RangeError(`it has ${size} bytes, the largest file read is ${largestFile}`);
    return readFileSync(file);
  } catch (cause) {
    throw new VspairError({
      code: fileErrorCode(cause, 'VSP_FILE_UNREADABLE'),
      object: file,
      attempt: 'read it',
      detail: fileErrorText(cause),
      cause,
    });
  }
}

export const fileErrorCode = (cause: unknown, otherwise: ErrorCode): ErrorCode =>
  ['EACCES', 'EPERM'].includes(errnoOf(cause)) ? 'VSP_PERMISSION' : otherwise;

/** The words for the usual errnos; the message of the error for the rest. */
export function fileErrorText(cause: unknown): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or directory',
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    EISDIR: 'it is a directory',
    ENOTDIR: 'a part of the path is not a directory',
    EEXIST: 'it exists already',
    ENOSPC: 'no space left on the device',
    EROFS: 'the file system is read-only',
  };
  return words[errnoOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause));
}
