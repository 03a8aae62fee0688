// Namespaces of lab runs that were killed before they could clear up: their names carry the pid that made them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { ipBatchAnyway } from './ip.ts';

export const namespacePrefix = 'vspair-lab-';

/** Removes the namespaces of processes that are no more, with every process in them. */
export function sweepLeftovers(): void {
  const abandoned = existsSync('/run/netns') ? readdirSync('/run/netns').filter(isAbandoned) : [];
  if (abandoned.length === 0) return;
  for (const pid of abandoned.flatMap(processesIn)) kill(pid);
  ipBatchAnyway(abandoned.map((name) => `netns del ${name}`));
}

function isAbandoned(namespace: string): boolean {
  if (!namespace.startsWith(namespacePrefix)) return false;
  return !existsSync(`/proc/${Number.parseInt(namespace.slice(namespacePrefix.length), 10)}`);
}

function processesIn(namespace: string): readonly number[] {
  const pids = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' });
  return pids.split('\n').filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    // Gone by itself meanwhile.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause;
  }
}
