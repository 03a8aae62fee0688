// Requests one after the other while something happens, and what is demanded of their answers.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { labNow } from '../lab/clock.ts';
import type { HttpAnswer } from '../lab/http.ts';
import { type Scene, url } from './scene.ts';

/** All answers: some of before it, some of after it. */
export async function underTraffic(scene: Scene, act: () => Promise<unknown>, pauseMs = 10): Promise<readonly HttpAnswer[]> {
  const traffic = scene.client.repeat(url, { pauseMs, timeoutMs: 1000 });
  await answered(traffic.answers, 10);
  await act();
  await answered(traffic.answers, 20);
  return traffic.stop();
}

/** Until so many more requests were answered. */
async function answered(answers: readonly HttpAnswer[], count: number): Promise<void> {
  const begin = labNow();
  while (answers.filter(({ by, startedAt }) => by !== undefined && startedAt > begin).length < count) {
    assert.ok(labNow() - begin < 30_000, `not ${count} answers in 30 s: ${JSON.stringify(answers.slice(-20))}`);
    await sleep(50);
  }
}

export const assertAnswered = (answers: readonly HttpAnswer[]): void =>
  assert.deepEqual(
    answers.filter(({ by }) => by === undefined),
    [],
  );

/** A virtual IP that comes before its services answers with RST. */
export const assertNobodyRefused = (answers: readonly HttpAnswer[]): void =>
  assert.deepEqual(
    answers.filter(({ error }) => error === 'ECONNREFUSED'),
    [],
  );
