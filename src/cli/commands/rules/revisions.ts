// Revisions of the rules by what people call them: the number, or the digest when the number is that of another by now.
import type { ControlClient } from '../../../control/client.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';
import type { World } from '../../world.ts';

export const noRules: RulesDocument = { services: [] };

/** Undefined when the text can be neither. */
export function revisionName(text: string): number | string | undefined {
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Throws VspairError: VSP_USAGE for what is no name of a revision, VSP_RULES_UNKNOWN for what the history does not have. */
export async function demandRevision(client: ControlClient, text: string): Promise<RulesRevision> {
  const which = revisionName(text);
  if (which === undefined) throw notANumber(text);
  const found = await client.ask('rulesShow', { which });
  if (found !== null) return found;
  const trouble = await client.ask('rulesTrouble', {});
  const detail = `the history does not have it${trouble === null ? '' : `; ${trouble}`}`;
  throw new VspairError({ code: 'VSP_RULES_UNKNOWN', object: `revision ${text}`, attempt: 'find it', detail });
}

function notANumber(text: string): VspairError {
  const detail = `expected its number or the 16 digits of its digest`;
  return new VspairError({ code: 'VSP_USAGE', object: `revision ${JSON.stringify(text)}`, attempt: 'understand it', detail });
}

/** The rules in use; null when there are none yet. Tells when the store has others, which this director does not use. */
export async function currentRules(client: ControlClient, { err }: Pick<World, 'err'>): Promise<RulesRevision | null> {
  const trouble = await client.ask('rulesTrouble', {});
  if (trouble !== null) err(`warning: ${trouble}`);
  return client.ask('rulesShow', {});
}
