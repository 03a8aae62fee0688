// What answers the probes: on each host a UDP server on all its addresses that answers with the host's name. So whoever
// holds a virtual IP answers for it.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Host } from './host.ts';

export const echoPort = 7;

export interface EchoHost {
  readonly name: string;
  readonly namespace: string;
}

export interface Echo {
  close(): Promise<unknown>;
}

/** One thread answers on all the hosts, apart from the caller's, which may be busy when a probe comes. */
export async function startEcho(hosts: readonly Host[]): Promise<Echo> {
  const workerData: readonly EchoHost[] = hosts.map(({ name, namespace }) => ({ name, namespace }));
  const worker = new Worker(join(import.meta.dirname, 'echoThread.ts'), { workerData, execArgv: [] });
  for (const host of hosts) host.onClose(() => worker.terminate());
  await once(worker, 'message');
  return { close: () => worker.terminate() };
}
