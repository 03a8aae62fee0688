// Rules that are to become the next revision.
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';
import type { World } from '../../world.ts';

export interface NewRules {
  /** The file, or what else the rules come from: what an error is about. */
  readonly object: string;
  readonly document: RulesDocument;
  /** For the history. */
  readonly message: string;
  /** What is in use now. A revision that came since makes it a conflict. */
  readonly current: RulesRevision | null;
  /** Whoever applied something since is overruled. */
  readonly force?: boolean;
}

export function tellUnchanged(current: RulesRevision | null, json: boolean, { out }: World): ExitCode {
  const revision = current?.revision ?? 0;
  out(json ? JSON.stringify({ ok: true, unchanged: true, revision }, null, 2) : unchangedText(current));
  return exitCodes.ok;
}

export const unchangedText = (current: RulesRevision | null): string =>
  `there is nothing to change: revision ${current?.revision ?? 0} says the same`;

/** What was done stands first in the history, why behind it. */
export const messageOf = (what: string, why: string): string => (why === '' ? what : `${what}: ${why}`);
