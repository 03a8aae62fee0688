// What came of a pass of the reconciler, for the keeper, the status and the log.
import type { RulesStatus } from '../control/status.ts';
import type { RulesMark } from '../core/types.ts';
import type { CompiledRules, KernelFailure } from '../keeper/ports.ts';
import type { RulesRevision } from '../rules/document.ts';
import type { DrainingServer } from '../rules/draining.ts';
import type { Drift } from '../rules/drift.ts';
import type { PreparedRules, ReconcileResult } from '../rules/reconciler.ts';
import type { RulesStore } from '../store/rulesStore.ts';

export interface Outcome {
  readonly mark: RulesMark;
  /** What is left to be written at a takeover. */
  readonly batch: CompiledRules | undefined;
  readonly written: number;
  readonly failures: readonly KernelFailure[];
  /** Why not all of the document is in the kernel, or ready to be written. */
  readonly notIn: string | undefined;
  readonly errors: readonly string[];
  readonly drift: Drift | undefined;
  readonly draining: readonly DrainingServer[];
  readonly unfinished: boolean;
  /** By performance.now. */
  readonly lookedAt: number;
  /** When the kernel was compared with the document, in milliseconds since 1970. */
  readonly comparedAt: number | undefined;
}

/** Before there is any document. */
export const noRules: Outcome = {
  mark: { revision: 0, digest: '0'.repeat(16), ready: true },
  ...{ batch: undefined, written: 0, failures: [], notIn: undefined, errors: [], drift: undefined, draining: [], unfinished: false },
  lookedAt: 0,
  comparedAt: undefined,
};

export const applied = (result: ReconcileResult): Outcome => ({
  ...noRules,
  ...result,
  ...whatIsWrong(result),
  lookedAt: performance.now(),
  comparedAt: Date.now(),
});

export const prepared = (rules: PreparedRules): Outcome => ({
  ...noRules,
  ...rules,
  ...whatIsWrong(rules),
  comparedAt: Date.now(),
});

/** A document without services asks nothing of a kernel without IPVS. */
export function notRead({ revision, digest, document }: RulesRevision, error: unknown): Outcome {
  const ready = document.services.length === 0;
  const detail = error instanceof Error ? error.message : String(error);
  return { ...noRules, mark: { revision, digest, ready }, notIn: ready ? undefined : detail, errors: ready ? [] : [detail] };
}

function whatIsWrong({ failures, unsaved }: Pick<PreparedRules, 'failures' | 'unsaved'>): Pick<Outcome, 'notIn' | 'errors'> {
  const refused = failures.map((failure) => `${failure.attempt} ${failure.object}: ${failure.errno}`);
  return {
    notIn: refused.length === 0 ? undefined : refused.join('; '),
    errors: unsaved === undefined ? refused : [...refused, `which services are ours could not be saved: ${unsaved}`],
  };
}

/** `now`: by performance.now. */
export function statusOf(store: RulesStore, { mark, errors, drift, draining, lookedAt, comparedAt }: Outcome, now: number): RulesStatus {
  const { source, trouble } = store.state();
  const services = store.current()?.document.services ?? [];
  return {
    revision: mark.revision,
    digest: mark.digest,
    services: services.length,
    servers: services.reduce((sum, service) => sum + service.servers.length, 0),
    source,
    errors: trouble === undefined ? errors : [...errors, trouble.detail],
    drift: drift === undefined || drift.standing === 0 ? [] : differencesOf(drift),
    ...(comparedAt === undefined ? {} : { comparedAt }),
    draining: draining.map((server) => ({ ...server, leftMs: Math.max(0, Math.round(server.leftMs - (now - lookedAt))) })),
  };
}

/** The first of them, and how many more there are. */
export function differencesOf({ differences, count }: Drift): string[] {
  return count > differences.length ? [...differences, `and ${count - differences.length} more`] : [...differences];
}
