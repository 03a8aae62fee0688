// The shared secret: one key per line, `id:base64`, the first of them signs and all verify. The file is refused when
// anyone but its owner could read or change it. No error here ever carries a part of a key.
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { fileErrorCode, fileErrorText } from '../text/file.ts';

/** 128 bits, the least that cannot be guessed; `vspair keygen` makes 256. */
const leastKeyBytes = 16;

/** Who may have access to the file, in the bits of its mode. */
const forbidden = {
  owner: 0o077,
  /** A copy of systemd's belongs to root and opens itself to one user by an ACL, whose mask shows as the rights of the group. */
  systemd: 0o037,
} as const;

/**
 * `madeBy`: the owner's own file, or a copy that systemd made for this process. Throws VspairError: VSP_SECRET_MISSING,
 * VSP_SECRET_UNSAFE, VSP_SECRET_INVALID, VSP_PERMISSION or VSP_FILE_UNREADABLE.
 */
export function loadSecret(file: string, madeBy: keyof typeof forbidden = 'owner'): SecretKey[] {
  const text = readPrivately(file, forbidden[madeBy]);
  return parseSecret(text, file);
}

export function parseSecret(text: string, file: string): SecretKey[] {
  const keys: SecretKey[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const key = parseKey(line);
    if (typeof key === 'string') throw invalid(file, index + 1, key);
    if (keys.some(({ id }) => id === key.id)) throw invalid(file, index + 1, `key id ${key.id} is given twice`);
    keys.push(key);
  }
  if (keys.length === 0) throw invalid(file, 1, 'there is no key in it');
  return keys;
}

/** The key, or what is wrong with its line. */
function parseKey(line: string): SecretKey | string {
  const [, digits, encoded] = /^(\d{1,3}):(\S*)\s*$/.exec(line) ?? [];
  if (digits === undefined || encoded === undefined) return 'the line is not an id, a colon and a key in base64';
  const id = Number(digits);
  if (id > 255) return 'the key id is above 255';
  const key = Buffer.from(encoded, 'base64');
  // Buffer skips what is not base64; a mistyped key must not become another, valid one.
  if (key.toString('base64') !== encoded) return 'the key is not base64';
  return key.length < leastKeyBytes ? `the key has ${key.length} bytes, fewer than ${leastKeyBytes}` : { id, key: new Uint8Array(key) };
}

/** What is checked is what is read: the open file, not its name, which could be replaced in between. */
function readPrivately(file: string, bits: number): string {
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK a named pipe would hold the start up for ever.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const fault = faultOf(fstatSync(descriptor), bits);
    if (fault !== undefined)
      throw new VspairError({ code: 'VSP_SECRET_UNSAFE', object: file, attempt: 'use it as the secret', detail: fault });
    return readFileSync(descriptor, 'utf8');
  } catch (cause) {
    if (cause instanceof VspairError) throw cause;
    const code = errnoOf(cause) === 'ENOENT' ? 'VSP_SECRET_MISSING' : fileErrorCode(cause, 'VSP_FILE_UNREADABLE');
    throw new VspairError({ code, object: file, attempt: 'read the secret', detail: fileErrorText(cause), cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function faultOf(stats: Stats, bits: number): string | undefined {
  if (!stats.isFile()) return 'it is not a regular file';
  const mode = stats.mode & 0o777;
  if ((mode & bits) !== 0)
    return `its mode is ${mode.toString(8).padStart(4, '0')}, so that others than its owner have access; expected 0600`;
  if (stats.uid !== 0 && stats.uid !== process.getuid?.()) return `it belongs to user ${stats.uid}, who could replace the secret`;
  return stats.size > 65_536 ? 'it is larger than any secret' : undefined;
}

function invalid(file: string, line: number, detail: string): VspairError {
  return new VspairError({
    code: 'VSP_SECRET_INVALID',
    object: file,
    attempt: 'read the secret',
    detail,
    place: { file, line, column: 1 },
  });
}
