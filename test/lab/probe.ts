// A client that asks an address again and again and notes who answered when: what a takeover looks like from outside.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Host } from './host.ts';
import { virtualAddresses } from './plan.ts';
import { within } from './within.ts';

export interface Answer {
  /** Both on the lab's clock. */
  readonly sentAt: number;
  readonly at: number;
  readonly by: string;
}

export interface ProbeTarget {
  readonly address: string;
  readonly intervalMs: number;
}

export interface ProbeNews {
  readonly answers: readonly Answer[];
  readonly sent: number;
  /** The longest time between two probes: of that length an outage may be the prober's own doing. */
  readonly longestPauseMs: number;
}

export interface Probe {
  /** So far, oldest first. */
  readonly answers: readonly Answer[];
  /** The first answer by the host that comes from now on. */
  answerBy(name: string, timeoutMs?: number): Promise<Answer>;
  stop(): Promise<ProbeReport>;
}

export interface ProbeReport {
  readonly answers: readonly Answer[];
  readonly lost: number;
  readonly longestPauseMs: number;
}

/** Probes the echo servers from a thread on `host`; resolves when the first answer is in. */
export async function startProbe(host: Host, target: Partial<ProbeTarget> = {}): Promise<Probe> {
  const workerData: ProbeTarget = { address: virtualAddresses.outside, intervalMs: 1, ...target };
  const worker = host.on(() => new Worker(join(import.meta.dirname, 'probeThread.ts'), { workerData, execArgv: [] }));
  const answers: Answer[] = [];
  let last: ProbeNews = { answers: [], sent: 0, longestPauseMs: 0 };
  worker.on('message', (news: ProbeNews) => {
    answers.push(...news.answers);
    last = news;
  });
  await within(10_000, () => `${workerData.address} does not answer`, once(worker, 'message'));
  return {
    answers,
    answerBy: (name, timeoutMs = 10_000) => {
      const begin = answers.length;
      const found = new Promise<Answer>((resolve) => {
        worker.on('message', () => {
          const answer = answers.slice(begin).find(({ by }) => by === name);
          if (answer !== undefined) resolve(answer);
        });
      });
      return within(timeoutMs, () => `${name} did not answer for ${workerData.address}`, found);
    },
    async stop() {
      worker.postMessage('stop');
      await once(worker, 'exit');
      return { answers, lost: last.sent - answers.length, longestPauseMs: last.longestPauseMs };
    },
  };
}
