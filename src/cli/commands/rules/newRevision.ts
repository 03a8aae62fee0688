// Rules become a new revision: compared and set, then waited for until every director has it; or only foretold.
import type { ControlClient } from '../../../control/client.ts';
import type { RulesApplyResult } from '../../../control/protocol.ts';
import { type ErrorCode, VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { rulesDifference } from '../../../rules/diff.ts';
import { digestOf } from '../../../rules/digest.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';
import { differenceLines } from '../../renderDifference.ts';
import type { World } from '../../world.ts';
import { awaitArrival } from './arrival.ts';
import { basisAt } from './basis.ts';
import { tellConflict } from './conflict.ts';
import type { ChangeOptions } from './options.ts';
import { noRules } from './revisions.ts';

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

/** A conflict is told with the differences. Throws VspairError when the rules are not taken for another reason. */
export async function makeRevision(client: ControlClient, rules: NewRules, options: ChangeOptions, world: World): Promise<ExitCode> {
  if (options.dryRun) return foretell(rules, options, world);
  const result = await applyRules(client, rules, world);
  if (result.ok) return conclude(client, rules, result, options, world);
  if (result.reason !== 'conflict') throw refusalOf(result, rules.object);
  const { object, document: wanted } = rules;
  const conflict = { object, wanted, basis: basisAt(rules.current), current: await client.ask('rulesShow', {}) };
  return tellConflict(client, conflict, options.json, world);
}

export type Applied = Extract<RulesApplyResult, { ok: true }>;

export function applyRules(client: ControlClient, rules: NewRules, { author }: World): Promise<RulesApplyResult> {
  const { document, message, current, force } = rules;
  const expectedRevision = force === true ? undefined : (current?.revision ?? 0);
  return client.ask('rulesApply', { document, author, message, expectedRevision });
}

/** What is left to say and to wait for once a revision was taken. */
export async function conclude(
  client: ControlClient,
  { document, current }: NewRules,
  applied: Applied,
  options: ChangeOptions,
  world: World,
): Promise<ExitCode> {
  const { json, noWait, wait } = options;
  if (!json) world.out(`revision ${applied.revision} is in use (digest ${applied.digest})`);
  const waited = noWait ? undefined : await awaitArrival(client, applied, { withinMs: wait, quiet: json }, world);
  const changes = rulesDifference(current?.document ?? noRules, document);
  if (json) world.out(JSON.stringify({ ...applied, changes, arrival: waited?.arrival ?? null }, null, 2));
  return waited?.exitCode ?? exitCodes.ok;
}

export function foretell({ document, current }: NewRules, { json, exitCode }: ChangeOptions, { out, paint }: World): ExitCode {
  const changes = rulesDifference(current?.document ?? noRules, document);
  const changed = current?.digest !== digestOf(document);
  const lines = differenceLines(changes, paint.out);
  const revision = current?.revision ?? 0;
  if (json) out(JSON.stringify({ dryRun: true, revision, changed, changes }, null, 2));
  else
    out(
      [...lines, changed ? `revision ${revision} would be followed by another one; nothing was changed` : unchangedText(current)].join(
        '\n',
      ),
    );
  return changed && exitCode ? exitCodes.differs : exitCodes.ok;
}

export function tellUnchanged(current: RulesRevision | null, json: boolean, { out }: World): ExitCode {
  const revision = current?.revision ?? 0;
  out(json ? JSON.stringify({ ok: true, unchanged: true, revision }, null, 2) : unchangedText(current));
  return exitCodes.ok;
}

const unchangedText = (current: RulesRevision | null): string =>
  `there is nothing to change: revision ${current?.revision ?? 0} says the same`;

/** What was done stands first in the history, why behind it. */
export const messageOf = (what: string, why: string): string => (why === '' ? what : `${what}: ${why}`);

export function refusalOf({ reason, detail, currentRevision }: Extract<RulesApplyResult, { ok: false }>, object: string): VspairError {
  const code = refusalCodes[reason] ?? 'VSP_REFUSED';
  const rest = code === 'VSP_RULES_UNCONFIRMED' ? '' : `; revision ${currentRevision} stays in use`;
  return new VspairError({ code, object, attempt: 'apply it', detail: `${detail}${rest}` });
}

const refusalCodes: Readonly<Record<string, ErrorCode>> = {
  conflict: 'VSP_RULES_CONFLICT',
  unavailable: 'VSP_STORE_UNAVAILABLE',
  unconfirmed: 'VSP_RULES_UNCONFIRMED',
  newer: 'VSP_FORMAT_NEWER',
};
