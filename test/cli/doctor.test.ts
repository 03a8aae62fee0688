// The command on a machine that is no director; with directors it is tested in the lab (test/doctor).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/check.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { directory } from './process.ts';
import { containing, ran } from './terminal.ts';

async function findingsWith(text: string | undefined): Promise<{ exitCode: number; ok: boolean; findings: readonly Finding[] }> {
  const config = join(directory(), 'vspair.yaml');
  if (text !== undefined) writeFileSync(config, text);
  const { out, err, exitCode } = await ran(['doctor', '--json', '--config', config, '--socket', join(directory(), 'none')]);
  expect(err).toBe('');
  return { exitCode, ...(JSON.parse(out) as { ok: boolean; findings: readonly Finding[] }) };
}

test.each([
  ['that is not there', undefined, 'there is no such file'],
  ['with a mistake', 'cluster: web\ndirektors: {}\n', 'vspair.yaml:2:1'],
  [
    'of other machines',
    'cluster: web\ndirectors: { a: { addresses: [10.0.0.2] }, b: { priority: 90, addresses: [10.0.0.3] } }\ngroups: [{ name: web, vrid: 1, vips: [{ address: 10.0.0.1/24, dev: eth0 }] }]\n',
    'there is no director',
  ],
])('a configuration %s is a problem, and the machine is looked at all the same', async (_, text, complaint) => {
  const { exitCode, ok, findings } = await findingsWith(text);
  expect({ exitCode, ok }).toEqual({ exitCode: exitCodes.problemsFound, ok: false });
  expect(findings).toContainEqual(expect.objectContaining({ check: 'config', level: 'problem', text: containing(complaint) }));
  expect(findings).toContainEqual(expect.objectContaining({ check: 'daemon', level: 'note', text: containing('no daemon runs here') }));
  expect(findings).toContainEqual(expect.objectContaining({ check: 'heartbeat', text: containing('not looked at') }));
});

test('people are told what goes on, beside the findings', async () => {
  const { out, err } = await ran(['doctor', '--config', '/nonexistent.yaml', '--socket', '/nonexistent.sock']);
  expect(err).toBe('asking the daemon ...');
  expect(out).toMatch(/^Configuration\n {2}problem {2}\/nonexistent.yaml/);
});

test('without a configuration the way to one is said, and the checks that need it share a line', async () => {
  const { out } = await ran(['doctor', '--config', '/nonexistent.yaml', '--socket', '/nonexistent.sock']);
  expect(out).toContain('fix: make one by vspair init, or copy it from the other director\n');
  expect(out).toMatch(/^Not looked at, for want of a configuration that is right, and this director in it: (?:[a-z-]+, ){10,}[a-z-]+$/m);
  expect(out).not.toContain('it needs a configuration');
});
