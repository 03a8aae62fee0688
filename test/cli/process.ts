// The real command, in a process of its own.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Said } from './terminal.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

/** In a locale that yargs has translations for: what vspair says must not depend on it. */
export function spawned(...words: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...words],
      { timeout: 15_000, env: { ...process.env, LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' } },
      (_, out, err) => {
        resolve({ out: out.trimEnd(), err: err.trimEnd(), exitCode: child.exitCode ?? -1 });
      },
    );
    child.stdin?.end();
  });
}

/** A directory that goes away with the test. */
export function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'vspair-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}
