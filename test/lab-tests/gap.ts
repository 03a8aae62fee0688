// What a client that probes all the time lost.
import type { ProbeReport } from '../lab/probe.ts';

/** When the probes were sent that nobody answered, but those of the last moments, whose answers may be under way. */
export function unanswered({ sent, answers }: ProbeReport): readonly number[] {
  const answered = new Set(answers.map(({ sentAt }) => sentAt));
  const last = Math.max(...sent) - 50;
  return sent.filter((at) => at < last && !answered.has(at));
}
