// Events for people: one line each, or one of them explained with a drawn time line.
import type { DirectorEvent, EventPhase } from '../events/event.ts';
import type { HeardOnLink } from '../keeper/messages.ts';
import { columns } from './columns.ts';
import type { Paint } from './world.ts';

const colours = { critical: 'red', warning: 'yellow', info: 'green' } as const;

export function eventLine({ time, severity, type, node, id, text }: DirectorEvent, paint: Paint): string {
  const moment = time.replace('T', ' ');
  return `${moment}  ${paint(colours[severity], severity.padEnd(8))}  ${type.padEnd(18)}  ${node}  ${id.slice(0, 8)}  ${text}`;
}

/** `views`: what each director told under the id, the one that decided first. */
export function explanation(views: readonly DirectorEvent[]): string {
  const [first] = views;
  if (first === undefined) return '';
  const where = first.group === null ? '' : ` of ${first.group}`;
  const lines = [`${first.type}${where}, ${first.severity}, told by ${views.map(({ node }) => node).join(' and ')}`, `id ${first.id}`];
  return [...lines, ...views.flatMap((view) => ['', ...viewLines(view)])].join('\n');
}

function viewLines(event: DirectorEvent): string[] {
  const { time, node, text, evidence, differences = [] } = event;
  const heading = `${node}, ${time.replace('T', ' ')}: ${text}`;
  const facts = [...decisionLines(event), ...(evidence === null ? [] : heardLines(evidence.links, evidence.active))];
  const line = timeLine(momentsOf(event));
  return [heading, ...[...facts, ...differences.map((one) => `- ${one}`), ...line].map((one) => `  ${one}`)];
}

function decisionLines({ node, type, reason, evidence, gapMs }: DirectorEvent): string[] {
  if (evidence === null) return reason === null ? [] : [`reason: ${reason}`];
  const { activeDownInterval, late, rules } = evidence;
  const limit = activeDownInterval === undefined ? '' : `; its patience (Active_Down_Interval) was ${msText(activeDownInterval)}`;
  return [
    `decided by ${node}, reason ${reason ?? type}${limit}`,
    `its own timer fired ${msText(late)} late`,
    ...(rules === null ? [] : [`it had the rules of revision ${rules.revision} (${rules.digest})`]),
    ...(gapMs === null ? [] : [`nobody served for at most ${msText(gapMs)}`]),
  ];
}

function heardLines(links: readonly HeardOnLink[], active: string | undefined): string[] {
  const rows = links.map(({ link, local, remote, lastHeardAgo }) => [
    `link ${link + 1}`,
    `${local} from ${remote}`,
    lastHeardAgo === undefined ? 'never' : `${msText(lastHeardAgo)} before the decision`,
  ]);
  return columns([[`${active ?? 'the active'} heard`, 'on', 'last'], ...rows]);
}

// ---------------------------------------------------------------------------------------------------------- time line

interface Moment {
  readonly atMs: number;
  readonly what: string;
}

const phaseWords: Readonly<Record<EventPhase['name'], string>> = {
  decided: 'decided',
  rulesIn: 'rules in the kernel',
  addressesAdded: 'virtual IPs added',
  announced: 'announced',
  asked: 'asked the other one',
  taken: 'the other one said that it has taken',
  released: 'released the virtual IPs',
};

function momentsOf({ evidence, phases }: DirectorEvent): Moment[] {
  if (phases.length === 0) return [];
  const heard = evidence?.lastHeardAgo;
  const before = heard === undefined ? [] : [{ atMs: 0 - heard, what: `${evidence?.active ?? 'the active'} heard last` }];
  return [...before, ...phases.map(({ name, afterMs }) => ({ atMs: afterMs, what: phaseWords[name] }))];
}

const barWidth = 40;

/** Each moment at its place on a scale of its own: from the first to the last. */
function timeLine(moments: readonly Moment[]): string[] {
  const [first, last] = [moments[0]?.atMs, moments.at(-1)?.atMs];
  if (first === undefined || last === undefined) return [];
  const scale = last > first ? (barWidth - 1) / (last - first) : 0;
  const width = Math.max(...moments.map(({ atMs }) => signed(atMs).length));
  return moments.map(({ atMs, what }) => {
    const place = Math.round((atMs - first) * scale);
    const bar = `${'─'.repeat(place)}●${' '.repeat(barWidth - 1 - place)}`;
    return `${signed(atMs).padStart(width)} ms  ${bar}  ${what}`;
  });
}

const signed = (ms: number): string => `${ms > 0 ? '+' : ''}${ms.toFixed(2)}`;
const msText = (ms: number): string => `${Number(ms.toFixed(1))} ms`;
