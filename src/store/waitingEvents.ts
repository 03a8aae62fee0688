// Events that wait for the store: in order, and no more than memory allows.

export interface WaitingEvents {
  add(event: Readonly<Record<string, unknown>>): void;
  /** Sends what waits, oldest first; an event leaves the queue when it was taken. Rejects with the first failure. */
  drain(send: (event: Readonly<Record<string, unknown>>) => Promise<void>): Promise<void>;
  lost(): number;
}

export function waitForStore(limit: number): WaitingEvents {
  const waiting: Readonly<Record<string, unknown>>[] = [];
  let lost = 0;
  let draining: Promise<void> | undefined;

  async function send(take: (event: Readonly<Record<string, unknown>>) => Promise<void>): Promise<void> {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      await take(first);
      if (waiting[0] === first) waiting.shift();
    }
  }

  return {
    add(event) {
      waiting.push(event);
      if (waiting.length <= limit) return;
      waiting.shift();
      lost += 1;
    },
    drain(take) {
      draining ??= send(take).finally(() => {
        draining = undefined;
      });
      return draining;
    },
    lost: () => lost,
  };
}
