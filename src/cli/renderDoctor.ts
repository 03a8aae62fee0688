// What `vspair doctor` found, for people: by groups, one line each, and below what is not right why it matters and what to
// do about it.
import { type Finding, type GroupName, groups, type Level } from '../doctor/check.ts';
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
  const sections = groups.map((group) => {
    const lines = findings.filter((finding) => finding.group === group).flatMap((finding) => findingLines(finding, paint));
    return lines.length === 0 ? '' : [headings[group], ...lines].join('\n');
  });
  return [...sections.filter((section) => section !== ''), summary(findings, paint)].join('\n\n');
}

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
