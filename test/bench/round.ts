// One measurement: a fresh cluster, a client that probes every millisecond, one strike, and how long it was not served.
import { setTimeout as sleep } from 'node:timers/promises';
import { labNow } from '../lab/clock.ts';
import { createCluster } from '../lab/cluster.ts';
import { startEcho } from '../lab/echo.ts';
import { longestOutage, longestPause } from '../lab/outage.ts';
import { startProbe } from '../lab/probe.ts';
import type { Contender, Strike } from './contenders.ts';

export interface RoundResult {
  readonly outageMs: number;
  /** What the prober itself may have added. */
  readonly pauseMs: number;
  /** From the strike to the first answer by the backup. */
  readonly takenOverMs: number;
}

const settleMs = 500;

export async function round(contender: Contender, strike: Strike, intervalMs: number): Promise<RoundResult> {
  const cluster = await createCluster();
  try {
    await startEcho(cluster.directors);
    const pair = await contender.start(cluster, intervalMs);
    const probe = await startProbe(cluster.client);
    // Adverts are never in step with failures.
    await sleep(settleMs + Math.random() * intervalMs);
    const from = labNow();
    strike.strike(cluster, pair);
    const first = await probe.answerBy('vsbak', 10 * intervalMs + 5000);
    await sleep(settleMs);
    const { answers, sent } = await probe.stop();
    const outageMs = longestOutage(answers, from)?.lengthMs ?? Number.NaN;
    return { outageMs, pauseMs: longestPause(sent, from), takenOverMs: first.at - from };
  } finally {
    await cluster.close();
  }
}
