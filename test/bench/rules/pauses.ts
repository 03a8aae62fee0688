// The main thread's handle on the stand-in for the keeper.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface Pauses {
  /** The longest since this was asked last. */
  take(): Promise<number>;
  close(): Promise<unknown>;
}

export function startPauses(): Pauses {
  const worker = new Worker(new URL('pauseThread.ts', import.meta.url));
  return {
    async take() {
      const answer = once(worker, 'message');
      worker.postMessage('take');
      const [longest] = (await answer) as [number];
      return longest;
    },
    close: () => worker.terminate(),
  };
}
