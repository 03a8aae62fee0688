// The keeper's clock against the kernel's own count of its uptime, which includes sleep.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bootClock } from '../../src/kernel/clock.ts';

const uptimeMs = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
const hundredth = 10;

test('it tells the milliseconds since boot', () => {
  const clock = bootClock();
  const before = uptimeMs();
  const now = clock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(uptimeMs() + hundredth);
});

test('it never goes back, and tells less than a millisecond', () => {
  const clock = bootClock();
  const readings = Array.from({ length: 1_000 }, () => Number(clock.now()));
  expect(readings).toEqual(readings.toSorted((one, other) => one - other));
  expect(readings.some((reading) => !Number.isInteger(reading))).toBe(true);
});
