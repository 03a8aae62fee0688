// A new secret, on disk before anyone else could have read a byte of it.
import { randomBytes } from 'node:crypto';
import type { SecretKey } from '../keeper/messages.ts';
import { type NewFile, writeNewFiles } from '../text/newFiles.ts';

/** As long as the output of the hash that it keys (RFC 2104, section 3). */
const keyBytes = 32;

export const newSecretText = (): string => secretText([newKey(1)]);

export const newKey = (id: number): SecretKey => ({ id, key: new Uint8Array(randomBytes(keyBytes)) });

/** The first key signs. */
export const secretText = (keys: readonly SecretKey[]): string =>
  ['# The secret of one vspair cluster, the same on all its directors.', ...keys.map(keyLine), ''].join('\n');

const keyLine = ({ id, key }: SecretKey): string => `${id}:${Buffer.from(key).toString('base64')}`;

export const secretFile = (file: string, text: string): NewFile => ({ file, text, mode: 0o600 });

/** Throws VspairError: VSP_FILE_EXISTS (unless `replace`), VSP_PERMISSION or VSP_FILE_UNWRITABLE. */
export const writeNewSecret = (file: string, text: string, replace: boolean): void => writeNewFiles([secretFile(file, text)], replace);
