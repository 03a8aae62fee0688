// A command line that is not understood changes nothing, says what was wrong, and exits 2.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { version } from '../../src/cli/version.ts';
import { spawned } from './process.ts';
import { ran } from './terminal.ts';

const commands = [
  'run',
  'status',
  'failover',
  'failback',
  'maintenance',
  'drill',
  'alerts',
  'rules',
  'migrate',
  'init',
  'check',
  'doctor',
  'keygen',
];

const exitCodesText = readFileSync(new URL('../../src/cli/EXIT-CODES.md', import.meta.url), 'utf8');

test('the version is that of the package', async () => {
  const { version: packaged } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(version).toBe(packaged);
  expect(await spawned('--version')).toEqual({ out: packaged, err: '', exitCode: 0 });
});

test('help lists every command and exits 0, in English whatever the locale', async () => {
  const { out, err, exitCode } = await spawned('--help');
  expect(out).toMatch(/^Commands:$/m);
  for (const command of commands) expect(out).toMatch(new RegExp(`^  vspair ${command}\\b`, 'm'));
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
});

const actions = ['show', 'check', 'apply', 'edit', 'set', 'drain', 'restore', 'history', 'diff', 'rollback', 'publish', 'import', 'export'];

test('the help of rules lists every action', async () => {
  const { out } = await ran(['rules', '--help']);
  for (const action of actions) expect(out).toMatch(new RegExp(`^  vspair rules ${action}\\b`, 'm'));
});

test.each([
  ...commands.filter((command) => command !== 'rules' && command !== 'alerts'),
  ...actions.map((action) => `rules ${action}`),
  ...['alerts test', 'alerts status'],
])('the help of %s has an example and changes nothing', async (command) => {
  const { out, exitCode } = await ran([...command.split(' '), '--help']);
  expect(out).toMatch(/Examples:/);
  expect(exitCode).toBe(0);
});

test.each([
  ['no command', ['--node', 'vs1'], 'which command?'],
  ['an unknown command', ['chek'], 'Unknown argument: chek'],
  ['an unknown option', ['status', '--jsn'], 'Unknown argument: jsn'],
  ['a word too many', ['status', 'now'], 'Unknown argument: now'],
  ['an option without its value', ['status', '--socket'], '--socket wants a value'],
  ['a switch that is neither on nor off', ['maintenance', 'maybe'], 'switch is "maybe"; expected one of "on", "off"'],
  ['a missing switch', ['maintenance'], 'something is missing: 0 given, 1 wanted; usage: vspair maintenance <on|off>'],
  ['rules without an action', ['rules'], 'which action?'],
  ['rules check without a file', ['rules', 'check'], 'something is missing: 0 given, 1 wanted; usage: vspair rules check <file>'],
  ['a wait without a unit', ['rules', 'drain', '10.0.0.11', '--wait', '10'], '--wait is "10"; expected a time up to 1h, such as 30s'],
  ['a weight that no kernel takes', ['rules', 'set', 'a', 'b', '--weight', '65536'], '--weight is "65536"; expected a whole number from 0'],
  [
    'a weight that is no number',
    ['rules', 'set', 'a', 'b', '--weight', 'low'],
    '--weight is "low"; expected a whole number from 0 to 65535',
  ],
  ['a listening time without a unit', ['doctor', '--listen', '3'], '--listen 3: cannot listen so long: expected a time with its unit'],
  ['an empty weight', ['rules', 'set', 'a', 'b', '--weight', ''], '--weight is ""; expected a whole number'],
  ['nothing to set', ['rules', 'set', '10.0.0.1:80', '10.0.0.11'], 'nothing to set: add --weight'],
  ['a history of no entries', ['rules', 'history', '--limit', '0'], '--limit is "0"; expected a whole number from 1 to 10000'],
  ['rules edit without a terminal', ['rules', 'edit'], 'there is no terminal; change a file instead: vspair rules show > FILE'],
])('%s is a mistake of usage', async (_, words, said) => {
  const { out, err, exitCode } = await ran(words);
  expect(err).toContain(said);
  expect(err).toMatch(/see vspair (?:[a-z ]+ )?--help \[VSP_USAGE\]$/);
  expect({ out, exitCode }).toEqual({ out: '', exitCode: 2 });
});

test('without a word the help is shown, and nothing was done', async () => {
  const { out } = await ran(['--help']);
  expect(await ran([])).toEqual({ out: '', err: out, exitCode: 2 });
});

test.each(['status', 'drill'])('the help names the exit codes that %s alone has', async (command) => {
  const alone = [...exitCodesText.matchAll(new RegExp(`^\\| (\\d\\d) \\| \\w+ \\| \`${command}\``, 'gm'))].map(([, code]) => code);
  expect(alone).not.toEqual([]);
  const { out } = await ran(['--help']);
  for (const code of alone) expect(out.slice(out.indexOf('Exit codes:'))).toMatch(new RegExp(`\\b${code} [a-z]`));
});

test.each([
  [['chek'], 'vspair --help'],
  [['status', '--jsn'], 'vspair status --help'],
  [['rules', 'check'], 'vspair rules check --help'],
  [['rules', 'edit'], 'vspair rules edit --help'],
  [['rules', '--jsn'], 'vspair rules --help'],
])('the advice after %j is the help of that command', async (words, help) => {
  const { err } = await ran(words, { connect: () => Promise.reject(new Error('not asked')) });
  expect(err).toContain(`see ${help} [VSP_USAGE]`);
});

test('of an option given twice the last one counts', async () => {
  const { err } = await ran(['status', '--socket', '/nowhere/a', '--socket', '/nowhere/b']);
  expect(err).toContain('/nowhere/b: cannot reach the daemon');
});

test.each([
  ['options', ['run', '--so'], '--socket'],
  ['commands', ['ma'], 'maintenance'],
  ['actions', ['rules', ''], 'apply'],
  ['nothing', ['rules', 'check', 'x.yaml', 'y'], ''],
  ['the server of an action', ['rules', 'drain', ''], '--wait'],
  ['a whole action', ['rules', 'drain', '10.0.0.11'], ''],
  ['a whole command', ['run'], ''],
])('completing %s runs no command', async (_, words, offered) => {
  const started: string[] = [];
  const start = () => Promise.reject(new Error(String(started.push('started'))));
  const { out, err, exitCode } = await ran(['--get-yargs-completions', 'vspair', ...words], { startDaemon: start, connect: start });
  expect({ err, exitCode, started }).toEqual({ err: '', exitCode: 0, started: [] });
  expect(out).toContain(offered);
});

test('a mistake of ours is told as one, with where it happened', async () => {
  const connect = () => Promise.reject(new TypeError('undefined is not a function'));
  const { err, exitCode } = await ran(['status'], { connect });
  expect(err).toMatch(/^vspair: vspair: cannot go on: TypeError: undefined is not a function\n {4}at .*\[VSP_UNEXPECTED\]$/s);
  expect(exitCode).toBe(1);
});

test('a reader that has left is no failure', async () => {
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const script = 'set -o pipefail; "$0" "$1" --help | exec true';
  const { stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath, main]);
  expect(stderr).toBe('');
});
