// Where everything that happens is told: the log, the alerts, the store's events, this director's memory. All of it off
// the keeper, which has done its part before anything arrives here.
import type { DaemonStart } from '../cli/world.ts';
import type { AlertsStatus } from '../control/status.ts';
import type { Problem } from '../errors/place.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import type { KernelFailure } from '../keeper/ports.ts';
import type { PeerChannelEvent } from '../peer/channel.ts';
import type { FileProblem } from '../store/fileProblem.ts';
import type { NodeState } from '../store/nodeState.ts';
import type { RulesStore, StoreEvent } from '../store/rulesStore.ts';
import type { RulesEvent } from './rulesDuty.ts';

export interface Reports {
  started(node: string): void;
  stopping(how: 'handover' | 'inPlace'): void;
  keeper(message: FromKeeper, keep: { readonly memory: NodeState; readonly store: RulesStore }): void;
  keeperDied(error: Error): Promise<void>;
  rules(event: RulesEvent): void;
  store(event: StoreEvent): void;
  peer(event: PeerChannelEvent): void;
  kernel(failures: readonly KernelFailure[]): void;
  fileProblem(problem: FileProblem): void;
  failure(method: string, error: unknown): void;
  configRejected(problems: readonly Problem[]): void;
  configValid(): void;
  alertsStatus(): AlertsStatus;
  close(): Promise<void>;
}

export function createReports(start: DaemonStart): Reports {
  const log = (what: string, value?: unknown): void => {
    process.stdout.write(`${new Date().toISOString()} ${start.node.name} ${what} ${JSON.stringify(value, jsonErrors) ?? ''}\n`);
  };
  return {
    started: (node) => log('started', node),
    stopping: (how) => log('stopping', how),
    keeper(message, { memory }) {
      if (message.type === 'snapshot' || message.type === 'answer') return;
      if (message.type === 'peerMark') return memory.keepMark(message.mark);
      if (message.type === 'incarnationRaised') void memory.raiseIncarnation(message.incarnation);
      if (message.type === 'maintenanceChanged') void memory.keepMaintenance(message.on);
      log('keeper', message);
    },
    keeperDied: async (error) => log('keeper died', error),
    rules: (event) => log('rules', { ...event, revision: event.revision.revision }),
    store: (event) => log('store', event),
    peer: (event) => log('peer', event),
    kernel: (failures) => log('kernel', failures),
    fileProblem: (problem) => log('file', problem),
    failure: (method, error) => log(`failure ${method}`, error),
    configRejected: (problems) => log('config rejected', problems),
    configValid: () => log('config valid'),
    alertsStatus: () => ({ delivered: 0, failed: 0, lastFailure: undefined }),
    close: async () => undefined,
  };
}

const jsonErrors = (_key: string, value: unknown): unknown => (value instanceof Error ? value.stack : value);
