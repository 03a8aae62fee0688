// What `vspair doctor` found, for people: by groups, one line each, and below what is not right why it matters and what to
// do about it.
import { type Finding, type GroupName, groups, type Level } from '../doctor/check.ts';
import { isLeftOpen, needed } from '../doctor/diagnosis.ts';
import { counted } from './renderProblems.ts';
import type { Paint } from './world.ts';

const headings: Readonly<Record<GroupName, string>> = {
  configuration: 'Configuration',
  daemon: 'Daemon',
  kernel: 'Kernel',
  network: 'Network',
  pair: 'Pair',
};

const colours: Readonly<Record<Level, 'green' | 'yellow' | 'red' | undefined>> = {
  ok: 'green',
  note: undefined,
  warning: 'yellow',
  problem: 'red',
};

const levelWidth = 'warning'.length;
const indent = ' '.repeat(levelWidth + 4);

export function doctorText(findings: readonly Finding[], paint: Paint): string {
  const told = findings.filter((finding) => !isLeftOpen(finding));
  const sections = groups.map((group) => {
    const lines = told.filter((finding) => finding.group === group).flatMap((finding) => findingLines(finding, paint));
    return lines.length === 0 ? '' : [headings[group], ...lines].join('\n');
  });
  return [...sections, openLine(findings.filter(isLeftOpen)), summary(told, paint)].filter((part) => part !== '').join('\n\n');
}

/** Of a director without a configuration these are most of the checks, and the reason is one. */
const openLine = (open: readonly Finding[]): string =>
  open.length === 0 ? '' : `Not looked at, for want of ${needed}: ${open.map(({ check }) => check).join(', ')}`;

function findingLines({ level, text, why, fix }: Finding, paint: Paint): string[] {
  const colour = colours[level];
  const word = level.padEnd(levelWidth);
  return [
    `  ${colour === undefined ? word : paint(colour, word)}  ${text}`,
    ...(why === null ? [] : [`${indent}why: ${why}`]),
    ...(fix === null ? [] : [`${indent}fix: ${fix}`]),
  ];
}

function summary(findings: readonly Finding[], paint: Paint): string {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const parts = (['problem', 'warning', 'note'] as const).filter((level) => count(level) > 0).map((level) => counted(count(level), level));
  const text = `${counted(findings.length, 'finding')}: ${parts.length === 0 ? 'all ok' : parts.join(', ')}`;
  return paint(count('problem') > 0 ? 'red' : count('warning') > 0 ? 'yellow' : 'green', text);
}
