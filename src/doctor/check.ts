// What a check is: one reason for which pairs fail, judged from what was observed. It touches nothing itself.

/** ok: as it should be. note: good to know, or not to be told. warning: fails one day. problem: fails now, or at the next takeover. */
export type Level = 'ok' | 'note' | 'warning' | 'problem';

export const groups = ['configuration', 'daemon', 'kernel', 'network', 'pair'] as const;
export type GroupName = (typeof groups)[number];

/** `Subject`: what of the observations it needs. */
export interface Check<Subject> {
  /** Stable: programs know it. */
  readonly id: string;
  readonly group: GroupName;
  /** What is looked at. */
  readonly what: string;
  /** What happens otherwise. */
  readonly why: string;
  /** What to do, where a verdict does not know it better. */
  readonly fix: string;
  readonly judge: (seen: Subject) => readonly Verdict[];
}

/** One sentence on one thing. Without `why` and `fix` those of the check hold. */
export interface Verdict {
  readonly level: Level;
  readonly text: string;
  readonly why?: string;
  readonly fix?: string;
}

export interface Finding {
  readonly check: string;
  readonly group: GroupName;
  readonly level: Level;
  readonly text: string;
  /** Both null when it is ok, or was not looked at. */
  readonly why: string | null;
  readonly fix: string | null;
}

export const ok = (text: string): Verdict => ({ level: 'ok', text });

type More = Pick<Verdict, 'why' | 'fix'>;

export const note = (text: string, more: More = {}): Verdict => ({ level: 'note', text, ...more });
export const warning = (text: string, more: More = {}): Verdict => ({ level: 'warning', text, ...more });
export const problem = (text: string, more: More = {}): Verdict => ({ level: 'problem', text, ...more });

/** What was found wrong, else one line that says that nothing is. */
export const faultsOr = (faults: readonly Verdict[], allRight: string): readonly Verdict[] => (faults.length > 0 ? faults : [ok(allRight)]);

export function findingOf({ id, group, why, fix }: Omit<Check<never>, 'judge'>, verdict: Verdict): Finding {
  const { level, text } = verdict;
  if (level === 'ok') return { check: id, group, level, text, why: null, fix: null };
  return { check: id, group, level, text, why: verdict.why ?? why, fix: verdict.fix ?? fix };
}
