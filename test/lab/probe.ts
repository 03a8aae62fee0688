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
  /** When probes were sent. */
  readonly sent: readonly number[];
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
  /** When probes were sent, answered or not. */
  readonly sent: readonly number[];
}

/** Probes the echo servers from a thread on `host`; resolves when the first answer is in. */
export async function startProbe(host: Host, target: Partial<ProbeTarget> = {}): Promise<Probe> {
  const workerData: ProbeTarget = { address: virtualAddresses.outside, intervalMs: 1, ...target };
  const worker = host.on(() => new Worker(join(import.meta.dirname, 'probeThread.ts'), { workerData, execArgv: [] }));
  host.onClose(() => worker.terminate());
  const answers: Answer[] = [];
  const sent: number[] = [];
  worker.on('message', (news: ProbeNews) => {
    answers.push(...news.answers);
    sent.push(...news.sent);
  });
  await within(10_000, () => `${workerData.address} does not answer`, firstAnswer(worker));
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
      return { answers, sent };
    },
  };
}

async function firstAnswer(worker: Worker): Promise<void> {
  for (;;) {
    const [news] = (await once(worker, 'message')) as [ProbeNews];
    if (news.answers.length > 0) return;
  }
}
