// Which of two revisions counts, and which revisions of a history led to the one in use. The order is total and stands in
// the revisions alone, so that directors which compare them in any sequence, over any detour, end with the same one.
import type { RevisionName, RulesRevision } from './document.ts';

/**
 * The position of a director in the order in which they win an election, 0 being the first. A tie that no active director
 * has settled goes by it: between two that are active after a cut, it names the one that will stay so.
 */
export type Precedence = (director: string) => number;

/** What the order of a revision depends on. */
export type Ordered = Pick<RulesRevision, 'revision' | 'digest' | 'time' | 'lineage'>;

/** Negative when `one` counts, positive when `other` does, 0 when they are the same revision. */
export function compareRevisions(one: Ordered, other: Ordered, precedence: Precedence): number {
  return (
    other.revision - one.revision ||
    settledOf(other) - settledOf(one) ||
    precedence(one.lineage?.director ?? '') - precedence(other.lineage?.director ?? '') ||
    alphabetical(one.digest, other.digest) ||
    alphabetical(one.time, other.time)
  );
}

/** The revision with an active director's word for it against `other`, of the same number. */
export function settledAgainst(revision: RulesRevision, other: Ordered): RulesRevision {
  const { director, parent } = revision.lineage ?? { director: '', parent: undefined };
  return { ...revision, lineage: { director, parent, settled: settledOf(other) + 1 } };
}

export const sameName = (one: RevisionName | undefined, other: RevisionName | undefined): boolean =>
  one?.revision === other?.revision && one?.digest === other?.digest;

/** Of the same number, with other rules. */
export const areTied = (one: RevisionName, other: RevisionName): boolean => one.revision === other.revision && one.digest !== other.digest;

const settledOf = ({ lineage }: Ordered): number => lineage?.settled ?? 0;
const alphabetical = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** A revision of a history with the digest of the one that it replaced, as far as that is known. */
export interface Descent extends RevisionName {
  readonly parent: string | undefined;
}

/**
 * Those of `history` (newest first) that led to `current`, one of each number at most. Where a parent is not known, or not
 * kept any more, the first of the next number stands for it.
 */
export function lineOf<Kept extends Descent>(history: Iterable<Kept>, current: RevisionName | undefined): Set<Kept> {
  const line = new Set<Kept>();
  let below = Number.POSITIVE_INFINITY;
  let expected = current;
  for (const kept of history) {
    if (kept.revision >= below || (current !== undefined && kept.revision > current.revision)) continue;
    if (expected?.revision === kept.revision && expected.digest !== kept.digest) continue;
    line.add(kept);
    below = kept.revision;
    expected = kept.parent === undefined ? undefined : { revision: kept.revision - 1, digest: kept.parent };
  }
  return line;
}
