// One way to tell people: what it wants to hear of, what it has told of troubles, and its queue.
import type { AlertChannel } from '../config/alertChannel.ts';
import type { DirectorEvent } from '../events/event.ts';
import { type ChannelReport, createChannelQueue, type QueueState } from './channelQueue.ts';
import type { Deliver, Delivery } from './delivery.ts';
import type { Keep } from './keep.ts';
import type { StateChange } from './notify.ts';
import { due, judge, nextDue, type TroublesTold } from './troublesTold.ts';
import { wants } from './wants.ts';

export interface Channel {
  readonly name: string;
  send(event: DirectorEvent): void;
  noteState(change: StateChange): void;
  /** One attempt, past the queue. */
  tryOut(event: DirectorEvent): Promise<Delivery>;
  state(): QueueState;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** What is on disk waits for the next process. */
  stop(): Promise<void>;
}

export interface QueueTerms {
  readonly pauseAfter: (attempts: number) => number | undefined;
  readonly limit: number;
  readonly report: (report: ChannelReport) => void;
}

export interface EventChannelOptions extends QueueTerms {
  readonly name: string;
  readonly terms: Pick<AlertChannel, 'events' | 'severities' | 'repeat'>;
  readonly deliver: Deliver;
  readonly keep: Keep;
}

/** Of events. Those that come before what was kept is loaded wait for it. */
export function openEventChannel({ name, terms, deliver, keep, ...queueTerms }: EventChannelOptions): Channel {
  const queue = createChannelQueue({ ...queueTerms, name, deliver, disk: keep.queue });
  const troubles = keepTroubles(terms.repeat, keep, (event) => queue.add(event));
  const ready = keep.load().then((kept) => {
    queue.resume(kept.events);
    troubles.resume(kept.troubles);
  });

  const send = (event: DirectorEvent): void => {
    const { trouble } = event;
    if (trouble !== null) troubles.note({ ...event, trouble }, wants(terms, event));
    else if (wants(terms, event)) queue.add(event);
  };

  return {
    name,
    send: (event) => void ready.then(() => send(event)),
    noteState: () => undefined,
    tryOut: (event) => deliver(event, new AbortController().signal),
    state: () => queue.state(),
    async idle() {
      await ready;
      await queue.idle();
    },
    async stop() {
      await ready;
      troubles.stop();
      await queue.stop();
    },
  };
}

/** Judges events with a trouble, and tells those that were held when their time has come. */
function keepTroubles(repeatMs: number, keep: Keep, tell: (event: DirectorEvent) => void) {
  let told: TroublesTold = [];
  let timer: NodeJS.Timeout | undefined;

  function become(next: TroublesTold): void {
    clearTimeout(timer);
    if (next !== told) void keep.saveTroubles(next);
    told = next;
    const at = nextDue(told, repeatMs);
    timer = at === undefined ? undefined : setTimeout(tellDue, Math.max(at - Date.now(), 0)).unref();
  }

  function tellDue(): void {
    const { events, troubles } = due(told, { now: Date.now(), repeatMs });
    become(troubles);
    for (const event of events) tell(event);
  }

  return {
    resume: become,
    note(event: Parameters<typeof judge>[1], isWanted: boolean): void {
      const { tells, troubles } = judge(told, event, { now: Date.now(), repeatMs, isWanted });
      become(troubles);
      if (tells) tell(event);
    },
    stop: () => clearTimeout(timer),
  };
}
