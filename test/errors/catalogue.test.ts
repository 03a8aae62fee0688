// The catalogue, the exit codes and their documentation say the same.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue, type ErrorCode, exitCodeOf, VspairError } from '../../src/errors/catalogue.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { ran } from '../cli/terminal.ts';

const page = readFileSync(new URL('../../src/cli/EXIT-CODES.md', import.meta.url), 'utf8');

/** The cells of every row of the tables that match. */
const rows = (pattern: RegExp): string[][] => [...page.matchAll(pattern)].map((match) => match.slice(1));

test('the documentation lists every exit code with its name, and no other', () => {
  const documented = rows(/^\| (\d+) \| (\w+) \| \S.*\|$/gm).map(([number, name]) => [name, Number(number)]);
  expect(Object.fromEntries(documented)).toEqual(exitCodes);
  expect(documented).toHaveLength(Object.keys(exitCodes).length);
});

test('the documentation lists every error code with its exit code, and no other', () => {
  const documented = rows(/^\| (VSP_\w+) \| (\d+) \| \S.*\|$/gm).map(([code, exit]) => [code, Number(exit)]);
  const real = Object.keys(catalogue).map((code) => [code, exitCodeOf(code as ErrorCode)]);
  expect(documented).toEqual(real);
});

test('an exit code belongs to one name', () => {
  expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length);
});

test('the help of the command names exit codes as they are', async () => {
  const { out } = await ran(['--help']);
  const named = [...out.replaceAll('\n', ' ').matchAll(/(\d+) (done|not healthy|refused|no daemon|rules invalid|configuration invalid)/g)];
  expect(named.map(([, number, words]) => [words, Number(number)])).toEqual([
    ['done', exitCodes.ok],
    ['not healthy', exitCodes.notHealthy],
    ['refused', exitCodes.refused],
    ['no daemon', exitCodes.daemonNotReachable],
    ['rules invalid', exitCodes.rulesInvalid],
    ['configuration invalid', exitCodes.configInvalid],
  ]);
});

test.each(Object.entries(catalogue))('%s says what to do', (_, { advice }) => {
  expect(advice.length).toBeGreaterThan(10);
  expect(advice).not.toMatch(/[.!]$/);
});

test('an error names its object, its attempt and its reason', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new VspairError({ code: 'VSP_DAEMON_NOT_REACHABLE', object: '/run/x.sock', attempt: 'reach the daemon', cause });
  expect(error).toMatchObject({ message: '/run/x.sock: cannot reach the daemon: ECONNREFUSED', exitCode: 5, cause });
});

test('a detail stands for the words of the cause, a place for the object', () => {
  const place = { file: 'f', line: 2, column: 3 };
  const error = new VspairError({
    code: 'VSP_SECRET_INVALID',
    object: 'f',
    attempt: 'read it',
    detail: 'too short',
    place,
    cause: new Error('raw'),
  });
  expect(error.message).toBe('f:2:3: cannot read it: too short');
});

test('without a reason there is none', () => {
  expect(new VspairError({ code: 'VSP_REFUSED', object: 'web', attempt: 'fail over' }).message).toBe('web: cannot fail over');
});
