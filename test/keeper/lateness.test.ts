import { describe, expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import { createLateness } from '../../src/keeper/lateness.ts';

function summaryOf(...late: readonly number[]) {
  const lateness = createLateness();
  for (const by of late) lateness.note(millis(by));
  return lateness.summary();
}

describe('lateness', () => {
  test('of nothing is nothing', () => {
    expect(summaryOf()).toMatchObject({ p50: 0, p99: 0, max: 0, count: 0, sum: 0 });
  });

  test('is told to a tenth of a millisecond, rounded up', () => {
    expect(summaryOf(0.31, 0.32, 0.33)).toMatchObject({ p50: 0.33, p99: 0.33, max: 0.33, count: 3 });
    expect(summaryOf(...new Array<number>(99).fill(0.31), 50)).toMatchObject({ p50: 0.4 });
  });

  test('half and ninety-nine of a hundred are not later than p50 and p99', () => {
    const summary = summaryOf(...Array.from({ length: 1_000 }, (_, index) => index / 100));
    expect(summary.p50).toBeCloseTo(5, 0);
    expect(summary.p99).toBeCloseTo(9.9, 0);
    expect(summary.max).toBe(9.99);
  });

  test('the worst one is told exactly, also beyond the histogram', () => {
    expect(summaryOf(1, 2, 4_321.5)).toMatchObject({ max: 4_321.5, p99: 4_321.5, count: 3 });
  });

  test('too early counts as on time', () => {
    expect(summaryOf(-3)).toMatchObject({ p50: 0, p99: 0, max: 0, count: 1, sum: 0 });
  });

  test('in buckets is how many came no later than their time', () => {
    const { buckets, sum } = summaryOf(0.1, 0.11, 1, 30, 2_000);
    const upTo = (ms: number): number | undefined => buckets.find((bucket) => bucket.upTo === ms)?.count;
    expect([0.1, 0.25, 1, 25, 50, 1_000].map(upTo)).toEqual([1, 2, 3, 3, 4, 4]);
    expect(sum).toBeCloseTo(2_031.21, 5);
  });

  test('is summed up once and for all: what is noted later does not change a summary', () => {
    const lateness = createLateness();
    const before = lateness.summary();
    lateness.note(millis(0));
    expect(before.buckets.map(({ count }) => count)).toEqual(before.buckets.map(() => 0));
  });
});
