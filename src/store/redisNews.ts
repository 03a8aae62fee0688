// What the rules in Redis mean for a director that holds some: take them, or stay and say what is wrong with them.
import type { RulesRevision } from '../rules/document.ts';
import type { RedisRules, StoredMark } from './redisRules.ts';
import type { Trouble } from './storeHealth.ts';

/** Neither of the two when there are no rules anywhere. */
export interface News {
  /** To be held here. */
  readonly revision: RulesRevision | undefined;
  readonly trouble: Trouble | undefined;
  /** The number of what the store has and cannot be used; writing the rules again may take its place. */
  readonly spoilt: number | undefined;
}

export async function newsIn(rules: RedisRules, known: RulesRevision | undefined): Promise<News> {
  const mark = await rules.mark();
  const trouble = lossOf(mark, known);
  if (trouble !== undefined || mark.revision === 0) return { revision: undefined, trouble, spoilt: undefined };
  if (known?.revision === mark.revision && known.digest === mark.digest) return { revision: known, trouble: undefined, spoilt: undefined };
  const stored = await rules.read();
  if (stored.ok) return { revision: stored.revision, trouble: undefined, spoilt: undefined };
  const { what, detail } = stored;
  return { revision: undefined, trouble: { what, detail }, spoilt: what === 'invalid' ? mark.revision : undefined };
}

const cure = 'vspair rules publish writes it there';

function lossOf(mark: StoredMark, known: RulesRevision | undefined): Trouble | undefined {
  if (known === undefined || mark.revision >= known.revision) return undefined;
  const { revision } = known;
  if (mark.revision === 0) return { what: 'gone', detail: `the store has no rules any more; revision ${revision} stays in use: ${cure}` };
  return { what: 'behind', detail: `the store has revision ${mark.revision}; the newer revision ${revision} stays in use: ${cure}` };
}
