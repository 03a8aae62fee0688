// What the unit runs after a process has ended, by how it ended: systemd/README.md has the reasons.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const unit = readFileSync(new URL('../../systemd/vspair.service', import.meta.url), 'utf8');
const ofUnit = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? expect.fail(`the unit has no ${key}`);

interface End {
  readonly result: string;
  readonly status: string;
  readonly wasHandingOver?: boolean;
}

/** Whether `vspair release` is run. */
function isReleased({ result, status, wasHandingOver = false }: End): boolean {
  const runtime = mkdtempSync(join(tmpdir(), 'vspair-stopped-'));
  onTestFinished(() => rmSync(runtime, { recursive: true }));
  if (wasHandingOver) writeFileSync(join(runtime, 'handing-over'), '');
  const script = /^-\/bin\/sh -c '(.*)'$/.exec(ofUnit('ExecStopPost'))?.[1] ?? expect.fail('ExecStopPost is not a script');
  // systemd makes one dollar of two.
  const here = script.replaceAll('$$', '$').replaceAll('/run/vspair', runtime).replaceAll('/usr/bin/vspair', 'echo');
  const env = { PATH: process.env['PATH'], SERVICE_RESULT: result, EXIT_STATUS: status };
  return execFileSync('sh', ['-c', here], { env, encoding: 'utf8' }) === 'release\n';
}

test.each([
  ['it ended as it was asked to, handed over or in place', { result: 'success', status: '0' }],
  ['it crashed', { result: 'signal', status: 'SEGV' }],
  ['it was killed', { result: 'signal', status: 'KILL' }],
  ['it dumped core', { result: 'core-dump', status: 'ABRT' }],
  ['the watchdog starved', { result: 'watchdog', status: 'KILL' }],
  ['its keeper ended by a mistake', { result: 'exit-code', status: '1' }],
  ['another daemon runs on this machine', { result: 'exit-code', status: '8' }],
  ['it ended before it was ready', { result: 'protocol', status: '0' }],
  ['it handed over and ended', { result: 'success', status: '0', wasHandingOver: true }],
])('nothing, when %s', (_, end) => {
  expect(isReleased(end)).toBe(false);
});

test.each([
  ['it did not end in time', { result: 'timeout', status: 'KILL' }],
  ['it was killed while it handed over', { result: 'signal', status: 'KILL', wasHandingOver: true }],
  ['its keeper ended by a mistake while it handed over', { result: 'exit-code', status: '1', wasHandingOver: true }],
])('a release, when %s', (_, end) => {
  expect(isReleased(end)).toBe(true);
});

test('a release after each exit code that systemd does not answer by a start', () => {
  const codes = ofUnit('RestartPreventExitStatus').split(' ');
  expect(codes.map((status) => isReleased({ result: 'exit-code', status }))).toEqual(codes.map(() => true));
});
