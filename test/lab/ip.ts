// The `ip` program, many commands in one process: a process start is what costs.
import { spawnSync } from 'node:child_process';
import { inNamespace } from './namespace.ts';

/** Runs the lines inside the namespace, or in the caller's own when there is none; throws what `ip` complained about. */
export function ipBatch(lines: readonly string[], namespace?: string): void {
  const done = runBatch(lines, [], namespace);
  if (done.status !== 0) throw new Error(`ip -batch in ${namespace ?? 'this namespace'}: ${done.stderr}${done.error?.message ?? ''}`);
}

/** Goes on after a line that fails: for clearing away what may be gone already. */
export function ipBatchAnyway(lines: readonly string[], namespace?: string): void {
  runBatch(lines, ['-force'], namespace);
}

function runBatch(lines: readonly string[], options: readonly string[], namespace: string | undefined) {
  const run = () => spawnSync('ip', [...options, '-batch', '-'], { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
  return namespace === undefined ? run() : inNamespace(namespace, run);
}
