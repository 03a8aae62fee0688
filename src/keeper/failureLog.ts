// What the kernel refused: each different refusal is told once, the latest are kept for status.
import type { FromKeeper } from './messages.ts';
import type { KernelFailure } from './ports.ts';

export interface FailureLog {
  note(failed: readonly KernelFailure[]): void;
  all(): readonly KernelFailure[];
}

const kept = 20;

export function createFailureLog(report: (message: FromKeeper) => void): FailureLog {
  const failures: KernelFailure[] = [];
  const isKnown = (one: KernelFailure): boolean =>
    failures.some((old) => old.object === one.object && old.attempt === one.attempt && old.errno === one.errno);

  return {
    note(failed) {
      const fresh = failed.filter((one) => !isKnown(one));
      if (fresh.length === 0) return;
      failures.push(...fresh);
      failures.splice(0, failures.length - kept);
      report({ type: 'kernelFailures', failures: fresh });
    },
    all: () => failures,
  };
}
