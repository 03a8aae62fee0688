// Somebody else changed the rules first: what they changed, and what ours would change now.
import type { ControlClient } from '../../../control/client.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import { rulesDifference, type ServiceDifference } from '../../../rules/diff.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';
import { reportFailure } from '../../failure.ts';
import { differenceLines } from '../../renderDifference.ts';
import type { World } from '../../world.ts';
import type { Basis } from './basis.ts';
import { noRules } from './revisions.ts';

export interface Conflict {
  /** The file that was to be applied, or what else the rules came from. */
  readonly object: string;
  readonly wanted: RulesDocument;
  /** What the wanted rules were made from. */
  readonly basis: Basis;
  /** What is in use instead. */
  readonly current: RulesRevision | null;
  /** What to do next, where --force is none of the ways. */
  readonly advice?: string | undefined;
}

export async function tellConflict(client: ControlClient, conflict: Conflict, json: boolean, world: World): Promise<ExitCode> {
  const { object, wanted, basis, current, advice } = conflict;
  const before = await documentOf(client, basis);
  const now = current?.document ?? noRules;
  const theirs = before === undefined ? undefined : rulesDifference(before, now);
  const ours = rulesDifference(now, wanted);
  const number = current?.revision ?? 0;
  if (theirs !== undefined) tell(`since revision ${basis.revision} somebody else changed:`, theirs, world);
  tell(`yours would change of revision ${number}:`, ours, world);
  const detail = `${basisText(basis, number)}, and ${inUseText(current)}`;
  const error = new VspairError({ code: 'VSP_RULES_CONFLICT', object, attempt: 'apply it', detail, advice });
  return reportFailure(error, json, world, { conflict: { basis: basis.revision, current: number, theirs, ours } });
}

/** Undefined when the history does not have it, or cannot be read now: the conflict is told all the same. */
async function documentOf(client: ControlClient, { revision, digest }: Basis): Promise<RulesDocument | undefined> {
  if (revision === 0) return noRules;
  const found = await client.ask('rulesShow', { which: digest ?? revision }).catch((error: unknown) => {
    if (error instanceof VspairError) return null;
    throw error;
  });
  return found?.document;
}

function tell(title: string, difference: readonly ServiceDifference[], { err, paint }: World): void {
  const lines = differenceLines(difference, paint.err, '  ');
  err([title, ...(lines.length === 0 ? ['  nothing'] : lines)].join('\n'));
}

/** The number alone says nothing when another revision has the same. */
function basisText({ from, revision, digest }: Basis, current: number): string {
  const name = digest === undefined || revision !== current ? `revision ${revision}` : `revision ${revision} (digest ${digest})`;
  switch (from) {
    case 'file':
      return `it was made from ${name}`;
    case 'option':
      return `--expected-revision is ${revision}`;
    case 'beginning':
      return `${name} was in use when the command began`;
  }
}

function inUseText(current: RulesRevision | null): string {
  if (current === null) return 'there are no rules in use';
  const why = current.message === '' ? '' : `: ${current.message.replaceAll(/[\s\p{Cc}]+/gu, ' ')}`;
  return `revision ${current.revision} is in use (digest ${current.digest}, ${current.time} by ${current.author}${why})`;
}
