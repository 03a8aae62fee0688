// A change that is relative to whatever is in use: when it meets a revision that came meanwhile, it is made again on top of
// that one.
import { setTimeout } from 'node:timers/promises';
import { type ErrorCode, VspairError } from '../../../errors/catalogue.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import type { ChangedRules, Unchangeable } from '../../../rules/change.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';
import { askDaemon } from '../../ask.ts';
import type { World } from '../../world.ts';
import { conclude, concludeUnchanged } from './conclusion.ts';
import { foretell } from './foretell.ts';
import { applyRules, refusalOf } from './newRevision.ts';
import { messageOf, type NewRules } from './newRules.ts';
import type { ChangeOptions } from './options.ts';
import { currentRules, noRules } from './revisions.ts';

export type RelativeChange = (rules: RulesDocument) => ChangedRules;

/** Whoever loses so often against others is told rather than left waiting. */
const attempts = 20;

/** Those who lost together do not come back together: each waits a random part of it. */
const longestPauseMs = 100;

/** `what` is told in the history. */
export function makeChange(change: RelativeChange, what: string, options: ChangeOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    for (let attempt = 1; ; attempt += 1) {
      const current = await currentRules(client, world);
      const rules = changed(change, what, options, current, world);
      if (options.dryRun) return foretell(client, rules, options, world);
      if (rules.document === current?.document) return concludeUnchanged(client, rules, options, world);
      const result = await applyRules(client, rules, world);
      if (result.ok) return conclude(client, rules, result, options, world);
      if (result.reason !== 'conflict') throw refusalOf(result, what);
      if (attempt === attempts) throw overtaken(what);
      await setTimeout(Math.random() * longestPauseMs);
    }
  });
}

/** Throws VspairError when the change cannot be made of these rules. */
function changed(change: RelativeChange, what: string, options: ChangeOptions, current: RulesRevision | null, { err }: World): NewRules {
  const object = 'the rules in use';
  const result = change(current?.document ?? noRules);
  if (!result.ok) throw new VspairError({ ...refusals[result.reason], object, attempt: what, detail: result.detail });
  if (result.note !== undefined) err(`note: ${result.note}`);
  return { object, document: result.document, message: messageOf(what, options.message), current };
}

const refusals: Readonly<Record<Unchangeable['reason'], { readonly code: ErrorCode; readonly advice?: string }>> = {
  unknown: { code: 'VSP_RULES_UNKNOWN', advice: 'vspair rules show lists the services and their servers' },
  contradictory: { code: 'VSP_USAGE' },
  noWeight: { code: 'VSP_REFUSED', advice: 'vspair rules set SERVICE SERVER --weight N' },
};

function overtaken(what: string): VspairError {
  const detail = `another change came first, ${attempts} times`;
  return new VspairError({ code: 'VSP_RULES_CONFLICT', object: what, attempt: 'apply it', detail, advice: 'give the command again' });
}
