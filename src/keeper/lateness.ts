// How late the keeper wakes up, as a histogram of fixed size: tenths of a millisecond up to 100 ms, the rest in one bin.
import type { Millis } from '../core/types.ts';

const binsPerMs = 10;
const bins = 1_000;

export interface Lateness {
  note(lateBy: Millis): void;
  summary(): { readonly p50: number; readonly p99: number; readonly max: number; readonly count: number };
}

export function createLateness(): Lateness {
  const counts = new Uint32Array(bins + 1);
  let count = 0;
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
      count += 1;
      max = Math.max(max, late);
    },
    summary: () => ({ p50: quantile(0.5), p99: quantile(0.99), max, count }),
  };
}
