// Rules that are to become the next revision.
import type { Problem } from '../../../errors/place.ts';
import { digestOf } from '../../../rules/digest.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';

export interface NewRules {
  /** The file, or what else the rules come from: what an error is about. */
  readonly object: string;
  readonly document: RulesDocument;
  /** For the history. */
  readonly message: string;
  /** Of the file that they come from; told already. */
  readonly warnings?: readonly Problem[];
  /** What is in use now. A revision that came since makes it a conflict. */
  readonly current: RulesRevision | null;
  /** Whoever applied something since is overruled. */
  readonly force?: boolean;
  /** What to do after a conflict, where --force is none of the ways. */
  readonly conflictAdvice?: string;
}

/** Never before the first revision, which may be one without services. */
export const saysTheSame = (document: RulesDocument, current: RulesRevision | null): boolean => digestOf(document) === current?.digest;

export const unchangedText = (current: RulesRevision | null): string =>
  `there is nothing to change: revision ${current?.revision ?? 0} says the same`;

/** What was done stands first in the history, why behind it. */
export const messageOf = (what: string, why: string): string => (why === '' ? what : `${what}: ${why}`);
