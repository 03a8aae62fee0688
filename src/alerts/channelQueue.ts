// The events of one channel: told one after the other, tried again a few times, and never more of them than a bound.
import { setTimeout as pause } from 'node:timers/promises';
import type { DirectorEvent } from '../events/event.ts';
import type { Deliver, Delivery } from './delivery.ts';

export interface ChannelQueueOptions {
  readonly name: string;
  readonly deliver: Deliver;
  /** The pauses before the second, third ... attempt. */
  readonly againAfterMs: readonly number[];
  readonly limit: number;
  readonly report: (report: ChannelReport) => void;
}

export type ChannelReport =
  | { readonly type: 'delivered'; readonly channel: string; readonly event: DirectorEvent; readonly attempts: number }
  | {
      readonly type: 'failed';
      readonly channel: string;
      readonly event: DirectorEvent;
      readonly attempts: number;
      readonly detail: string;
    };

export interface ChannelState {
  readonly name: string;
  readonly delivered: number;
  /** Given up after the last attempt, pushed out by newer ones, or not told before the end. */
  readonly failed: number;
  readonly waiting: number;
  readonly lastFailure: string | undefined;
}

export interface ChannelQueue {
  add(event: DirectorEvent): void;
  state(): ChannelState;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Gives up what is under way and what waits. */
  stop(): Promise<void>;
}

export function createChannelQueue({ name, deliver, againAfterMs, limit, report }: ChannelQueueOptions): ChannelQueue {
  const closing = new AbortController();
  const waiting: DirectorEvent[] = [];
  let working: Promise<void> | undefined;
  let delivered = 0;
  let failed = 0;
  let lastFailure: string | undefined;

  const fail = (event: DirectorEvent, attempts: number, detail: string): void => {
    failed += 1;
    lastFailure = `${name}: ${detail}`;
    report({ type: 'failed', channel: name, event, attempts, detail });
  };

  async function tell(event: DirectorEvent): Promise<void> {
    for (let attempts = 1; ; attempts += 1) {
      const delivery = closing.signal.aborted ? stopped : await deliver(event, closing.signal);
      if (delivery.ok) {
        delivered += 1;
        report({ type: 'delivered', channel: name, event, attempts });
        return;
      }
      const pauseMs = againAfterMs[attempts - 1];
      if (!delivery.again || pauseMs === undefined || closing.signal.aborted) {
        fail(event, attempts, delivery.detail);
        return;
      }
      await pause(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  async function work(): Promise<void> {
    for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) await tell(event);
    working = undefined;
  }

  const idle = async (): Promise<void> => {
    await working;
  };

  return {
    add(event) {
      waiting.push(event);
      const oldest = waiting.length > limit ? waiting.shift() : undefined;
      if (oldest !== undefined) fail(oldest, 0, `more than ${limit} alerts wait`);
      working ??= work();
    },
    state: () => ({ name, delivered, failed, waiting: waiting.length + (working === undefined ? 0 : 1), lastFailure }),
    idle,
    async stop() {
      closing.abort();
      await idle();
    },
  };
}

const stopped: Delivery = { ok: false, again: false, detail: 'the daemon ended before it was told' };
