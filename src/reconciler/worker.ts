// Entry of the reconciler's thread: reading and writing a table of thousands of services takes hundreds of milliseconds,
// which neither the keeper nor the main thread has. Gives the reconciler the kernel and a disk, and nothing else.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { CompiledRules } from '../keeper/ports.ts';
import { openIpvs } from '../kernel/ipvs.ts';
import { ipvsTotals } from '../kernel/ipvsTotals.ts';
import type { RulesRevision } from '../rules/document.ts';
import { type IpvsCounters, ipvsCounters, type SeriesLimit } from '../rules/ipvsCounters.ts';
import { createReconciler, type PreparedRules } from '../rules/reconciler.ts';
import { ownershipFile } from '../store/ownershipFile.ts';
import type { Answer, FromReconciler, PreparedAgain, ReconcilerBoot, ToReconciler } from './messages.ts';

const port = parentPort;
if (isMainThread || port === null) throw new Error('the reconciler runs in a thread of the daemon: use vspair run');

const tell = (message: FromReconciler): void => port.postMessage(message);

// The daemon alone starts this thread, with a ReconcilerBoot.
const { stateDir, onDrift } = workerData as ReconcilerBoot;
const ipvs = openIpvs();
const ownership = ownershipFile(stateDir, (problem) => tell({ type: 'fileProblem', problem }));
const reconciler = createReconciler({ ipvs, ownership, onDrift });
let revision: RulesRevision | undefined;
let prepared: CompiledRules | undefined;
const underWay = new Set<Promise<unknown>>();

port.on('message', (message: ToReconciler) => {
  switch (message.type) {
    case 'hold':
      revision = message.revision;
      break;
    case 'onDrift':
      reconciler.onDrift(message.what);
      break;
    case 'apply':
      prepared = undefined;
      answer(message.requestId, reconciler.apply(held()));
      break;
    case 'prepare':
      answer(message.requestId, reconciler.prepare(held()).then(withoutKnownBatch));
      break;
    case 'withdraw':
      prepared = undefined;
      answer(message.requestId, reconciler.withdraw());
      break;
    case 'planned':
      answer(message.requestId, reconciler.planned(message.document));
      break;
    case 'counters':
      answer(message.requestId, Promise.resolve(message.limit).then(counters));
      break;
    case 'close':
      void Promise.allSettled(underWay).then(end);
      break;
  }
});
tell({ type: 'ready' });

function held(): RulesRevision {
  if (revision === undefined) throw new Error('the reconciler was told of no revision');
  return revision;
}

const counters = (limit: SeriesLimit): IpvsCounters => ipvsCounters(ipvs.counted(), ipvsTotals(), limit);

function answer(requestId: number, work: Promise<Answer>): void {
  const told = work.then(
    (result) => tell({ type: 'answer', requestId, answer: result }),
    (error: unknown) => tell({ type: 'failed', requestId, detail: error instanceof Error ? error.message : String(error) }),
  );
  underWay.add(told);
  void told.finally(() => underWay.delete(told));
}

/** Megabytes that both sides have already need not cross again. */
function withoutKnownBatch(rules: PreparedRules): PreparedAgain {
  const { batch } = rules;
  const isKnown = prepared?.digest === batch.digest && Buffer.compare(prepared.messages, batch.messages) === 0;
  prepared = batch;
  return isKnown ? { ...rules, batch: undefined } : rules;
}

function end(): void {
  ipvs.close();
  tell({ type: 'closed' });
  // With it goes all that keeps this thread alive.
  port?.close();
}
