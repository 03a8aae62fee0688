// A change that is relative to whatever is in use: when it meets a revision that came meanwhile, it is made again on top of
// that one.
import type { ControlClient } from '../../../control/client.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import type { ChangedRules } from '../../../rules/change.ts';
import { rulesDifference } from '../../../rules/diff.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';
import { askDaemon } from '../../ask.ts';
import { differenceLines } from '../../renderDifference.ts';
import type { World } from '../../world.ts';
import { foretell } from './foretell.ts';
import { type Applied, applyRules, conclude, refusalOf } from './newRevision.ts';
import { messageOf, type NewRules, tellUnchanged } from './newRules.ts';
import type { ChangeOptions } from './options.ts';
import { currentRules, noRules } from './revisions.ts';

export type RelativeChange = (rules: RulesDocument) => ChangedRules;

/** Whoever loses so often against others is told rather than left waiting. */
const attempts = 5;

/** `what` is told in the history. */
export function makeChange(change: RelativeChange, what: string, options: ChangeOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    for (let attempt = 1; ; attempt += 1) {
      const current = await currentRules(client, world);
      const rules = changed(change, what, options, current);
      if (options.dryRun) return foretell(client, rules, options, world);
      if (rules.document === current?.document) return tellUnchanged(current, options.json, world);
      const result = await applyRules(client, rules, world);
      if (result.ok) return tellChange(client, rules, result, options, world);
      if (result.reason !== 'conflict' || attempt === attempts) throw refusalOf(result, 'the change');
    }
  });
}

/** Throws VspairError VSP_RULES_UNKNOWN when the rules have nothing of the name that the change is about. */
function changed(change: RelativeChange, what: string, options: ChangeOptions, current: RulesRevision | null): NewRules {
  const object = 'the rules in use';
  const result = change(current?.document ?? noRules);
  if (!result.ok) throw new VspairError({ code: 'VSP_RULES_UNKNOWN', object, attempt: what, detail: result.detail });
  return { object, document: result.document, message: messageOf(what, options.message), current };
}

function tellChange(client: ControlClient, rules: NewRules, applied: Applied, options: ChangeOptions, world: World): Promise<ExitCode> {
  const difference = rulesDifference(rules.current?.document ?? noRules, rules.document);
  if (!options.json) world.out(differenceLines(difference, world.paint.out).join('\n'));
  return conclude(client, rules, applied, options, world);
}
