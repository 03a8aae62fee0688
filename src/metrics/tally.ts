// Counts by labels. What can be counted is there with 0 from the beginning: Prometheus does not see the first of a series that
// begins with 1.
import type { Labels, Sample } from './family.ts';

export interface Tally {
  count(labels: Labels): void;
  samples(): readonly Sample[];
}

export function createTally(known: readonly Labels[]): Tally {
  const counted = new Map(known.map((labels) => [keyOf(labels), { labels, value: 0 }]));
  return {
    count(labels) {
      const key = keyOf(labels);
      const entry = counted.get(key) ?? { labels, value: 0 };
      entry.value += 1;
      counted.set(key, entry);
    },
    samples: () => [...counted.values()].map((entry) => ({ ...entry })),
  };
}

const keyOf = (labels: Labels): string => JSON.stringify(Object.values(labels));
