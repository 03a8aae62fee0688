// When a director exchanges its rules with the others: after each connection, when they differ, and now and then as the
// safety net. Keeps what became of it, for the status.
import { setTimeout as pause } from 'node:timers/promises';
import type { NodeName } from '../core/types.ts';
import { type ExchangeParts, exchangeWith, refusalOf } from './exchange.ts';
import { inTurn } from './inTurn.ts';
import type { StoreEvent } from './rulesStore.ts';

export interface PeerRoundsOptions {
  readonly others: () => readonly NodeName[];
  readonly pollMs: number;
  /** Undefined until there are peers. */
  readonly parts: () => ExchangeParts | undefined;
  readonly report: (event: StoreEvent) => void;
}

export interface PeerRounds {
  begin(): void;
  /** Never rejects. Does nothing with a director that is not connected. */
  one(peer: NodeName): Promise<void>;
  /** Resolves after `patienceMs` at the latest; what is under way then goes on. */
  all(patienceMs: number): Promise<void>;
  state(): { readonly connected: boolean; readonly detail: string | undefined };
  /** Why another director does not take part. */
  refusal(): string | undefined;
  close(): void;
}

export function keepExchanging({ others, pollMs, parts, report }: PeerRoundsOptions): PeerRounds {
  const turns = new Map<NodeName, ReturnType<typeof inTurn>>();
  const failures = new Map<NodeName, string>();
  const refusals = new Map<NodeName, string>();
  let poll: NodeJS.Timeout | undefined;
  let closed = false;

  function note(peer: NodeName, error: unknown): void {
    if (closed) return;
    const refusal = refusalOf(error);
    if (refusal === undefined) return void failures.set(peer, error instanceof Error ? error.message : String(error));
    if (refusals.get(peer) !== refusal) report({ type: 'peerRefused', detail: refusal });
    refusals.set(peer, refusal);
  }

  async function exchange(peer: NodeName): Promise<void> {
    const now = parts();
    if (closed || now?.peers.connected(peer) !== true) return;
    try {
      await exchangeWith(peer, now);
      failures.delete(peer);
      refusals.delete(peer);
    } catch (error) {
      note(peer, error);
    }
  }

  const one = async (peer: NodeName): Promise<void> => {
    const turn = turns.get(peer) ?? inTurn();
    turns.set(peer, turn);
    if (others().includes(peer)) await turn(() => exchange(peer));
  };
  const all = async (): Promise<unknown> => Promise.all(others().map(one));

  return {
    begin() {
      void all();
      poll = setInterval(() => void all(), pollMs);
    },
    one,
    async all(patienceMs) {
      await Promise.race([all(), pause(patienceMs, undefined, { ref: false })]);
    },
    state() {
      const now = parts();
      const details = others().flatMap((peer) => {
        if (now?.peers.connected(peer) !== true) return [`${peer} is not connected`];
        return failures.get(peer) ?? refusals.get(peer) ?? [];
      });
      return { connected: details.length === 0, detail: details.length === 0 ? undefined : details.join('; ') };
    },
    refusal: () => [...refusals.values()][0],
    close() {
      closed = true;
      clearInterval(poll);
    },
  };
}
