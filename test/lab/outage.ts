// How long a client was not served, from the answers that it got.
import type { Answer } from './probe.ts';

export interface Outage {
  /** Time between two answers: of the last one before and the first one after. */
  readonly lengthMs: number;
  readonly before: Answer;
  readonly after: Answer;
}

/** The longest time between two answers, the second of which came at `from` or later. */
export function longestOutage(answers: readonly Answer[], from = 0): Outage | undefined {
  let longest: Outage | undefined;
  for (const [index, after] of answers.entries()) {
    const before = answers[index - 1];
    if (before === undefined || after.at < from) continue;
    const lengthMs = after.at - before.at;
    if (longest === undefined || lengthMs > longest.lengthMs) longest = { lengthMs, before, after };
  }
  return longest;
}

/** The longest time between two probes from then on: of that length an outage may be the prober's own doing. */
export function longestPause(sent: readonly number[], from = 0): number {
  return sent.reduce((longest, at, index) => (at < from ? longest : Math.max(longest, at - (sent[index - 1] ?? at))), 0);
}

/** Who answered, in order, without repetitions. */
export function answerers(answers: readonly Answer[]): readonly string[] {
  return answers.map(({ by }) => by).filter((name, index, names) => name !== names[index - 1]);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
