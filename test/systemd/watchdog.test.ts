// The watchdog lives on the keeper's answers.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { keepWatchdogFed } from '../../src/systemd/watchdog.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

interface Scene {
  /** The moments at which it was fed. */
  readonly fed: number[];
  /** Answers the question that waits, if there is one. */
  readonly answer: () => Promise<void>;
  readonly pass: (ms: number) => Promise<void>;
  readonly asked: () => number;
}

function scene(): Scene {
  const fed: number[] = [];
  let [passed, asked] = [0, 0];
  let waiting: (() => void) | undefined;
  const ping = (): Promise<void> => {
    asked += 1;
    return new Promise((resolve) => {
      waiting = resolve;
    });
  };
  const pass = async (ms: number): Promise<void> => {
    passed += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  const watchdog = keepWatchdogFed({ patienceMs: 10_000, ping, feed: () => fed.push(passed) });
  onTestFinished(() => watchdog.close());
  return {
    fed,
    asked: () => asked,
    answer() {
      waiting?.();
      return pass(0);
    },
    pass,
  };
}

test('it is fed at once and then four times in its patience, each time by an answer of its own', async () => {
  const { fed, answer, pass } = scene();
  for (let count = 0; count < 4; count += 1) {
    await answer();
    await pass(2_500);
  }
  expect(fed).toEqual([0, 2_500, 5_000, 7_500]);
});

test('a keeper that does not answer starves it, and is not asked again', async () => {
  const { fed, asked, pass } = scene();
  await pass(60_000);
  expect([fed, asked()]).toEqual([[], 1]);
});

test('one that answers late feeds it when it does', async () => {
  const { fed, answer, pass } = scene();
  await pass(7_000);
  await answer();
  expect(fed).toEqual([7_000]);
});
