import { expect, test } from 'vitest';
import { once } from '../../src/metrics/once.ts';

/** Values are made when the test says so; the clock is the test's. */
function scene() {
  const clock = { now: 0 };
  const made: PromiseWithResolvers<string>[] = [];
  const make = (): Promise<string> => {
    const one = Promise.withResolvers<string>();
    made.push(one);
    return one.promise;
  };
  return { clock, made, value: once({ make, forMs: 1_000, now: () => clock.now }) };
}

test('all who ask while it is being made get the same, however long that takes', async () => {
  const { clock, made, value } = scene();
  const asked = [value(), value()];
  clock.now = 60_000;
  asked.push(value());
  made[0]?.resolve('first');
  expect(await Promise.all(asked)).toEqual(['first', 'first', 'first']);
  expect(made).toHaveLength(1);
});

test('it is good from when it was made, for its time and no longer', async () => {
  const { clock, made, value } = scene();
  const first = value();
  clock.now = 500;
  made[0]?.resolve('first');
  await first;
  clock.now = 1_499;
  expect(await value()).toBe('first');
  clock.now = 1_500;
  const second = value();
  made[1]?.resolve('second');
  expect(await second).toBe('second');
});

test('a failure is for those who waited for it, and not for the next one', async () => {
  const { made, value } = scene();
  const failed = [value(), value()];
  made[0]?.reject(new Error('away'));
  for (const one of failed) await expect(one).rejects.toThrow('away');
  const again = value();
  made[1]?.resolve('back');
  expect(await again).toBe('back');
});
