// What comes true by itself, sooner on an idle machine than on a busy one.
import { expect } from 'vitest';

export const eventually = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 10_000, interval: 10 });
