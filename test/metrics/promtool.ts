// Prometheus' own tool, on files that a test writes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Returns what it says when it is content. Throws what it complains about. */
export function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}: ${error?.message ?? stdout + stderr}`);
  return stdout;
}

/** `args` of the file that holds this, in JSON, which is YAML too. */
export function promtoolOn(content: unknown, args: (file: string) => readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'vspair-promtool-'));
  try {
    const file = join(folder, 'file.yml');
    writeFileSync(file, JSON.stringify(content));
    return promtool(args(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
