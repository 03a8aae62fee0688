// How far another director's clock is from ours, found by asking it for the time: the answer was true at some moment
// between question and answer, so half of that span is how wrong we can be.
import type { Millis } from '../core/types.ts';

export interface ClockOffset {
  /** To be added to a moment of ours for the peer's clock to show it. */
  readonly offsetMs: number;
  readonly accuracyMs: number;
}

/** The quickest of some answers says most; more of them take longer than what is to be measured. */
const questions = 7;

/** Both clocks are CLOCK_BOOTTIME in milliseconds. Rejects when the peer does not answer. */
export async function compareClocks(now: () => Millis, ask: () => Promise<number>): Promise<ClockOffset> {
  let best: ClockOffset = { offsetMs: 0, accuracyMs: Number.POSITIVE_INFINITY };
  for (let question = 0; question < questions; question += 1) {
    const before = now();
    const theirs = await ask();
    const after = now();
    const accuracyMs = (after - before) / 2;
    if (accuracyMs < best.accuracyMs) best = { offsetMs: theirs - (before + after) / 2, accuracyMs };
  }
  return best;
}
