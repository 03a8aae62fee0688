// One measurement: a fresh cluster, a client that probes every millisecond, one strike, and how long it was not served.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { labNow } from '../lab/clock.ts';
import { createCluster } from '../lab/cluster.ts';
import { startEcho } from '../lab/echo.ts';
import type { Host } from '../lab/host.ts';
import { longestOutage, longestPause } from '../lab/outage.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { startProbe } from '../lab/probe.ts';
import type { Contender, Strike } from './contenders.ts';

export interface RoundResult {
  readonly outageMs: number;
  /** What the prober itself may have added. */
  readonly pauseMs: number;
  /** From the strike until the struck director's kernel no longer holds the virtual IP; Infinity when it still does after a while. */
  readonly orphanedMs: number | undefined;
}

const settleMs = 500;
export const orphanPatienceMs = 10_000;

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
    const orphaned = strike.orphans ? orphanedFor(cluster.vs1, from) : undefined;
    await probe.answerBy('vsbak', 10 * intervalMs + 5000);
    await sleep(settleMs);
    // First, lest the one that is watched longer has more time to be late.
    const { answers, sent } = await probe.stop();
    const orphanedMs = await orphaned;
    const outageMs = longestOutage(answers, from)?.lengthMs ?? Number.NaN;
    return { outageMs, pauseMs: longestPause(sent, from), orphanedMs };
  } finally {
    await cluster.close();
  }
}

async function orphanedFor(director: Host, from: number): Promise<number> {
  while (labNow() - from < orphanPatienceMs) {
    // Not by a process: to start one would hold up the prober's thread.
    const routes = director.on(() => readFileSync('/proc/thread-self/net/fib_trie', 'utf8'));
    if (!routes.includes(` ${virtualAddresses.outside}\n`)) return labNow() - from;
    await sleep(10);
  }
  return Number.POSITIVE_INFINITY;
}
