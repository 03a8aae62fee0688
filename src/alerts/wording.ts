// How an event is put to people, whatever the channel: a title, its sentence, and the particulars.
import type { DirectorEvent } from '../events/event.ts';

/** The severity of what began; what is over is good news. */
export type Tone = 'critical' | 'warning' | 'info' | 'recovered';

export const toneOf = ({ severity, trouble }: DirectorEvent): Tone => (trouble?.isOver === true ? 'recovered' : severity);

/** RGB: red, amber, blue, green. */
export const colours: Readonly<Record<Tone, number>> = {
  critical: 0xd0_02_1b,
  warning: 0xf5_a6_23,
  info: 0x2f_80_ed,
  recovered: 0x2e_a0_43,
};
export const colourText = (tone: Tone): string => `#${colours[tone].toString(16).padStart(6, '0')}`;

const words: Readonly<Record<Tone, string>> = { critical: 'CRITICAL', warning: 'WARNING', info: 'INFO', recovered: 'RECOVERED' };

/** `CRITICAL: web on vsbak (cluster lab)` */
export function titleOf(event: DirectorEvent): string {
  const what = event.group === null ? event.node : `${event.group} on ${event.node}`;
  return `${words[toneOf(event)]}: ${what} (cluster ${event.cluster})`;
}

export interface Particular {
  readonly name: string;
  readonly value: string;
}

/** What applies, in the order of a reader's questions. */
export function particularsOf(event: DirectorEvent): Particular[] {
  const { cluster, node, group, peer, type, reason, time, phases, gapMs, differences, id } = event;
  const all: readonly (readonly [string, string | null])[] = [
    ['Cluster', cluster],
    ['Director', node],
    ['Group', group],
    ['Peer', peer],
    ['Event', reason === null ? type : `${type} (${reason})`],
    ['Time', time],
    ['Gap', gapMs === null ? null : `${gapMs} ms at most`],
    ['Phases', phases.length === 0 ? null : phases.map(({ name, afterMs }) => `${name} ${afterMs} ms`).join(', ')],
    ['Differences', differences === undefined ? null : differences.join('; ')],
    ['Event ID', id],
  ];
  return all.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

/** Receivers refuse what is longer than they show. Cut between characters, with an ellipsis. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
