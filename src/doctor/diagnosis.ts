// From what was seen to what is told: every check's verdicts, with its reason and its fix.
import { type Check, type Finding, findingOf } from './check.ts';
import { checks, machineChecks } from './checks.ts';
import type { DirectorSeen, MachineSeen } from './seen.ts';

/** Of a director whose configuration could be read. */
export const diagnose = (seen: DirectorSeen): readonly Finding[] => checks.flatMap((check) => findings(check, seen));

/** Of a machine without one: the rest is told to be open, since silence would pass for health. */
export const diagnoseMachine = (seen: MachineSeen): readonly Finding[] =>
  checks.flatMap((check) => {
    const alone = machineChecks.find(({ id }) => id === check.id);
    return alone === undefined ? [leftOpen(check)] : findings(alone, seen);
  });

export const hasProblem = (found: readonly Finding[]): boolean => found.some(({ level }) => level === 'problem');

const findings = <Subject>(check: Check<Subject>, seen: Subject): readonly Finding[] =>
  check.judge(seen).map((verdict) => findingOf(check, verdict));

export const needed = 'a configuration that is right, and this director in it';
const openText = `not looked at: it needs ${needed}`;

export const isLeftOpen = ({ text }: Finding): boolean => text === openText;

const leftOpen = ({ id, group }: Pick<Finding, 'group'> & { readonly id: string }): Finding => ({
  check: id,
  group,
  level: 'note',
  text: openText,
  why: null,
  fix: null,
});
