// The revision that a rules file was made from: `rules show` says it in the first line, and who edits the file keeps it.
import type { RulesRevision } from '../../../rules/document.ts';
import { readTextFile } from '../../../text/file.ts';

export interface Basis {
  /** The first line of the file, the option --expected-revision, or what was in use when the command began. */
  readonly from: 'file' | 'option' | 'beginning';
  /** 0: made before there were any rules. */
  readonly revision: number;
  /** Undefined when only the number is known. */
  readonly digest: string | undefined;
}

/** Undefined when the file does not say. */
export function basisOf(file: string): Basis | undefined {
  const [firstLine = ''] = readTextFile(file).toString('utf8').split('\n', 1);
  const [, revision, digest] = /^# revision (\d{1,10}), digest ([0-9a-f]{16})\b/.exec(firstLine) ?? [];
  return revision === undefined ? undefined : { from: 'file', revision: Number(revision), digest };
}

export const basisAt = (current: RulesRevision | null): Basis => ({
  from: 'beginning',
  revision: current?.revision ?? 0,
  digest: current?.digest,
});

/** Two revisions of one number are possible: directors that could not reach each other each made one. */
export const isInUse = ({ revision, digest }: Basis, current: RulesRevision | null): boolean =>
  revision === (current?.revision ?? 0) && (digest === undefined || digest === current?.digest);
