// Keeps the kernel's IPVS table at the newest rules (warm standby), or the bytes for it ready (cold standby), and tells
// the keeper. Nothing here is waited for at a takeover: what the keeper needs it has got before.
import type { RulesStatus } from '../control/status.ts';
import type { RulesMark, Vrid } from '../core/types.ts';
import type { FromKeeper, ToKeeper } from '../keeper/messages.ts';
import type { CompiledRules, KernelFailure } from '../keeper/ports.ts';
import type { RulesRevision } from '../rules/document.ts';
import type { Reconciler } from '../rules/reconciler.ts';
import type { RulesStore } from '../store/rulesStore.ts';
import { watchService } from './service.ts';

export interface RulesDuty {
  /** What adverts say of our rules before the first message to the keeper. */
  readonly mark: RulesMark;
  status(): RulesStatus;
  /** The keeper runs: from now on it is told of every change. */
  begin(post: (message: ToKeeper) => void): void;
  /**
   * On cold standby the rules follow the roles: written by the keeper at a takeover, taken out here when this director
   * serves no group any more, and prepared anew.
   */
  noteKeeper(message: FromKeeper): void;
  /** Resolves when the kernel is not written any more. */
  close(): Promise<void>;
}

export interface RulesDutyParts {
  readonly store: RulesStore;
  readonly reconciler: Reconciler;
  readonly standby: 'warm' | 'cold';
  readonly groups: readonly Vrid[];
  readonly report: (event: RulesEvent) => void;
}

export type RulesEvent =
  | { readonly type: 'rulesIn'; readonly revision: RulesRevision; readonly written: number }
  | { readonly type: 'rulesPrepared'; readonly revision: RulesRevision; readonly requests: number }
  | { readonly type: 'rulesNotIn'; readonly revision: RulesRevision; readonly failures: readonly KernelFailure[]; readonly detail: string }
  /** On cold standby: services of ours that the kernel did not give up. */
  | { readonly type: 'rulesLeft'; readonly failures: readonly KernelFailure[] };

/** What the kernel refused may be possible later: a module loaded by hand, memory freed. */
const retryMs = 10_000;
const noRules: RulesMark = { revision: 0, digest: '0'.repeat(16), ready: true };

export async function startRulesDuty(parts: RulesDutyParts): Promise<RulesDuty> {
  const { store } = parts;
  const service = watchService(parts.groups);
  let post: (message: ToKeeper) => void = () => undefined;
  let outcome: Outcome = { mark: noRules, batch: undefined, errors: [] };
  let retry: NodeJS.Timeout | undefined;
  let withdrawn: Promise<void> = Promise.resolve();

  const bring = async (revision: RulesRevision): Promise<void> => {
    outcome = await bringIn(parts, revision);
    clearTimeout(retry);
    if (outcome.errors.length > 0) retry = setTimeout(again, retryMs).unref();
    if (store.current() === revision) tell();
  };

  const tell = (): void => {
    const { mark, batch } = outcome;
    const { revision, digest } = mark;
    post({ type: 'rules', mark, batch: batch ?? { revision, digest, messages: new Uint8Array(), labels: [] } });
  };

  const again = (): void => {
    const revision = store.current();
    if (revision !== undefined) void bring(revision);
  };

  // Before anything is waited for: a change that comes meanwhile must not be missed.
  const forget = store.onChange((revision) => void bring(revision));
  const initial = store.current();
  if (initial !== undefined) await bring(initial);

  return {
    get mark() {
      return outcome.mark;
    },
    status: () => statusOf(store, outcome),
    begin(send) {
      post = send;
      tell();
    },
    noteKeeper(message) {
      if (parts.standby === 'warm') return;
      if (message.type === 'takeover') again();
      if (message.type !== 'fact' || !service.isOverAfter(message.fact)) return;
      withdrawn = withdraw(parts);
      void withdrawn.then(again);
    },
    async close() {
      forget();
      await withdrawn;
      clearTimeout(retry);
    },
  };
}

interface Outcome {
  readonly mark: RulesMark;
  /** What is left to be written at a takeover. */
  readonly batch: CompiledRules | undefined;
  readonly errors: readonly string[];
}

/** Never rejects: what went wrong is part of the outcome. */
async function bringIn(parts: RulesDutyParts, revision: RulesRevision): Promise<Outcome> {
  try {
    return parts.standby === 'warm' ? await write(parts, revision) : await prepare(parts, revision);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    parts.report({ type: 'rulesNotIn', revision, failures: [], detail });
    // A document without services asks nothing of a kernel without IPVS.
    const ready = revision.document.services.length === 0;
    return { mark: { revision: revision.revision, digest: revision.digest, ready }, batch: undefined, errors: ready ? [] : [detail] };
  }
}

async function write({ reconciler, report }: RulesDutyParts, revision: RulesRevision): Promise<Outcome> {
  const { mark, failures, written, unsaved } = await reconciler.apply(revision);
  const errors = [...failures.map(failureText), ...unsavedText(unsaved)];
  if (failures.length > 0) report({ type: 'rulesNotIn', revision, failures, detail: errors.join('; ') });
  else report({ type: 'rulesIn', revision, written });
  return { mark, batch: undefined, errors };
}

async function prepare({ reconciler, report }: RulesDutyParts, revision: RulesRevision): Promise<Outcome> {
  const { mark, batch, failures, unsaved } = await reconciler.prepare(revision);
  const errors = [...failures.map(failureText), ...unsavedText(unsaved)];
  if (failures.length > 0) report({ type: 'rulesNotIn', revision, failures, detail: errors.join('; ') });
  else report({ type: 'rulesPrepared', revision, requests: batch.labels.length });
  return { mark, batch, errors };
}

/** A kernel that cannot be read holds nothing of ours either, or tells so when the rules are prepared. */
async function withdraw({ reconciler, report }: RulesDutyParts): Promise<void> {
  const result = await reconciler.withdraw().catch(() => undefined);
  if (result !== undefined && result.failures.length > 0) report({ type: 'rulesLeft', failures: result.failures });
}

const failureText = (failure: KernelFailure): string => `${failure.attempt} ${failure.object}: ${failure.errno}`;

const unsavedText = (error: unknown): string[] =>
  error === undefined ? [] : [`which services are ours could not be saved: ${error instanceof Error ? error.message : 'unknown'}`];

function statusOf(store: RulesStore, { mark, errors }: Outcome): RulesStatus {
  const { source, trouble } = store.state();
  const services = store.current()?.document.services ?? [];
  return {
    revision: mark.revision,
    digest: mark.digest,
    services: services.length,
    servers: services.reduce((sum, service) => sum + service.servers.length, 0),
    source,
    errors: trouble === undefined ? errors : [...errors, trouble.detail],
  };
}
