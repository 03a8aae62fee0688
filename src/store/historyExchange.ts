// Which revisions of the past a director lacks that another one has, and whether it lacks any.
import { createHash } from 'node:crypto';
import type { RevisionName } from '../rules/document.ts';
import type { LocalHistory } from './localHistory.ts';

/** Equal for equal histories. */
export function historyMark(history: LocalHistory): string {
  const names = history.names().map(({ revision, digest }) => `${revision} ${digest}`);
  return createHash('sha256').update(names.toSorted().join('\n')).digest('hex').slice(0, 16);
}

/** Newest first: those below the rules in use that this history does not have and would not lose again at once. */
export function wantedFrom(
  names: readonly RevisionName[],
  history: LocalHistory,
  current: RevisionName | undefined,
): readonly RevisionName[] {
  const lacking = names.filter((name) => name.revision <= (current?.revision ?? 0) && !history.has(name));
  return lacking.filter((name) => history.hasRoomFor(name)).toSorted((one, other) => other.revision - one.revision);
}
