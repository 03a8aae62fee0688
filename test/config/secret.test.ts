// A secret that others could know is no secret: the file is refused. And no error repeats a byte of it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newSecretText, writeNewSecret } from '../../src/config/keygen.ts';
import { loadSecret, parseSecret } from '../../src/config/secret.ts';
import { VspairError } from '../../src/errors/catalogue.ts';
import { containing } from '../cli/terminal.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vspair-secret-'));
  file = join(directory, 'secret');
});

afterEach(() => rmSync(directory, { recursive: true }));

const key = Buffer.alloc(32, 7).toString('base64');
const other = Buffer.alloc(16, 9).toString('base64');

function failureOf(act: () => unknown): VspairError {
  try {
    act();
  } catch (error) {
    if (error instanceof VspairError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

function write(text: string, mode = 0o600): void {
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
}

test('the first key signs, the second is for rotation', () => {
  write(`# comment\n\n2:${key}\r\n1:${other}\n`);
  expect(loadSecret(file)).toEqual([
    { id: 2, key: new Uint8Array(32).fill(7) },
    { id: 1, key: new Uint8Array(16).fill(9) },
  ]);
});

test.each([0o640, 0o604, 0o660, 0o620, 0o610, 0o601])('mode 0%o lets others in and is refused', (mode) => {
  write(`1:${key}\n`, mode);
  const failure = failureOf(() => loadSecret(file));
  expect(failure).toMatchObject({ code: 'VSP_SECRET_UNSAFE', exitCode: 78 });
  expect(failure.message).toBe(
    `${file}: cannot use it as the secret: its mode is 0${mode.toString(8)}, so that others than its owner have access; expected 0600`,
  );
});

test.each([0o600, 0o400])('mode 0%o is accepted', (mode) => {
  write(`1:${key}\n`, mode);
  expect(loadSecret(file)).toHaveLength(1);
});

test('a directory is no secret', () => {
  mkdirSync(file, { mode: 0o700 });
  expect(failureOf(() => loadSecret(file)).message).toContain('it is not a regular file');
});

test('a named pipe is refused without waiting for its writer', () => {
  execFileSync('mkfifo', ['-m', '600', file]);
  expect(failureOf(() => loadSecret(file)).message).toContain('it is not a regular file');
});

test('a link is followed, and the file behind it is what counts', () => {
  write(`1:${key}\n`, 0o644);
  symlinkSync(file, `${file}.link`);
  expect(failureOf(() => loadSecret(`${file}.link`)).code).toBe('VSP_SECRET_UNSAFE');
});

test('a file that belongs to another user is refused: that user could replace it', () => {
  write(`1:${key}\n`);
  chownSync(file, 12_345, 12_345);
  expect(failureOf(() => loadSecret(file)).message).toContain('it belongs to user 12345');
});

test('a missing file says how to make one', () => {
  expect(failureOf(() => loadSecret(file))).toMatchObject({ code: 'VSP_SECRET_MISSING', advice: containing('vspair keygen') });
});

test.each([
  ['an empty file', '', 1, 'there is no key in it'],
  ['only comments', '# nothing\n\n', 1, 'there is no key in it'],
  ['a line without an id', `1:${key}\n${other}\n`, 2, 'the line is not an id, a colon and a key in base64'],
  ['a key id that does not fit a byte', `256:${key}\n`, 1, 'the key id is above 255'],
  ['a key id twice', `1:${key}\n1:${other}\n`, 2, 'key id 1 is given twice'],
  ['a key of 15 bytes', `1:${Buffer.alloc(15, 1).toString('base64')}\n`, 1, 'the key has 15 bytes, fewer than 16'],
  ['no key behind the id', '1:\n', 1, 'the key has 0 bytes, fewer than 16'],
  ['a letter that is not base64', `1:${key.replace('B', '!')}\n`, 1, 'the key is not base64'],
  ['base64 cut short', `1:${key.slice(0, -2)}\n`, 1, 'the key is not base64'],
])('%s is refused with its line', (_, text, line, detail) => {
  const failure = failureOf(() => parseSecret(text, 's'));
  expect(failure).toMatchObject({ code: 'VSP_SECRET_INVALID', place: { file: 's', line, column: 1 } });
  expect(failure.message).toBe(`s:${line}:1: cannot read the secret: ${detail}`);
});

test('no error repeats a part of the file', () => {
  const marked = 'SECRETSECRETSECRET';
  for (const text of [marked, `1:${marked}`, `1:${marked}!`, `999:${marked}`, `1:${key}\n1:${marked}AAAAAA`]) {
    const failure = failureOf(() => parseSecret(text, 's'));
    expect(`${failure.message} ${failure.advice} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain('SECRET'.repeat(2));
  }
});

test('a new secret is one that is accepted, of 32 bytes, and never the same', () => {
  const [one] = parseSecret(newSecretText(), 's');
  const [another] = parseSecret(newSecretText(), 's');
  expect(one).toMatchObject({ id: 1, key: { length: 32 } });
  expect(one?.key).not.toEqual(another?.key);
});

test.each([0, 0o777])(
  "a new secret file is its owner's to read and nobody else's with umask 0%o, and nothing is left beside it",
  (mask) => {
    const umask = process.umask(mask);
    try {
      writeNewSecret(file, newSecretText(), false);
    } finally {
      process.umask(umask);
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['secret']);
    expect(loadSecret(file)).toHaveLength(1);
  },
);

test('a secret is never overwritten unless that is asked for', () => {
  write('keep me');
  expect(failureOf(() => writeNewSecret(file, newSecretText(), false))).toMatchObject({ code: 'VSP_FILE_EXISTS', exitCode: 2 });
  expect(readFileSync(file, 'utf8')).toBe('keep me');
  writeNewSecret(file, newSecretText(), true);
  expect(loadSecret(file)).toHaveLength(1);
  expect(readdirSync(directory)).toEqual(['secret']);
});

test('a directory that does not exist is told, and nothing is written', () => {
  const failure = failureOf(() => writeNewSecret(join(directory, 'no', 'secret'), newSecretText(), false));
  expect(failure).toMatchObject({ code: 'VSP_FILE_UNWRITABLE', message: containing('there is no such file or directory') });
  expect(existsSync(join(directory, 'no'))).toBe(false);
});
