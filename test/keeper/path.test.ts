import { describe, expect, test } from 'vitest';
import { type Echo, type Millis, millis } from '../../src/core/types.ts';
import { createPath, type PathNews } from '../../src/keeper/path.ts';

const never = (): Millis | undefined => undefined;
const news = (sequence: number, incarnation = 1, more: Partial<PathNews> = {}): PathNews => {
  return { incarnation, sequence, interval: millis(100), echo: undefined, echoDelay: millis(0), ...more };
};
const fresh = () => createPath({ incarnation: 0, sequence: 0 });

describe('freshness on one link is (incarnation, sequence) and nothing else', () => {
  test.each([
    { what: 'the next round', next: news(6), accepted: true },
    { what: 'a round after a gap', next: news(900), accepted: true },
    { what: 'the same round', next: news(5), accepted: false },
    { what: 'an older round', next: news(4), accepted: false },
    { what: 'the first round of a new life', next: news(1, 2), accepted: true },
    { what: 'a high round of an old life', next: news(900, 0), accepted: false },
  ])('$what: accepted $accepted', ({ next, accepted }) => {
    const path = fresh();
    path.accept(news(5), millis(0), never);
    expect(path.accept(next, millis(1), never)).toBe(accepted);
  });

  test('what was accepted before a restart, as far as the disk knows, is a replay', () => {
    const path = createPath({ incarnation: 3, sequence: 100 });
    expect(path.accept(news(100, 3), millis(0), never)).toBe(false);
    expect(path.accept(news(101, 3), millis(0), never)).toBe(true);
  });

  test('what is not accepted leaves no trace', () => {
    const path = fresh();
    path.accept(news(5), millis(10), never);
    path.accept(news(4), millis(20), never);
    expect(path.heardAt).toBe(10);
    expect(path.echo).toEqual({ incarnation: 1, sequence: 5 });
    expect(path.loss(millis(20))).toBe(0);
  });
});

describe('the echo', () => {
  test('is the newest advert accepted here', () => {
    const path = fresh();
    path.accept(news(5), millis(0), never);
    path.accept(news(7), millis(0), never);
    expect(path.echo).toEqual({ incarnation: 1, sequence: 7 });
  });

  test('before any is what the disk knows', () => {
    expect(fresh().echo).toEqual({ incarnation: 0, sequence: 0 });
    expect(createPath({ incarnation: 3, sequence: 9 }).echo).toEqual({ incarnation: 3, sequence: 9 });
  });
});

describe('loss', () => {
  test('is the share of the last hundred rounds that did not arrive', () => {
    const path = fresh();
    for (let sequence = 1; sequence <= 200; sequence += 1) if (sequence % 4 !== 0) path.accept(news(sequence), millis(0), never);
    expect(path.loss(millis(0))).toBeCloseTo(0.25, 1);
  });

  test('is none before anything was heard, and none after the first', () => {
    const path = fresh();
    expect(path.loss(millis(0))).toBe(0);
    path.accept(news(1_000), millis(0), never);
    expect(path.loss(millis(0))).toBe(0);
  });

  test('of long ago is forgotten', () => {
    const path = fresh();
    path.accept(news(1), millis(0), never);
    path.accept(news(91), millis(0), never);
    expect(path.loss(millis(0))).toBeGreaterThan(0.9);
    for (let sequence = 92; sequence < 300; sequence += 1) path.accept(news(sequence), millis(0), never);
    expect(path.loss(millis(0))).toBe(0);
  });

  test('a restart of the peer is no loss, however its numbers jump', () => {
    const path = fresh();
    path.accept(news(5), millis(0), never);
    path.accept(news(500, 2), millis(0), never);
    expect(path.loss(millis(0))).toBe(0);
  });

  test('a jump of millions costs no more than a hundred', () => {
    const path = fresh();
    path.accept(news(1), millis(0), never);
    path.accept(news(2 ** 52), millis(0), never);
    expect(path.loss(millis(0))).toBeCloseTo(0.99, 5);
  });
});

describe('silence', () => {
  const heardOnce = () => {
    const path = fresh();
    for (let sequence = 1; sequence <= 10; sequence += 1) path.accept(news(sequence), millis(sequence * 100), never);
    return path;
  };

  test('counts as loss with each round that is overdue by an interval, to the end that nothing else is remembered', () => {
    const path = heardOnce();
    expect([1_100, 1_199, 1_200, 2_100, 99_999].map((now) => path.loss(millis(now)))).toEqual([0, 0, 1 / 11, 0.5, 1]);
  });

  test('is a lost link after the time that the most patient backup waits', () => {
    const path = heardOnce();
    expect([1_000, 1_399, 1_400].map((now) => path.isHeard(millis(now)))).toEqual([true, true, false]);
    expect(fresh().isHeard(millis(0))).toBe(false);
  });
});

describe('rounds are counted', () => {
  test('that arrived, and those that later ones show to be missing, millions if need be', () => {
    const path = fresh();
    for (const sequence of [7, 8, 11, 10, 2_000_011]) path.accept(news(sequence), millis(0), never);
    expect(path.counts).toEqual({ arrived: 4, missed: 2_000_001 });
  });

  test('not from one life of the peer to the next', () => {
    const path = fresh();
    path.accept(news(7), millis(0), never);
    path.accept(news(1_000, 2), millis(0), never);
    expect(path.counts).toEqual({ arrived: 2, missed: 0 });
  });
});

describe('the round trip', () => {
  const sentAt = (echo: Echo): Millis | undefined => (echo.sequence === 40 ? millis(100) : undefined);

  test('is the time since the echoed round was sent, less what the peer had it lying', () => {
    const path = fresh();
    const more = { echo: { incarnation: 1, sequence: 40 }, echoDelay: millis(30.5) };
    path.accept(news(1, 1, more), millis(132), sentAt);
    expect(path.roundTrip).toBe(1.5);
  });

  test('of the last hundred has a median and a longest', () => {
    const path = fresh();
    expect(path.roundTrips()).toBeUndefined();
    for (const [sequence, at] of [101, 150, 102, 103, 104].entries())
      path.accept(news(sequence + 1, 1, { echo: { incarnation: 1, sequence: 40 } }), millis(at), sentAt);
    expect(path.roundTrips()).toEqual({ median: 3, max: 50 });
    for (let sequence = 6; sequence < 106; sequence += 1)
      path.accept(news(sequence, 1, { echo: { incarnation: 1, sequence: 40 } }), millis(102), sentAt);
    expect(path.roundTrips()).toEqual({ median: 2, max: 2 });
  });

  test('is never negative, whatever the peer says', () => {
    const path = fresh();
    path.accept(news(1, 1, { echo: { incarnation: 1, sequence: 40 }, echoDelay: millis(99_999) }), millis(132), sentAt);
    expect(path.roundTrip).toBe(0);
  });

  test('is not known from an echo of a round that is forgotten, and the last one stays', () => {
    const path = fresh();
    path.accept(news(1, 1, { echo: { incarnation: 1, sequence: 3 } }), millis(132), sentAt);
    expect(path.roundTrip).toBeUndefined();
    path.accept(news(2, 1, { echo: { incarnation: 1, sequence: 40 } }), millis(132), sentAt);
    path.accept(news(3, 1, { echo: { incarnation: 1, sequence: 3 } }), millis(132), sentAt);
    expect(path.roundTrip).toBe(32);
  });
});
