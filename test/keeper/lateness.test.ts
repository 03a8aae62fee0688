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
    expect(summaryOf()).toEqual({ p50: 0, p99: 0, max: 0, count: 0 });
  });

  test('is told to a tenth of a millisecond, rounded up', () => {
    expect(summaryOf(0.31, 0.32, 0.33)).toEqual({ p50: 0.33, p99: 0.33, max: 0.33, count: 3 });
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
    expect(summaryOf(-3)).toEqual({ p50: 0, p99: 0, max: 0, count: 1 });
  });
});
