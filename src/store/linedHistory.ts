// The history on this director's disk as people read it: the revisions that led to the one in use, and those that lost.
import type { RevisionEntry, RevisionName, RulesRevision } from '../rules/document.ts';
import { lineOf } from '../rules/lineage.ts';
import type { LocalHistory, Remembered } from './localHistory.ts';
import type { RulesHistory } from './rulesStore.ts';

export function linedHistory(history: LocalHistory, current: () => RevisionName | undefined): RulesHistory {
  const content = async (name: RevisionName): Promise<RulesRevision | undefined> => {
    const loaded = await history.load(name);
    return loaded.found === 'content' ? loaded.content : undefined;
  };
  return {
    async entries(limit) {
      const recalled = await recall(history, history.names().slice(0, limit));
      const line = lineOf(recalled, current());
      return recalled.map((one) => ({ ...one.entry, superseded: !line.has(one) })).toSorted(newestFirst);
    },
    async find(which) {
      const named = history.names().filter(({ revision, digest }) => which === revision || which === digest);
      const [first, ...others] = named;
      if (first === undefined) return undefined;
      if (typeof which === 'string' || others.length === 0) return content(first);
      const line = lineOf(
        await recall(
          history,
          history.names().filter(({ revision }) => revision >= which),
        ),
        current(),
      );
      return content([...line].find(({ revision }) => revision === which) ?? first);
    },
  };
}

/** What cannot be read has been told, and is left out. */
async function recall(history: LocalHistory, names: readonly RevisionName[]): Promise<readonly Remembered[]> {
  const recalled: Remembered[] = [];
  for (const name of names) {
    const one = await history.recall(name);
    if (one !== undefined) recalled.push(one);
  }
  return recalled;
}

/** Of one number the one that led to the rules in use comes first. */
const newestFirst = (one: RevisionEntry, other: RevisionEntry): number =>
  other.revision - one.revision || Number(one.superseded) - Number(other.superseded);
