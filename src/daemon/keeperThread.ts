// The main thread's handle on the keeper: starts its thread, asks it things and hears what it tells.
import { Worker } from 'node:worker_threads';
import type { NodeName, Outcome, Vrid } from '../core/types.ts';
import type { FromKeeper, KeeperBoot, KeeperConfig, KeeperSnapshot, ToKeeper } from '../keeper/messages.ts';

export interface KeeperThread {
  post(message: ToKeeper): void;
  snapshot(): Promise<KeeperSnapshot>;
  /** Resolves when the keeper's loop has made a turn; never, when it hangs. */
  ping(): Promise<void>;
  /** Resolves when the handover is confirmed, called off or refused. */
  failover(vrid: Vrid, to: NodeName | undefined): Promise<Outcome>;
  maintenance(on: boolean): Promise<Outcome>;
  /** Resolves when the configuration is in force and what it removed is released. */
  reconfigure(config: KeeperConfig): Promise<Outcome>;
  /** Resolves when the keeper has released everything, or left it in place. */
  shutdown(how: 'handover' | 'inPlace'): Promise<void>;
}

export interface KeeperListeners {
  readonly told: (message: FromKeeper) => void;
  /** The keeper ended by a mistake of ours. The process must end too: a restart adopts what the kernel holds. */
  readonly died: (error: Error) => void;
}

type Answer = Outcome | KeeperSnapshot | undefined;
type Waiting = (value: Answer) => void;

export function startKeeperThread(boot: KeeperBoot, listeners: KeeperListeners): Promise<KeeperThread> {
  const worker = new Worker(new URL('../keeper/worker.ts', import.meta.url), { workerData: boot, name: 'keeper' });
  const waiting = new Map<number, Waiting>();
  let requests = 0;
  let exited = false;
  const ended: PromiseWithResolvers<void> = Promise.withResolvers();
  const ready = Promise.withResolvers<KeeperThread>();

  const hear = (message: FromKeeper): void => {
    if (message.type === 'ready') ready.resolve(thread);
    if (message.type === 'answer') settle(message.requestId, message.outcome);
    if (message.type === 'snapshot') settle(message.requestId, message.snapshot);
    if (message.type === 'pong') settle(message.requestId, undefined);
    if (message.type === 'exited') {
      exited = true;
      ended.resolve();
    }
    listeners.told(message);
  };

  const settle = (requestId: number, value: Answer): void => {
    waiting.get(requestId)?.(value);
    waiting.delete(requestId);
  };

  const ask = <Expected extends Answer>(messageOf: (requestId: number) => ToKeeper): Promise<Expected> => {
    requests += 1;
    const requestId = requests;
    return new Promise((resolve) => {
      // The keeper answers a request with the kind of value that its type calls for.
      waiting.set(requestId, resolve as Waiting);
      worker.postMessage(messageOf(requestId));
    });
  };

  const thread: KeeperThread = {
    post: (message) => worker.postMessage(message),
    snapshot: () => ask((requestId) => ({ type: 'snapshot', requestId })),
    ping: () => ask<undefined>((requestId) => ({ type: 'ping', requestId })),
    failover: (vrid, to) => ask((requestId) => ({ type: 'failover', requestId, vrid, to })),
    maintenance: (on) => ask((requestId) => ({ type: 'maintenance', requestId, on })),
    reconfigure: (config) => ask((requestId) => ({ type: 'config', requestId, config })),
    shutdown(how) {
      worker.postMessage({ type: 'shutdown', how } satisfies ToKeeper);
      return ended.promise;
    },
  };

  const die = (error: Error): void => {
    ready.reject(error);
    if (!exited) listeners.died(error);
  };
  worker.on('message', hear);
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => {
    if (!exited) die(new Error(`the keeper's thread ended with code ${code}`));
  });
  return ready.promise;
}
