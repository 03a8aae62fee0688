// What a director leaves in Redis for others: that it was seen, the revisions it knew and the store lost, and the takeovers.
import type { RulesRevision } from '../rules/document.ts';
import { oneAtATime } from './oneAtATime.ts';
import type { RedisHistory } from './redisHistory.ts';
import type { RedisRules } from './redisRules.ts';
import type { StoreEvent } from './rulesStore.ts';
import { waitForStore } from './waitingEvents.ts';

export interface RedisTraces {
  /** Another revision took the place of this one: the history should have it. */
  replaced(revision: RulesRevision): void;
  happened(event: Readonly<Record<string, unknown>>): void;
  /** Leaves what waits. Rejects with the first failure; what was not left waits on. */
  leave(): Promise<void>;
  eventsLost(): number;
}

export interface TracesParts {
  readonly rules: RedisRules;
  readonly history: RedisHistory;
  readonly node: string;
  readonly seen: () => Readonly<Record<string, unknown>>;
  readonly report: (event: StoreEvent) => void;
}

const eventLimit = 1000;

export function leaveTraces({ rules, history, node, seen, report }: TracesParts): RedisTraces {
  const events = waitForStore(eventLimit);
  const past: RulesRevision[] = [];

  const remember = async (): Promise<void> => {
    for (let [first] = past; first !== undefined; [first] = past) {
      const { revision, digest, author } = first;
      if ((await history.remember(first)) === 'superseded') report({ type: 'superseded', revision, digest, author });
      past.shift();
    }
  };

  return {
    replaced: (revision) => past.push(revision),
    happened: (event) => events.add(event),
    leave: oneAtATime(async () => {
      await rules.seen(node, seen());
      await remember();
      await events.drain((event) => rules.record(event));
    }),
    eventsLost: () => events.lost(),
  };
}
