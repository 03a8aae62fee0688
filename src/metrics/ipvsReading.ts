// The counters of IPVS for a scrape: read anew every few seconds at most, since a large table keeps the reconciler's thread busy,
// and not waited for when that thread has other work.
import { setTimeout as passed } from 'node:timers/promises';
import type { IpvsCounters } from '../rules/ipvsCounters.ts';
import { once } from './once.ts';
import type { IpvsSeen } from './seen.ts';

const readEveryMs = 5_000;
/** Then a scrape has what was read before. */
const patienceMs = 1_000;

/** Undefined when the kernel could not be read the last time. */
export function ipvsReading(read: () => Promise<IpvsCounters>, goodForMs = readEveryMs): () => Promise<IpvsSeen | undefined> {
  let last: IpvsSeen | undefined;
  const keep = (seen: IpvsSeen | undefined): void => {
    last = seen;
  };
  const reading = once({
    forMs: goodForMs,
    make: () =>
      read().then(
        (counters) => keep({ counters, readAt: Date.now() }),
        () => keep(undefined),
      ),
  });
  return async () => {
    await Promise.race([reading(), passed(patienceMs, undefined, { ref: false })]);
    return last;
  };
}
