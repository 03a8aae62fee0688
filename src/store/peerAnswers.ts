// One director's rules and history brought together with those of another one, as the side that answers.

import type { Handlers } from '../rpc/methods.ts';
import { RpcRefusal } from '../rpc/methods.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import type { ExchangeShapes, Offer } from '../rules/exchange.ts';
import { compareRevisions, type Ordered } from '../rules/lineage.ts';
import { readRevision } from '../rules/revision.ts';
import { type ExchangeParts, standOf } from './exchange.ts';
import { historyMark } from './historyExchange.ts';
import type { ApplyRequest, ApplyResult } from './rulesStore.ts';

export interface PeerAnswersParts {
  /** Undefined until there are peers. */
  readonly parts: () => ExchangeParts | undefined;
  /** Carries out what another director's operator asked for. */
  readonly apply: (document: RulesDocument, request: ApplyRequest) => Promise<ApplyResult>;
  /** The rules of this director and the asker's differed: there may be history to fetch from it. */
  readonly onDifference: (from: string) => void;
}

export function peerAnswers({ parts, apply, onDifference }: PeerAnswersParts): Handlers<ExchangeShapes> {
  const ready = (): ExchangeParts => {
    const now = parts();
    if (now === undefined) throw new RpcRefusal('busy', 'starting');
    return now;
  };
  return {
    async rulesLook() {
      const now = ready();
      return { ...(await standOf(now)), rules: orderedOf(now.shared.mine()), history: historyMark(now.history) };
    },
    async rulesOffer(offer) {
      const answer = await take(offer, ready());
      onDifference(offer.from);
      return answer;
    },
    rulesNames: () => ({
      names: ready()
        .history.names()
        .map(({ revision, digest }) => ({ revision, digest })),
    }),
    async rulesPast(name) {
      const { history } = ready();
      const loaded = history.has(name) ? await history.load(name) : undefined;
      return { rules: loaded?.found === 'content' ? loaded.content : null };
    },
    async rulesApply({ document, author, message, expectedRevision }) {
      ready();
      const result = await apply(document, { author, message, expectedRevision });
      if (!result.ok) return { ok: false, reason: result.reason, detail: result.detail };
      const { revision, digest } = result.revision;
      return { ok: true, revision, digest, unreached: result.unreached ?? [] };
    },
  };
}

async function take({ rules, active: there }: Offer, parts: ExchangeParts): Promise<Offer> {
  const { shared, version, precedence } = parts;
  const stand = await standOf(parts);
  if (rules === null || rules === undefined) return { ...stand, rules: shared.mine() ?? null };
  const read = readRevision(rules, version);
  if (!read.ok) throw new RpcRefusal('refused', read.detail);
  await shared.join(read.revision, { here: stand.active, there });
  const mine = shared.mine();
  const same = mine === undefined || compareRevisions(mine, read.revision, precedence) === 0;
  return { ...stand, rules: same ? null : mine };
}

const orderedOf = (rules: RulesRevision | undefined): Ordered | null =>
  rules === undefined ? null : { revision: rules.revision, digest: rules.digest, time: rules.time, lineage: rules.lineage };
