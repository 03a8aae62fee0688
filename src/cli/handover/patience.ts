// What a handover may have to wait for: a target that is not ready yet before it, and a whole pair after it.
import { setTimeout as pause } from 'node:timers/promises';
import type { ControlClient } from '../../control/client.ts';
import type { GroupOutcome } from '../../control/protocol.ts';
import type { StatusReport } from '../../control/status.ts';
import { parseDuration } from '../../text/duration.ts';

export const defaultWaitMs = 30_000;
const longestMs = 3_600_000;
const lookEveryMs = 250;

/** For an option whose value may be left out. */
export const waitOption = {
  type: 'string',
  describe: 'Wait for a target that is not ready yet, and then until the pair would survive a failure again; 30s when no time is given',
  coerce: readWait,
} as const;

function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === '') return defaultWaitMs;
  const ms = parseDuration(text);
  if (ms === undefined || ms > longestMs) throw new Error(`--wait is ${JSON.stringify(text)}; expected a time up to 1h, such as 30s`);
  return ms;
}

/** Asks again as long as what stands against it passes by itself, and the time is not over. */
export async function untilReady(attempt: () => Promise<readonly GroupOutcome[]>, waitMs: number): Promise<readonly GroupOutcome[]> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const outcomes = await attempt();
    if (!outcomes.some(passes) || performance.now() >= deadline) return outcomes;
    await pause(lookEveryMs);
  }
}

function passes({ outcome }: GroupOutcome): boolean {
  if (outcome.ok) return false;
  switch (outcome.reason) {
    case 'not-active':
    case 'peer-not-heard':
    case 'peer-does-not-hear-us':
    case 'peer-not-backup':
    case 'peer-rules-not-in':
    case 'handover-under-way':
      return true;
    case 'unknown-group':
    case 'unknown-node':
    case 'already-there':
    case 'peer-in-maintenance':
    case 'peer-in-fault':
    case 'not-confirmed':
    case 'stopping':
      return false;
  }
}

/** The first status of a pair that would survive a failure again; the last one when the time is over before. */
export async function untilProtected(client: ControlClient, waitMs: number): Promise<StatusReport> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const report = await client.ask('status', {});
    if (isProtected(report) || performance.now() >= deadline) return report;
    await pause(lookEveryMs);
  }
}

export const isProtected = ({ verdict }: StatusReport): boolean => verdict.state === 'protected' || verdict.state === 'attention';
