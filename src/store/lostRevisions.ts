// Edits that lost against another director's: found by following the line of parents from the rules in use, told once, and
// shown until the next apply. They stay in the history, so that an operator can look at them and apply them again.
import type { RevisionEntry, RevisionName } from '../rules/document.ts';
import { areTied, sameName } from '../rules/lineage.ts';
import type { LocalHistory } from './localHistory.ts';

export interface LostRevision {
  readonly lost: RevisionEntry;
  /** Where it was applied, as far as that is known. */
  readonly director: string | undefined;
  /** What counts in its place. */
  readonly current: RevisionName;
}

export interface LostRevisions {
  /** It was in use here or on another director, and is not any more. */
  suspect(name: RevisionName): void;
  /** `complete`: the history has all that the other director could give, so that waiting for more is of no use. */
  decide(current: RevisionName, complete: boolean): Promise<void>;
  /** The last one that was told, while nobody has applied anything since. */
  unanswered(current: RevisionName | undefined): LostRevision | undefined;
}

/** Two revisions can have one number: the digest is what shows the lost one. */
export function lostText({ lost, director, current }: LostRevision): string {
  const where = director === undefined ? '' : ` on ${director}`;
  return `revision ${lost.revision} (${lost.digest}) by ${lost.author}${where} lost against revision ${current.revision} (${current.digest}); vspair rules show --revision ${lost.digest} shows it`;
}

export function watchLost(history: LocalHistory, report: (lost: LostRevision) => void): LostRevisions {
  const suspects = new Map<string, RevisionName>();
  const told = new Set<string>();
  let last: LostRevision | undefined;

  async function tell(name: RevisionName, { revision, digest }: RevisionName): Promise<void> {
    const remembered = await history.recall(name);
    if (remembered === undefined || told.has(textOf(name))) return;
    told.add(textOf(name));
    last = { lost: { ...remembered.entry, superseded: true }, director: remembered.lineage?.director, current: { revision, digest } };
    report(last);
  }

  return {
    suspect: (name) => suspects.set(textOf(name), { revision: name.revision, digest: name.digest }),
    async decide(current, complete) {
      for (const [text, name] of suspects) {
        const fate = await fateOf(name, current, history);
        if (fate === 'lost' || (fate === 'unknown' && complete && hasRival(name, history))) await tell(name, current);
        if (fate !== 'unknown' || complete) suspects.delete(text);
      }
    },
    unanswered: (current) => (current?.revision === last?.current.revision ? last : undefined),
  };
}

const textOf = ({ revision, digest }: RevisionName): string => `${revision} ${digest}`;

/** `unknown`: between the two there are revisions that the history does not have. */
async function fateOf(name: RevisionName, current: RevisionName, history: LocalHistory): Promise<'led' | 'lost' | 'unknown'> {
  let ancestor = current;
  while (ancestor.revision > name.revision) {
    const remembered = await history.recall(ancestor);
    if (remembered?.parent === undefined) return 'unknown';
    ancestor = { revision: ancestor.revision - 1, digest: remembered.parent };
  }
  return sameName(ancestor, name) ? 'led' : 'lost';
}

/** Where the parents are not known: two of one number did not both lead to the rules in use. */
const hasRival = (name: RevisionName, history: LocalHistory): boolean => history.names().some((other) => areTied(name, other));
