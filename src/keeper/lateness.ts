// How late the keeper wakes up, as histograms of fixed size: tenths of a millisecond up to 100 ms, the rest in one bin, for
// quantiles; a few buckets up to a second, for who watches them over time.
import type { Millis } from '../core/types.ts';
import type { LatenessSummary } from './messages.ts';

const binsPerMs = 10;
const bins = 1_000;
/** Milliseconds. A false takeover needs a lateness of about three intervals, of which the shortest is 10 ms. */
const bucketsUpTo: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000];

export interface Lateness {
  note(lateBy: Millis): void;
  summary(): LatenessSummary;
}

export function createLateness(): Lateness {
  const counts = new Uint32Array(bins + 1);
  const buckets = bucketsUpTo.map((upTo) => ({ upTo, count: 0 }));
  let count = 0;
  let sum = 0;
  let max = 0;

  const quantile = (share: number): number => {
    let seen = 0;
    for (const [bin, inBin] of counts.entries()) {
      seen += inBin;
      if (seen > 0 && seen >= share * count) return bin >= bins ? max : Math.min(max, (bin + 1) / binsPerMs);
    }
    return 0;
  };

  return {
    note(lateBy) {
      const late = Math.max(0, lateBy);
      const bin = Math.min(bins, Math.floor(late * binsPerMs));
      counts[bin] = (counts[bin] ?? 0) + 1;
      for (const bucket of buckets) if (late <= bucket.upTo) bucket.count += 1;
      count += 1;
      sum += late;
      max = Math.max(max, late);
    },
    summary: () => ({
      ...{ p50: quantile(0.5), p99: quantile(0.99), max, count, sum },
      buckets: buckets.map((bucket) => ({ ...bucket })),
    }),
  };
}
