// What one channel has to tell: one after the other, each tried again until it is told, and never more of them than a bound.
import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery } from './delivery.ts';

/** What a report says of an item. */
export interface Told {
  readonly id: string;
  readonly text: string;
}

export interface Numbered<Item> {
  /** Grows with each item. */
  readonly number: number;
  readonly item: Item;
}

/** What outlives the process of a queue. The calls are carried out in their order; none of them throws. */
export interface QueueDisk<Item> {
  /** Resolves to whether it is durable. */
  add(one: Numbered<Item>): Promise<boolean>;
  remove(number: number): Promise<void>;
  /** Resolves when every call so far is carried out. */
  settled(): Promise<void>;
}

export interface ChannelQueueOptions<Item extends Told> {
  readonly name: string;
  readonly deliver: (item: Item, signal: AbortSignal) => Promise<Delivery>;
  /** In milliseconds, after so many failed attempts; undefined: it is given up. */
  readonly pauseAfter: (attempts: number) => number | undefined;
  readonly limit: number;
  readonly report: (report: ChannelReport) => void;
  /** Undefined: what waits does not outlive the process. */
  readonly disk: QueueDisk<Item> | undefined;
}

/** `delayed`: it is tried again. `failed`: it will not be told. `detail` never holds a secret. */
export type ChannelReport = { readonly channel: string; readonly event: Told; readonly attempts: number } & (
  | { readonly type: 'delivered' }
  | { readonly type: 'delayed' | 'failed'; readonly detail: string }
);

export interface QueueState {
  readonly delivered: number;
  /** Given up, pushed out by newer ones, or not told before the end. */
  readonly failed: number;
  readonly waiting: number;
  /** Of those that wait, how many would be lost with the process. */
  readonly unsaved: number;
  /** Why the last attempt failed; undefined when it did not. */
  readonly trouble: string | undefined;
}

export interface ChannelQueue<Item> {
  add(item: Item): void;
  /** What an earlier process left; before anything is added. */
  resume(left: readonly Numbered<Item>[]): void;
  state(): QueueState;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Ends what is under way. What is on disk waits for the next process; the rest is given up. */
  stop(): Promise<void>;
}

interface Waiting<Item> extends Numbered<Item> {
  isSaved: boolean;
}

export function createChannelQueue<Item extends Told>(options: ChannelQueueOptions<Item>): ChannelQueue<Item> {
  const { limit, disk } = options;
  const closing = new AbortController();
  const waiting: Waiting<Item>[] = [];
  const tally = tallyOf(options);
  let working: Promise<void> | undefined;
  let lastNumber = 0;

  /** The first stays in its place while it is told. */
  async function work(): Promise<void> {
    for (let [first] = waiting; first !== undefined && !closing.signal.aborted; [first] = waiting) {
      if (await tell(first, { ...options, tally, closing: closing.signal })) leave(first);
    }
    working = undefined;
  }

  function leave(one: Waiting<Item>): void {
    waiting.splice(waiting.indexOf(one), 1);
    void disk?.remove(one.number);
  }

  function enqueue(one: Waiting<Item>): void {
    lastNumber = Math.max(lastNumber, one.number);
    waiting.push(one);
    const [, oldest] = waiting;
    if (oldest !== undefined && waiting.length > limit) {
      leave(oldest);
      tally.failed(oldest.item, 0, `more than ${limit} alerts wait`);
    }
    working ??= work();
  }

  return {
    add(item) {
      const one: Waiting<Item> = { number: lastNumber + 1, item, isSaved: false };
      save(one, disk);
      enqueue(one);
    },
    resume(left) {
      for (const one of left) enqueue({ ...one, isSaved: true });
    },
    state: () => ({ ...tally.state(), waiting: waiting.length, unsaved: waiting.filter(({ isSaved }) => !isSaved).length }),
    async idle() {
      await working;
    },
    async stop() {
      closing.abort();
      await working;
      await disk?.settled();
      const lost = waiting.splice(0).filter(({ isSaved }) => !isSaved);
      for (const { item } of lost) tally.failed(item, 0, 'the daemon ended before it was told');
    },
  };
}

interface Telling<Item extends Told> extends ChannelQueueOptions<Item> {
  readonly tally: Tally;
  readonly closing: AbortSignal;
}

/** Resolves to whether it is done with: false when the end came first. */
async function tell<Item extends Told>(one: Waiting<Item>, { deliver, pauseAfter, tally, closing, disk }: Telling<Item>): Promise<boolean> {
  for (let attempts = 1; ; attempts += 1) {
    const delivery = await deliver(one.item, closing);
    if (delivery.ok) {
      tally.delivered(one.item, attempts);
      return true;
    }
    if (closing.aborted) return false;
    const pauseMs = delivery.again ? pauseAfter(attempts) : undefined;
    if (pauseMs === undefined) {
      tally.failed(one.item, attempts, delivery.detail);
      return true;
    }
    tally.delayed(one.item, attempts, delivery.detail);
    // The disk may have room again.
    if (!one.isSaved) save(one, disk);
    if (await endCame(Math.max(pauseMs, delivery.notBeforeMs ?? 0), closing)) return false;
  }
}

/** After so long, or as soon as the signal aborts: whether it did. */
const endCame = (pauseMs: number, closing: AbortSignal): Promise<boolean> => pause(pauseMs, false, { signal: closing }).catch(() => true);

function save<Item>(one: Waiting<Item>, disk: QueueDisk<Item> | undefined): void {
  void disk?.add(one).then((isSaved) => {
    one.isSaved = isSaved;
  });
}

interface Tally {
  delivered(event: Told, attempts: number): void;
  delayed(event: Told, attempts: number, detail: string): void;
  failed(event: Told, attempts: number, detail: string): void;
  state(): Pick<QueueState, 'delivered' | 'failed' | 'trouble'>;
}

function tallyOf({ name: channel, report }: Pick<ChannelQueueOptions<Told>, 'name' | 'report'>): Tally {
  let delivered = 0;
  let failed = 0;
  let trouble: string | undefined;
  return {
    delivered(event, attempts) {
      delivered += 1;
      trouble = undefined;
      report({ type: 'delivered', channel, event, attempts });
    },
    delayed(event, attempts, detail) {
      trouble = detail;
      report({ type: 'delayed', channel, event, attempts, detail });
    },
    failed(event, attempts, detail) {
      failed += 1;
      trouble = detail;
      report({ type: 'failed', channel, event, attempts, detail });
    },
    state: () => ({ delivered, failed, trouble }),
  };
}
