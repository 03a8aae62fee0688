// Real-time scheduling is for one thread, and its absence is no error.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { requestRealtime } from '../../src/kernel/realtime.ts';

const SCHED_FIFO = '1';

test('a thread that asks gets it for itself alone, and says so', async () => {
  const worker = new Worker(new URL('realtimeThread.ts', import.meta.url));
  const [told] = (await once(worker, 'message')) as readonly unknown[];
  expect(told).toEqual({ words: 'SCHED_FIFO 50', policy: SCHED_FIFO });
  expect(readFileSync('/proc/thread-self/sched', 'utf8')).toMatch(/policy\s*:\s*0\n/);
  await worker.terminate();
});

test('without the privilege the status says that it was not granted', () => {
  process.seteuid?.(65_534);
  const words = requestRealtime();
  process.seteuid?.(0);
  expect(words).toBe('not granted: EPERM');
});
