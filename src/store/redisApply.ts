// An apply on Redis and what became of it, for the one who asked.
import { messageOf } from '../errors/message.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { answered } from './redisReply.ts';
import type { RedisRules } from './redisRules.ts';
import type { ApplyFailure, ApplyRequest, ApplyResult } from './rulesStore.ts';

export interface ApplyGround {
  readonly rules: RedisRules;
  readonly current: RulesRevision | undefined;
  /** The number of what the store has and nobody can use. */
  readonly spoilt: number | undefined;
}

export async function applyTo(
  { rules, current, spoilt }: ApplyGround,
  document: RulesDocument,
  request: ApplyRequest,
): Promise<ApplyResult> {
  const known = current?.revision ?? 0;
  // Who expects the revision in use has seen that the store's cannot be used, and means to replace it.
  const expectedRevision = request.expectedRevision === known ? (spoilt ?? known) : request.expectedRevision;
  try {
    const written = await rules.write(document, { ...request, expectedRevision }, known);
    switch (written.outcome) {
      case 'written':
        return { ok: true, revision: written.revision };
      case 'conflict':
        return refused('conflict', `the newest revision is ${written.newest}, not ${expectedRevision ?? 0}`, current);
      case 'newer':
        return refused('newer', written.detail, current);
    }
  } catch (error) {
    return refused(answered(error) ? 'unavailable' : 'unconfirmed', messageOf(error), current);
  }
}

export const refused = (reason: ApplyFailure, detail: string, current: RulesRevision | undefined): ApplyResult => ({
  ok: false,
  reason,
  detail,
  current,
});
