// Keeps the kernel's IPVS table at the newest rules (warm standby), or the bytes for it ready (cold standby), and tells
// the keeper: at start, on every change, at a takeover, and again every few seconds, since others can write the table too.
// Nothing here is waited for at a takeover: what the keeper needs it has got before.
import type { RulesStatus } from '../control/status.ts';
import type { Fact, RulesMark, Vrid } from '../core/types.ts';
import type { FromKeeper, ToKeeper } from '../keeper/messages.ts';
import type { KernelFailure } from '../keeper/ports.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import type { Reconciler } from '../rules/reconciler.ts';
import type { RulesStore } from '../store/rulesStore.ts';
import { applied, differencesOf, noRules, notRead, type Outcome, prepared, statusOf } from './rulesOutcome.ts';
import { type Service, watchService } from './service.ts';

export interface RulesDuty {
  /** What adverts say of our rules before the first message to the keeper. */
  readonly mark: RulesMark;
  status(): RulesStatus;
  /** What an apply of the document would change in this kernel, a sentence each. Rejects when it cannot be read. */
  planned(document: RulesDocument): Promise<readonly string[]>;
  /** The keeper runs: from now on it is told of every change. */
  begin(post: (message: ToKeeper) => void): void;
  /**
   * On cold standby the rules follow the roles: written by the keeper at a takeover, kept up here from then on, taken out
   * when this director serves no group any more, and prepared anew.
   */
  noteKeeper(message: FromKeeper): void;
  /** From warm to cold what a director holds that serves stays until it is backup. */
  reconfigure(wishes: RulesDutyWishes): void;
  /** Resolves when the kernel is not written any more. */
  close(): Promise<void>;
}

/** What may be another while it works. */
export interface RulesDutyWishes {
  readonly standby: 'warm' | 'cold';
  /** Milliseconds between two looks at the kernel. */
  readonly everyMs: number;
  readonly groups: readonly Vrid[];
}

export interface RulesDutyParts extends RulesDutyWishes {
  readonly store: RulesStore;
  readonly reconciler: Reconciler;
  readonly report: (event: RulesEvent) => void;
}

export type RulesEvent =
  | { readonly type: 'rulesIn'; readonly revision: RulesRevision; readonly written: number }
  | { readonly type: 'rulesPrepared'; readonly revision: RulesRevision; readonly requests: number }
  | { readonly type: 'rulesNotIn'; readonly revision: RulesRevision; readonly failures: readonly KernelFailure[]; readonly detail: string }
  /** Somebody else changed our services; `isRepaired`: they are again as the rules have them. */
  | {
      readonly type: 'rulesDrifted';
      readonly revision: RulesRevision;
      readonly differences: readonly string[];
      readonly isRepaired: boolean;
    }
  /** Nothing that somebody else changed stands any more. */
  | { readonly type: 'rulesDriftOver' }
  /** On cold standby: services of ours that the kernel did not give up. */
  | { readonly type: 'rulesLeft'; readonly failures: readonly KernelFailure[] };

/** What has begun is looked after sooner: a draining server may be idle already. */
const unfinishedMs = 1_000;

export async function startRulesDuty(parts: RulesDutyParts): Promise<RulesDuty> {
  const duty = new Duty(parts);
  await duty.begun();
  return duty;
}

class Duty implements RulesDuty {
  #parts: RulesDutyParts;
  readonly #service: Service;
  readonly #forget: () => void;
  #post: (message: ToKeeper) => void = () => undefined;
  #outcome: Outcome = noRules;
  /** What the keeper knows. */
  #told: Outcome = noRules;
  #timer: NodeJS.Timeout | undefined;
  #passes = 0;
  #work: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** On cold standby: `taking` while the keeper writes what was prepared. */
  #role: 'away' | 'taking' | 'serving';

  constructor(parts: RulesDutyParts) {
    this.#parts = parts;
    this.#service = watchService(parts.groups);
    this.#role = parts.standby === 'warm' ? 'serving' : 'away';
    // Before anything is waited for: a change that comes meanwhile must not be missed.
    this.#forget = parts.store.onChange((revision) => this.#bring(revision));
    this.#again();
  }

  /** Resolves when the rules that were known at the start are in, or ready. */
  async begun(): Promise<void> {
    await this.#work;
  }

  get mark(): RulesMark {
    return this.#outcome.mark;
  }

  status(): RulesStatus {
    return statusOf(this.#parts.store, this.#outcome, performance.now());
  }

  planned(document: RulesDocument): Promise<readonly string[]> {
    return this.#parts.reconciler.planned(document);
  }

  begin(post: (message: ToKeeper) => void): void {
    this.#post = post;
    this.#tell();
  }

  noteKeeper(message: FromKeeper): void {
    if (message.type === 'takeover' && this.#role !== 'away') {
      this.#role = 'serving';
      this.#again();
    }
    if (message.type === 'fact') this.#noteFact(message.fact);
  }

  reconfigure({ standby, everyMs, groups }: RulesDutyWishes): void {
    this.#parts = { ...this.#parts, standby, everyMs, groups };
    this.#service.regroup(groups);
    if (standby === 'warm') this.#role = 'serving';
    else if (this.#role === 'serving' && this.#service.isOver()) return this.#leave();
    this.#again();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#forget();
    clearTimeout(this.#timer);
    await this.#work;
  }

  #noteFact(fact: Fact): void {
    const isOver = this.#service.isOverAfter(fact);
    if (this.#parts.standby === 'warm') return;
    if (fact.type === 'becameActive' && this.#role !== 'serving') this.#role = fact.reason === 'adopted' ? 'serving' : 'taking';
    if (isOver) this.#leave();
  }

  #leave(): void {
    this.#role = 'away';
    this.#withhold();
    this.#work = Promise.all([this.#work, withdraw(this.#parts)]);
    this.#again();
  }

  #again(): void {
    const revision = this.#parts.store.current();
    if (revision === undefined) return;
    // The keeper writes: what is half there now would be prepared once more.
    if (this.#role === 'taking') this.#comeAgainIn(this.#parts.everyMs);
    else this.#bring(revision);
  }

  #comeAgainIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.#again(), ms).unref();
  }

  #bring(revision: RulesRevision): void {
    clearTimeout(this.#timer);
    this.#passes += 1;
    this.#work = Promise.all([this.#work, this.#pass(revision, this.#passes)]);
  }

  async #pass(revision: RulesRevision, number: number): Promise<void> {
    const { store, report, everyMs } = this.#parts;
    const serves = this.#role === 'serving';
    const after = await (serves ? apply(this.#parts, revision) : prepare(this.#parts, revision));
    // It is being taken out by now.
    if (serves && this.#role === 'away') return;
    for (const event of newsOf(revision, this.#outcome, after)) report(event);
    // A kernel that cannot be read now was compared some time ago all the same.
    this.#outcome = { ...after, comparedAt: after.comparedAt ?? this.#outcome.comparedAt };
    if (store.current() === revision && isOtherForKeeper(this.#told, after)) this.#tell();
    // Of those that wait for each other the last one comes again.
    if (number === this.#passes) this.#comeAgainIn(after.unfinished ? unfinishedMs : everyMs);
  }

  /** A takeover between the withdrawal and what is prepared after it would serve with what is being taken out. */
  #withhold(): void {
    // Nothing would be prepared after it.
    if (this.#parts.store.current() === undefined) return;
    this.#outcome = { ...this.#outcome, mark: { ...this.#outcome.mark, ready: false }, batch: undefined };
    this.#tell();
  }

  #tell(): void {
    this.#told = this.#outcome;
    const { mark, batch } = this.#outcome;
    const { revision, digest } = mark;
    this.#post({ type: 'rules', mark, batch: batch ?? { revision, digest, messages: new Uint8Array(), labels: [] } });
  }
}

/** Never rejects, as `prepare`: what went wrong is part of the outcome. */
const apply = ({ reconciler }: RulesDutyParts, revision: RulesRevision): Promise<Outcome> =>
  reconciler.apply(revision).then(applied, (error: unknown) => notRead(revision, error));

const prepare = ({ reconciler }: RulesDutyParts, revision: RulesRevision): Promise<Outcome> =>
  reconciler.prepare(revision).then(prepared, (error: unknown) => notRead(revision, error));

/** A kernel that cannot be read holds nothing of ours either, or tells so when the rules are prepared. */
async function withdraw({ reconciler, report }: RulesDutyParts): Promise<void> {
  const result = await reconciler.withdraw().catch(() => undefined);
  if (result !== undefined && result.failures.length > 0) report({ type: 'rulesLeft', failures: result.failures });
}

const isOtherForKeeper = (told: Outcome, { mark, batch }: Outcome): boolean =>
  told.batch !== batch || !isSameDocument(told, mark) || told.mark.ready !== mark.ready;

const isSameDocument = ({ mark: { revision, digest } }: Outcome, mark: RulesMark): boolean =>
  revision === mark.revision && digest === mark.digest;

/** A pass that finds everything as the last one left it is no news. */
function newsOf(revision: RulesRevision, before: Outcome, after: Outcome): RulesEvent[] {
  const { mark, notIn, failures, batch, written } = after;
  const drifted = driftNews(revision, before, after);
  if (isSameDocument(before, mark) && (before.batch === undefined) === (batch === undefined) && before.notIn === notIn) return drifted;
  if (notIn !== undefined) return [...drifted, { type: 'rulesNotIn', revision, failures, detail: notIn }];
  const done: RulesEvent =
    batch === undefined ? { type: 'rulesIn', revision, written } : { type: 'rulesPrepared', revision, requests: batch.labels.length };
  return [...drifted, done];
}

function driftNews(revision: RulesRevision, before: Outcome, { drift }: Outcome): RulesEvent[] {
  const stands = (one: Outcome['drift']): boolean => one !== undefined && one.standing > 0;
  const over: RulesEvent[] = stands(before.drift) && !stands(drift) ? [{ type: 'rulesDriftOver' }] : [];
  if (drift?.isNews !== true) return over;
  return [...over, { type: 'rulesDrifted', revision, differences: differencesOf(drift), isRepaired: drift.standing === 0 }];
}
