// Carries moves out through the daemon, and shows each step of a handover as it becomes known.
import type { ControlClient } from '../../control/client.ts';
import type { HandoverStep } from '../../control/handover.ts';
import type { FailoverParams, GroupOutcome } from '../../control/protocol.ts';
import type { World } from '../world.ts';
import { gapLine, outcomeLine, stepLine } from './render.ts';

/** The other side has to load rules, take the virtual IPs and be heard. */
const patienceMs = 35_000;

/** `json`: nothing is shown on the way. Throws VspairError when the daemon does not answer. */
export async function carryOut(
  client: ControlClient,
  params: FailoverParams,
  { json }: { readonly json: boolean },
  { out, err }: Pick<World, 'out' | 'err'>,
): Promise<readonly GroupOutcome[]> {
  const onProgress = (step: unknown): void => {
    if (!json) out(stepLine(step as HandoverStep));
  };
  const outcomes = await client.ask('failover', params, { timeoutMs: patienceMs, onProgress });
  if (json) return outcomes;
  for (const { group, outcome } of outcomes) {
    if (outcome.account !== undefined) out(gapLine(group, outcome.account));
    (outcome.ok ? out : err)(outcomeLine(group, outcome));
  }
  return outcomes;
}

/** A group that is already where it shall be has nothing to be done to. */
export const isDone = ({ outcome }: GroupOutcome): boolean => outcome.ok || outcome.reason === 'already-there';
