// A new secret, on disk before anyone else could have read a byte of it.
import { randomBytes } from 'node:crypto';
import { type NewFile, writeNewFiles } from '../text/newFiles.ts';

/** As long as the output of the hash that it keys (RFC 2104, section 3). */
const keyBytes = 32;

export const newSecretText = (): string =>
  `# The secret of one vspair cluster, the same on all its directors.\n1:${randomBytes(keyBytes).toString('base64')}\n`;

export const secretFile = (file: string, text: string): NewFile => ({ file, text, mode: 0o600 });

/** Throws VspairError: VSP_FILE_EXISTS (unless `replace`), VSP_PERMISSION or VSP_FILE_UNWRITABLE. */
export const writeNewSecret = (file: string, text: string, replace: boolean): void => writeNewFiles([secretFile(file, text)], replace);
