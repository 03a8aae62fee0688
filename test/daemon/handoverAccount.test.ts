// A handover's account from the words of two directors whose clocks have nothing to do with each other.
import { expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import { accountOf, type GivenHandover, type TakerPort } from '../../src/daemon/handoverAccount.ts';
import type { TakeoverTimeline } from '../../src/keeper/messages.ts';

const given: GivenHandover = { group: 'web', vrid: 51, from: 'vs1', to: 'vsbak', askedAt: millis(1_000), releasedAt: millis(1_008) };

/** Of a taker whose clock is half an hour ahead. */
const aheadMs = 1_800_000;
const timeline = (addedAt: number): TakeoverTimeline => ({
  vrid: 51,
  decidedAt: millis(aheadMs + 1_001),
  rulesInAt: millis(aheadMs + 1_002),
  vipAddedAt: millis(aheadMs + addedAt),
  announcedAt: millis(aheadMs + addedAt + 1),
});

function taker(...told: readonly (TakeoverTimeline | undefined)[]): TakerPort {
  let time = 2_000;
  const left = [...told];
  const now = () => {
    time += 0.5;
    return millis(time);
  };
  return {
    now,
    clock: () => Promise.resolve(now() + aheadMs),
    lastTakeover: () => Promise.resolve(left.length > 1 ? left.shift() : left[0]),
  };
}

test('the steps of both stand on one clock, in their order', async () => {
  const { steps, ...account } = await accountOf(given, taker(timeline(1_003)));
  expect(steps.map(({ step, node, afterMs }) => [step, node, afterMs])).toEqual([
    ['asked', 'vs1', 0],
    ['ready', 'vsbak', 2],
    ['takenOver', 'vsbak', 3],
    ['announced', 'vsbak', 4],
    ['released', 'vs1', 8],
  ]);
  expect(account).toMatchObject({ from: 'vs1', to: 'vsbak', gap: { ms: 0, overlapMs: 5, accuracyMs: 0.5 } });
});

test('an address that came after the other one had gone is a gap', async () => {
  expect((await accountOf(given, taker(timeline(1_020)))).gap).toEqual({ ms: 12, overlapMs: 0, accuracyMs: 0.5 });
});

test('an older takeover is not taken for this one, and the new one is waited for', async () => {
  const older = { ...timeline(1_003), decidedAt: millis(aheadMs + 900) };
  expect((await accountOf(given, taker(undefined, older, timeline(1_003)))).gap).toMatchObject({ overlapMs: 5 });
});

test('a taker that does not answer, or an active that does not say when it let go, leaves no gap to tell', async () => {
  const silent: TakerPort = { ...taker(), clock: () => Promise.reject(new Error('no answer within 5000 ms')) };
  expect(await accountOf(given, silent)).toMatchObject({
    gap: null,
    how: 'not measured: no answer within 5000 ms',
    steps: [{ step: 'asked' }, { step: 'released' }],
  });
  expect((await accountOf({ ...given, releasedAt: undefined }, taker(timeline(1_003)))).gap).toBeNull();
});
