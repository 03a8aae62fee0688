// Rules become a new revision: compared and set, then waited for until every director has it; or only foretold.
import type { ControlClient } from '../../../control/client.ts';
import type { RulesApplyResult } from '../../../control/protocol.ts';
import { type ErrorCode, VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { rulesDifference } from '../../../rules/diff.ts';
import type { World } from '../../world.ts';
import { awaitArrival } from './arrival.ts';
import { basisAt } from './basis.ts';
import { tellConflict } from './conflict.ts';
import { foretell } from './foretell.ts';
import type { NewRules } from './newRules.ts';
import type { ChangeOptions } from './options.ts';
import { noRules } from './revisions.ts';

/** A conflict is told with the differences. Throws VspairError when the rules are not taken for another reason. */
export async function makeRevision(client: ControlClient, rules: NewRules, options: ChangeOptions, world: World): Promise<ExitCode> {
  if (options.dryRun) return foretell(client, rules, options, world);
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
