// The main thread's handle on the reconciler: the same questions and answers, with the work done in the other thread.
import { Worker } from 'node:worker_threads';
import type { CompiledRules } from '../keeper/ports.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import type { IpvsCounters, SeriesLimit } from '../rules/ipvsCounters.ts';
import type { OnDrift, PreparedRules, ReconcileResult, Reconciler } from '../rules/reconciler.ts';
import type { FileProblem } from '../store/fileProblem.ts';
import type { Answer, FromReconciler, PreparedAgain, ReconcilerBoot, ToReconciler } from './messages.ts';

export interface ReconcilerThread extends Reconciler {
  /** What IPVS has counted; of a large table it takes a tenth of a second and more. Rejects when the kernel cannot be read. */
  counters(limit: SeriesLimit): Promise<IpvsCounters>;
  /** Resolves when the kernel is not touched any more. */
  close(): Promise<void>;
}

/** Rejects when the thread cannot start. When it ends by a mistake of ours, all that is asked of it rejects. */
export async function startReconcilerThread(boot: ReconcilerBoot, onProblem: (problem: FileProblem) => void): Promise<ReconcilerThread> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: boot, name: 'reconciler' });
  const thread = new Thread(worker, onProblem);
  await thread.ready;
  return thread;
}

class Thread implements ReconcilerThread {
  readonly #worker: Worker;
  readonly #onProblem: (problem: FileProblem) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers();
  #death: Error | undefined;
  #requests = 0;
  #held: RulesRevision | undefined;
  #batch: CompiledRules | undefined;

  constructor(worker: Worker, onProblem: (problem: FileProblem) => void) {
    this.#worker = worker;
    this.#onProblem = onProblem;
    worker.on('message', (message: FromReconciler) => this.#hear(message));
    worker.on('error', (error) => this.#die(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#die(new Error(`exit code ${code}`)));
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  onDrift(what: OnDrift): void {
    this.#post({ type: 'onDrift', what });
  }

  apply(revision: RulesRevision): Promise<ReconcileResult> {
    this.#hold(revision);
    return this.#ask<ReconcileResult>((requestId) => ({ type: 'apply', requestId }));
  }

  async prepare(revision: RulesRevision): Promise<PreparedRules> {
    this.#hold(revision);
    const prepared = await this.#ask<PreparedAgain>((requestId) => ({ type: 'prepare', requestId }));
    this.#batch = prepared.batch ?? this.#batch;
    if (this.#batch === undefined) throw new Error('the reconciler prepared nothing');
    return { ...prepared, batch: this.#batch };
  }

  withdraw(): Promise<ReconcileResult> {
    return this.#ask<ReconcileResult>((requestId) => ({ type: 'withdraw', requestId }));
  }

  planned(document: RulesDocument): Promise<readonly string[]> {
    return this.#ask<readonly string[]>((requestId) => ({ type: 'planned', requestId, document }));
  }

  counters(limit: SeriesLimit): Promise<IpvsCounters> {
    return this.#ask<IpvsCounters>((requestId) => ({ type: 'counters', requestId, limit }));
  }

  close(): Promise<void> {
    this.#post({ type: 'close' });
    return this.#ended.promise;
  }

  #post(message: ToReconciler): void {
    this.#worker.postMessage(message);
  }

  #hold(revision: RulesRevision): void {
    if (this.#held !== revision) this.#post({ type: 'hold', revision });
    this.#held = revision;
  }

  /** The thread answers a request with the kind of value that its type calls for. */
  async #ask<Result extends Answer>(messageOf: (requestId: number) => ToReconciler): Promise<Result> {
    if (this.#death !== undefined) throw this.#death;
    this.#requests += 1;
    const one = Promise.withResolvers<Answer>();
    this.#waiting.set(this.#requests, one);
    this.#post(messageOf(this.#requests));
    return (await one.promise) as Result;
  }

  #hear(message: FromReconciler): void {
    switch (message.type) {
      case 'ready':
        return this.#ready.resolve();
      case 'answer':
        return this.#taken(message.requestId)?.resolve(message.answer);
      case 'failed':
        return this.#taken(message.requestId)?.reject(new Error(message.detail));
      case 'fileProblem':
        return this.#onProblem(message.problem);
      case 'closed':
        return this.#ended.resolve();
    }
  }

  #taken(requestId: number): PromiseWithResolvers<Answer> | undefined {
    const one = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    return one;
  }

  #die(error: Error): void {
    this.#death ??= new Error(`the reconciler's thread ended: ${error.message}`, { cause: error });
    this.#ready.reject(this.#death);
    this.#ended.resolve();
    for (const one of this.#waiting.values()) one.reject(this.#death);
    this.#waiting.clear();
  }
}
