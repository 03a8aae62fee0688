// How a program that needs IPVS is run, in user-mode-linux or here: what it says, how it ends, and what if it does not.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runWithIpvs } from './ipvsKernel.ts';

test('a program finds IPVS, its arguments and its environment; its output and exit code come out', async () => {
  const lines: string[] = [];
  const run = await runWithIpvs({
    argv: ['sh', '-c', 'ipvsadm -Ln; echo "$1, $WORD"; exit 7', 'sh', "it's"],
    env: { WORD: 'a word' },
    onLine: (line) => lines.push(line),
  });
  expect(run.exitCode).toBe(7);
  expect(run.output).toMatch(/^IP Virtual Server version.*\nit's, a word\n$/s);
  expect(lines.join('\n')).toBe(run.output.trimEnd());
});

test('files are shared with this machine in both directions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vspair-lab-test-'));
  writeFileSync(join(folder, 'from-here'), 'x');
  const { exitCode } = await runWithIpvs({ argv: ['mv', join(folder, 'from-here'), join(folder, 'from-there')] });
  expect(exitCode).toBe(0);
  expect(existsSync(join(folder, 'from-there'))).toBe(true);
  rmSync(folder, { recursive: true });
});

test('one that does not end in time is ended, and the error shows what it had said', async () => {
  const run = runWithIpvs({ argv: ['sh', '-c', 'echo last words; sleep 1000'], timeoutMs: 8000 });
  await expect(run).rejects.toThrow(/did not end.*last words/s);
});
