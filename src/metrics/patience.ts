// Waiting for somebody else's answer, but not for ever.
import { setTimeout as passed } from 'node:timers/promises';

/** Rejects when there is no answer in time; what comes later is nobody's. */
export async function within<Value>(ms: number, what: string, answer: Promise<Value>): Promise<Value> {
  const over = new AbortController();
  const late = passed(ms, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`no answer from ${what} in ${ms} ms`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}
