// Backend 'peer': the directors share the rules over the peer channel, with nothing else to install. The active one orders
// the applies while it can be reached; otherwise each applies by itself, and what it did is joined when they meet again.
import type { NodeName } from '../core/types.ts';
import type { Precedence } from '../rules/lineage.ts';
import type { ExchangeParts } from './exchange.ts';
import type { OnFileProblem } from './fileProblem.ts';
import { linedHistory } from './linedHistory.ts';
import type { LocalCopy } from './localCopy.ts';
import { type LostRevision, lostText } from './lostRevisions.ts';
import { peerAnswers } from './peerAnswers.ts';
import { applyAmongPeers } from './peerApply.ts';
import { keepExchanging } from './peerRounds.ts';
import type { RulesStore, RulesStoreState, StoreEvent } from './rulesStore.ts';
import { type SharedRules, shareRules } from './sharedRules.ts';

export interface PeerStoreOptions {
  readonly copy: LocalCopy;
  readonly node: NodeName;
  /** Every director, this one included, in the order in which they win an election. */
  readonly directors: readonly NodeName[];
  /** The version of vspair. */
  readonly writtenBy: string;
  /** How often to look at the others though nothing was heard of a change. */
  readonly pollMs: number;
  readonly onProblem: OnFileProblem;
  readonly report: (event: StoreEvent) => void;
}

export function createPeerStore({ copy, node, writtenBy, pollMs, onProblem, report, ...initial }: PeerStoreOptions): RulesStore {
  let { directors } = initial;
  const others = (): readonly NodeName[] => directors.filter((name) => name !== node);
  const precedence: Precedence = (director) => (directors.includes(director) ? directors.indexOf(director) : directors.length);
  const onLost = (lost: LostRevision): void => report({ type: 'editLost', ...lost });
  const shared = shareRules({ copy, node, writtenBy, precedence, onProblem, onLost });
  let parts: ExchangeParts | undefined;
  const rounds = keepExchanging({ others, pollMs, parts: () => parts, report });

  const apply = applyAmongPeers({ shared, exchange: () => parts, rounds, node, directors: () => directors, report });

  return {
    history: linedHistory(copy.history, () => shared.mine()),
    replica: {
      answers: peerAnswers({
        parts: () => parts,
        apply: (document, request) => apply.here(document, request),
        onDifference: (from) => void rounds.one(from),
      }),
      begin(peers) {
        parts = { shared, history: copy.history, node, version: writtenBy, precedence, peers };
        rounds.begin();
      },
      noteConnected: (peer) => void rounds.one(peer),
      reorder(next) {
        directors = next;
      },
    },
    current: () => shared.held.current(),
    onChange: (listener) => shared.held.onChange(listener),
    apply: (document, request) => apply.anywhere(document, request),
    recordEvent: () => undefined,
    state: () => ({
      backend: 'peer',
      ...rounds.state(),
      source: shared.held.source(),
      trouble: troubleOf(copy, shared, rounds.refusal()),
      eventsLost: 0,
    }),
    async close() {
      rounds.close();
      await shared.settled();
    },
  };
}

function troubleOf(copy: LocalCopy, shared: SharedRules, refusal: string | undefined): RulesStoreState['trouble'] {
  if (copy.newer !== undefined) return { what: 'newer', detail: copy.newer };
  if (refusal !== undefined) return { what: 'refused', detail: refusal };
  const lost = shared.lost.unanswered(shared.mine());
  return lost === undefined ? undefined : { what: 'superseded', detail: lostText(lost) };
}
