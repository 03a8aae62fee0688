// What comes true by itself, sooner on an idle machine than on a busy one.
import { expect } from 'vitest';

/** Where each look costs the machine something, it is to be made less often. */
export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

export const eventually = <Value>(value: () => Value | Promise<Value>, { timeoutMs = 10_000, everyMs = 10 }: Patience = {}) =>
  expect.poll(value, { timeout: timeoutMs, interval: everyMs });
