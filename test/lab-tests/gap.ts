// What a client that probes all the time lost.
import { longestPause } from '../lab/outage.ts';
import type { ProbeReport } from '../lab/probe.ts';

/** When the probes were sent that nobody answered, but those of the last moments, whose answers may be under way. */
export function unanswered({ sent, answers }: ProbeReport): readonly number[] {
  const answered = new Set(answers.map(({ sentAt }) => sentAt));
  const last = Math.max(...sent) - 50;
  return sent.filter((at) => at < last && !answered.has(at));
}

/** What was lost, in milliseconds since the first probe: whether it began at a handover, and whether the prober itself was held up. */
export function lossText(report: ProbeReport): string {
  const since = (at = Number.NaN): string => (at - (report.sent[0] ?? 0)).toFixed(0);
  const lost = unanswered(report);
  const turns = report.answers.filter(({ by }, index, answers) => by !== answers[index - 1]?.by);
  return [
    `${lost.length} of ${report.sent.length} probes unanswered, sent ${since(lost[0])} to ${since(lost.at(-1))}`,
    ...turns.map(({ by, at }) => `${by} answered from ${since(at)}`),
    `longest pause between two probes ${longestPause(report.sent).toFixed(0)}`,
  ].join('; ');
}
