// What the main thread and the reconciler's thread say to each other. Plain values only: they cross by structured clone, a
// document once for each change.
import type { CompiledRules } from '../keeper/ports.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import type { IpvsCounters, SeriesLimit } from '../rules/ipvsCounters.ts';
import type { OnDrift, PreparedRules, ReconcileResult } from '../rules/reconciler.ts';
import type { FileProblem } from '../store/fileProblem.ts';

/** All that the thread is born with. */
export interface ReconcilerBoot {
  readonly stateDir: string;
  readonly onDrift: OnDrift;
}

export type ToReconciler =
  /** What `apply` and `prepare` are about from now on. */
  | { readonly type: 'hold'; readonly revision: RulesRevision }
  | { readonly type: 'onDrift'; readonly what: OnDrift }
  | { readonly type: 'apply' | 'prepare' | 'withdraw'; readonly requestId: number }
  | { readonly type: 'planned'; readonly requestId: number; readonly document: RulesDocument }
  /** What IPVS has counted. */
  | { readonly type: 'counters'; readonly requestId: number; readonly limit: SeriesLimit }
  | { readonly type: 'close' };

/** `batch`: undefined when it is the one that was told before. */
export type PreparedAgain = Omit<PreparedRules, 'batch'> & { readonly batch: CompiledRules | undefined };

/** Of the kind that the request calls for. */
export type Answer = ReconcileResult | PreparedAgain | readonly string[] | IpvsCounters;

export type FromReconciler =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly requestId: number; readonly answer: Answer }
  /** The kernel could not be read. */
  | { readonly type: 'failed'; readonly requestId: number; readonly detail: string }
  | { readonly type: 'fileProblem'; readonly problem: FileProblem }
  | { readonly type: 'closed' };
