// Rules become a new revision, compared and set; or are only foretold, or say nothing new.
import type { ControlClient } from '../../../control/client.ts';
import type { RulesApplyResult } from '../../../control/protocol.ts';
import { type ErrorCode, VspairError } from '../../../errors/catalogue.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import type { World } from '../../world.ts';
import { basisAt } from './basis.ts';
import { conclude, concludeUnchanged } from './conclusion.ts';
import { tellConflict } from './conflict.ts';
import { foretell } from './foretell.ts';
import { type NewRules, saysTheSame } from './newRules.ts';
import type { ChangeOptions } from './options.ts';

/** A conflict is told with the differences. Throws VspairError when the rules are not taken for another reason. */
export async function makeRevision(client: ControlClient, rules: NewRules, options: ChangeOptions, world: World): Promise<ExitCode> {
  if (options.dryRun) return foretell(client, rules, options, world);
  if (saysTheSame(rules.document, rules.current)) return concludeUnchanged(client, rules, options, world);
  return writeRevision(client, rules, options, world);
}

/** The same for rules that become a revision of their own even when they say nothing new. */
export async function writeRevision(client: ControlClient, rules: NewRules, options: ChangeOptions, world: World): Promise<ExitCode> {
  const result = await applyRules(client, rules, world);
  if (result.ok) return conclude(client, rules, result, options, world);
  if (result.reason !== 'conflict') throw refusalOf(result, rules.object);
  const { object, document: wanted, conflictAdvice: advice } = rules;
  const conflict = { object, wanted, basis: basisAt(rules.current), current: await client.ask('rulesShow', {}), advice };
  return tellConflict(client, conflict, options.json, world);
}

export function applyRules(client: ControlClient, rules: NewRules, { author }: World): Promise<RulesApplyResult> {
  const { document, message, current, force } = rules;
  const expectedRevision = force === true ? undefined : (current?.revision ?? 0);
  return client.ask('rulesApply', { document, author, message, expectedRevision });
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
