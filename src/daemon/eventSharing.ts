// Every director has what the others told: asked for after each connection, when another one says that there is news, and
// now and then. Nothing waits for it.
import type { NodeName } from '../core/types.ts';
import { type EventEntry, type EventExchangeShapes, entriesAtOnce } from '../events/exchange.ts';
import type { Handlers } from '../rpc/methods.ts';
import type { EventLog } from '../store/eventLog.ts';
import { oneAtATime } from '../store/oneAtATime.ts';

export interface EventSharing {
  readonly answers: Handlers<EventExchangeShapes>;
  begin(peers: EventPeers): void;
  noteConnected(peer: NodeName): void;
  /** Resolves when the others have what was told last, or do not answer. */
  close(): Promise<void>;
}

/** The other directors, over the peer channel. */
export interface EventPeers {
  /** Rejects when there is no answer. */
  ask<Name extends keyof EventExchangeShapes>(
    peer: NodeName,
    method: Name,
    params: EventExchangeShapes[Name]['params'],
  ): Promise<EventExchangeShapes[Name]['result']>;
  connected(peer: NodeName): boolean;
}

export interface EventSharingParts {
  readonly log: EventLog;
  readonly node: NodeName;
  readonly others: readonly NodeName[];
  /** What another director told and was not known here. */
  readonly onTaken: (director: NodeName, entries: readonly EventEntry[]) => void;
  readonly lookEveryMs?: number;
}

/** The safety net only. */
const usualLookMs = 30_000;

export function shareEvents({ log, node, others, onTaken, lookEveryMs = usualLookMs }: EventSharingParts): EventSharing {
  let peers: EventPeers | undefined;
  const catchUps = new Map(others.map((peer) => [peer, oneAtATime(() => catchUp(peer).catch(notNow))]));

  async function catchUp(peer: NodeName): Promise<void> {
    for (let left = entriesAtOnce; left >= entriesAtOnce && peers?.connected(peer) === true; ) {
      const entries = await peers.ask(peer, 'eventsAfter', { after: log.cursorOf(peer), limit: entriesAtOnce });
      const fresh = log.take(peer, entries);
      if (fresh.length > 0) onTaken(peer, fresh);
      left = fresh.length;
    }
  }

  const tellNew = async (peer: NodeName): Promise<void> => {
    if (peers?.connected(peer) === true) await peers.ask(peer, 'eventsNew', { from: node }).catch(notNow);
  };

  const hint = oneAtATime(async () => {
    await Promise.all(others.map(tellNew));
  });

  const forget = log.onEvent((event) => {
    if (event.node === node) void hint();
  });
  const look = setInterval(() => {
    for (const [, catchUpNow] of catchUps) void catchUpNow();
  }, lookEveryMs).unref();

  return {
    answers: {
      async eventsNew({ from }) {
        await catchUps.get(from)?.();
        return null;
      },
      eventsAfter: ({ after, limit }) => log.after(after, limit),
    },
    begin(reached) {
      peers = reached;
      for (const [, catchUpNow] of catchUps) void catchUpNow();
    },
    noteConnected(peer) {
      void catchUps.get(peer)?.();
      // What was told before there was a connection to say so: the peer may have connected to us long ago.
      void tellNew(peer);
    },
    async close() {
      clearInterval(look);
      forget();
      await hint();
    },
  };
}

/** It is away, or of a version that shares no events: the next look finds what was missed. */
const notNow = (): void => undefined;
