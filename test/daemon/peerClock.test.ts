// Two clocks are compared by asking, and the quickest answer says how wrong that can be.
import { expect, test } from 'vitest';
import { type Millis, millis } from '../../src/core/types.ts';
import { compareClocks } from '../../src/daemon/peerClock.ts';

/** A peer whose clock is ahead, over a network that takes so long there and back. */
function peerAhead(aheadMs: number, ways: readonly (readonly [number, number])[]) {
  let time = 1_000;
  let question = 0;
  return {
    now: (): Millis => millis(time),
    ask: (): Promise<number> => {
      const [there, back] = ways[question % ways.length] ?? [0, 0];
      question += 1;
      time += there;
      const theirs = time + aheadMs;
      time += back;
      return Promise.resolve(theirs);
    },
  };
}

test('an even way there and back gives the exact offset, whatever it is', async () => {
  for (const ahead of [0, 86_400_000, -5]) {
    const peer = peerAhead(ahead, [[1, 1]]);
    expect(await compareClocks(peer.now, peer.ask)).toEqual({ offsetMs: ahead, accuracyMs: 1 });
  }
});

test('an uneven way is wrong by no more than it says', async () => {
  const peer = peerAhead(500, [[0.1, 7.9]]);
  const { offsetMs, accuracyMs } = await compareClocks(peer.now, peer.ask);
  expect(accuracyMs).toBe(4);
  expect(Math.abs(offsetMs - 500)).toBeLessThanOrEqual(accuracyMs);
});

test('the quickest of the answers counts', async () => {
  const peer = peerAhead(500, [
    [0, 40],
    [0.25, 0.25],
    [30, 0],
  ]);
  expect(await compareClocks(peer.now, peer.ask)).toEqual({ offsetMs: 500, accuracyMs: 0.25 });
});
