import { describe, expect, test } from 'vitest';
import { activeDownInterval, announceTime, handoverTimeout, peerDownInterval, restartInterval, skewTime } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { backupTo, createDirector } from './director.ts';

/** A thousandth of a millisecond: what no timer may be off by. */
const hair = 0.001;

const rows = [
  { priority: 1, interval: 10, skew: 9.9609375, down: 39.9609375 },
  { priority: 100, interval: 10, skew: 6.09375, down: 36.09375 },
  { priority: 254, interval: 10, skew: 0.078125, down: 30.078125 },
  { priority: 1, interval: 100, skew: 99.609375, down: 399.609375 },
  { priority: 100, interval: 100, skew: 60.9375, down: 360.9375 },
  { priority: 254, interval: 100, skew: 0.78125, down: 300.78125 },
  { priority: 1, interval: 1_000, skew: 996.09375, down: 3_996.09375 },
  { priority: 100, interval: 1_000, skew: 609.375, down: 3_609.375 },
  { priority: 254, interval: 1_000, skew: 7.8125, down: 3_007.8125 },
] as const;

describe('section 6.1', () => {
  test.each(rows)('Skew_Time of priority $priority at $interval ms is $skew ms, fraction and all', ({ priority, interval, skew }) => {
    expect(skewTime(priority, millis(interval))).toBe(skew);
  });

  test.each(rows)('Active_Down_Interval of priority $priority at $interval ms is $down ms', ({ priority, interval, down }) => {
    expect(activeDownInterval(priority, millis(interval))).toBe(down);
  });

  test('two neighbouring priorities never have the same skew, however short the interval', () => {
    for (let priority = 1; priority < 254; priority += 1)
      expect(skewTime(priority, millis(1))).toBeGreaterThan(skewTime(priority + 1, millis(1)));
  });
});

describe('section 6.4: the Active_Down_Timer fires after its interval, neither earlier nor later', () => {
  test.each(rows)('on hearing nothing since the start, priority $priority, $interval ms', ({ priority, interval, down }) => {
    const director = createDirector({ priorities: { vs1: priority, vsbak: 200 }, interval });
    director.start();
    firesAt(director, down);
  });

  test.each(rows)('since the last advert of the active, priority $priority, $interval ms', ({ priority, interval, down }) => {
    const director = backupTo('vsbak', { priorities: { vs1: priority, vsbak: 200 }, interval });
    director.runUntil(interval * 2.5);
    director.hear('vsbak', { phase: 'active' });
    firesAt(director, interval * 2.5 + down);
  });

  test.each(rows)(
    'by the interval that the active states, not by its own: priority $priority, $interval ms',
    ({ priority, interval, down }) => {
      const director = createDirector({ priorities: { vs1: priority, vsbak: 200 }, interval: 77 });
      director.start();
      director.hear('vsbak', { phase: 'active', interval });
      firesAt(director, down);
    },
  );

  function firesAt(director: ReturnType<typeof createDirector>, moment: number): void {
    director.runUntil(moment - hair);
    expect(director.phase()).toBe('backup');
    director.at(moment).tell({ type: 'timePassed' });
    expect(director.phase()).toBe('active');
  }
});

describe('lengths of time that the RFC does not know', () => {
  test('a peer counts as there for as long as the most patient backup would wait', () => {
    for (let priority = 1; priority <= 254; priority += 1)
      expect(peerDownInterval(millis(100))).toBeGreaterThanOrEqual(activeDownInterval(priority, millis(100)));
  });

  test('a handover is waited for a second, or three intervals when these are longer', () => {
    expect(handoverTimeout(millis(100))).toBe(1_000);
    expect(handoverTimeout(millis(1_000))).toBe(3_000);
  });

  test('a process that makes room for its successor states at least 1.5 s, and never less than its interval', () => {
    expect(restartInterval(millis(100))).toBe(1_500);
    expect(restartInterval(millis(2_000))).toBe(2_000);
  });

  test('announcements come at once, in a burst, after 5 s, then each 60 s', () => {
    const moments = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((round) => announceTime(millis(1_000), round) - 1_000);
    expect(moments).toEqual([0, 50, 150, 400, 1_000, 5_000, 65_000, 125_000, 185_000]);
  });
});
