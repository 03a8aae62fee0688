// Brings the kernel's IPVS table to a document, again and again: look, plan, compile, write. Runs in a thread of its own
// (src/reconciler); a director on warm standby, or serving, applies each document at once, one that is backup on cold
// standby prepares the bytes for the keeper to write.
import type { RulesMark } from '../core/types.ts';
import type { CompiledRules, KernelFailure } from '../keeper/ports.ts';
import { type Claims, createClaims, type Ownership } from './claims.ts';
import { compileRules, labelOf } from './compile.ts';
import { changeText } from './difference.ts';
import type { RulesDocument, RulesRevision } from './document.ts';
import { createDraining, type Draining, type DrainingServer } from './draining.ts';
import { createDriftWatch, type Drift } from './drift.ts';
import { type HeldServices, type KernelServices, serviceKey } from './kernelServices.ts';
import { type IpvsChange, planRules, wantedServices } from './plan.ts';
import { untriedSchedulers, withoutSchedulers } from './schedulers.ts';
import { orderMatters } from './serverOrder.ts';

/** The kernel's table. All but `write` throw when there is no IPVS to speak to. */
export interface IpvsTable {
  /** The message type of IPVS in this kernel. */
  family(): number;
  dump(): HeldServices;
  /** Loads the module of the scheduler if need be. */
  hasScheduler(name: string): boolean;
  write(batch: CompiledRules): readonly KernelFailure[];
}

export interface ReconcileResult {
  /** Requests that the kernel took; 0 when it held the rules already. */
  readonly written: number;
  readonly failures: readonly KernelFailure[];
  readonly mark: RulesMark;
  /** Why the ownership could not be saved; the kernel was written all the same, since serving comes first. */
  readonly unsaved: string | undefined;
  /** What somebody else had changed since the last pass for the same document. */
  readonly drift: Drift | undefined;
  readonly draining: readonly DrainingServer[];
  /** Something is under way that the next pass should not be long in finishing. */
  readonly unfinished: boolean;
}

export interface PreparedRules {
  readonly batch: CompiledRules;
  /** What the kernel would refuse, and so is not in the batch. */
  readonly failures: readonly KernelFailure[];
  readonly mark: RulesMark;
  readonly unsaved: string | undefined;
}

export type OnDrift = 'repair' | 'report';

export interface Reconciler {
  /** Holds from the next pass on. */
  onDrift(what: OnDrift): void;
  /** Makes the kernel hold the revision. Rejects when the kernel cannot be read. */
  apply(revision: RulesRevision): Promise<ReconcileResult>;
  /** What is to be written for the kernel to hold the revision; writes nothing. Rejects when the kernel cannot be read. */
  prepare(revision: RulesRevision): Promise<PreparedRules>;
  /** Takes our services out of the kernel, as a director on cold standby does when it is backup again. */
  withdraw(): Promise<ReconcileResult>;
  /** What `apply` would change now, a sentence each; writes nothing. Rejects when the kernel cannot be read. */
  planned(document: RulesDocument): Promise<readonly string[]>;
}

export interface ReconcilerParts {
  readonly ipvs: IpvsTable;
  readonly ownership: Ownership;
  /** `report`: what somebody else did to a document that the kernel held stays until the next document. */
  readonly onDrift?: OnDrift;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

const nothing = { revision: 0, digest: '0'.repeat(16), document: { services: [] } } as const;

export const createReconciler = (parts: ReconcilerParts): Reconciler => new TableReconciler(parts);

class TableReconciler implements Reconciler {
  readonly #ipvs: IpvsTable;
  #onDrift: OnDrift;
  readonly #now: () => number;
  readonly #claims: Claims;
  readonly #drains: Draining;
  readonly #watch = createDriftWatch();
  #prepared: readonly string[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor({ ipvs, ownership, onDrift = 'repair', now = () => performance.now() }: ReconcilerParts) {
    this.#ipvs = ipvs;
    this.#onDrift = onDrift;
    this.#now = now;
    this.#claims = createClaims(ownership);
    this.#drains = createDraining(now);
  }

  onDrift(what: OnDrift): void {
    this.#onDrift = what;
  }

  apply(revision: RulesRevision): Promise<ReconcileResult> {
    return this.#inTurn(() => this.#apply(revision));
  }

  prepare(revision: RulesRevision): Promise<PreparedRules> {
    return this.#inTurn(async () => {
      const seen = await this.#look(revision.document, this.#drains);
      const { batch, failures, unsaved } = await this.#compile(revision, seen, seen.all);
      this.#prepared = seen.keys;
      this.#watch.forget();
      return { batch, failures, unsaved, mark: markOf(revision, seen, refusedOf(seen.all, failures)) };
    });
  }

  withdraw(): Promise<ReconcileResult> {
    return this.#inTurn(() => {
      this.#watch.forget();
      return this.#apply(nothing);
    });
  }

  planned(document: RulesDocument): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const { all } = await this.#look(document, createDraining(this.#now));
      return all.filter(({ type }) => type !== 'unseatServer').map(changeText);
    });
  }

  /** One after the other: two plans made from one look at the kernel would both be written. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #look(document: RulesDocument, drains: Draining): Promise<Look> {
    const kernel = this.#ipvs.dump();
    const wanted = wantedServices(document);
    // What is gone from the kernel is nobody's: whoever makes it anew keeps it. But the keeper may be writing, at this
    // moment, what was prepared last.
    const live = new Set([...keysOf(kernel), ...this.#prepared]);
    const owned = new Set([...(await this.#claims.load())].filter((key) => live.has(key)));
    const draining = drains.look(kernel, wanted);
    const all = planRules({ kernel, desired: document, owned, draining: new Set(draining.keys()) });
    return { kernel, keys: [...wanted.keys()], owned, draining, all };
  }

  async #compile(target: Target, { kernel, keys, owned }: Look, wishes: readonly IpvsChange[]): Promise<Compiled> {
    const unsaved = await this.#claims.save([...owned, ...keys]);
    const missing = untriedSchedulers(kernel, wishes).filter((name) => !this.#ipvs.hasScheduler(name));
    const { changes, failures } = withoutSchedulers(wishes, new Set(missing));
    return { unsaved, failures, batch: compileRules(changes, { ...target, family: this.#ipvs.family() }) };
  }

  async #apply(target: Target): Promise<ReconcileResult> {
    const seen = await this.#look(target.document, this.#drains);
    const drifted = this.#watch.among(target.digest, seen.all);
    const left = new Set(this.#onDrift === 'report' ? drifted : []);
    const wishes = seen.all.filter((change) => !left.has(change));
    const { batch, ...before } = await this.#compile(target, seen, wishes);
    const failures = [...before.failures, ...this.#ipvs.write(batch)];
    const refused = refusedOf(wishes, failures);
    // What could not be removed stays ours, so that the next pass tries again.
    const stuck = [...left, ...refused].flatMap((change) => (change.type === 'removeService' ? [serviceKey(change.service.id)] : []));
    const pass = { drifted, onlyReported: left.size > 0, failures, draining: seen.draining.keys() };
    return {
      written: wishes.length - failures.length,
      failures,
      mark: markOf(target, seen, refused),
      unsaved: await this.#claims.save([...seen.keys, ...stuck]),
      drift: this.#watch.passed(target.digest, pass),
      draining: [...seen.draining.values()],
      unfinished: wishes.some((change) => isBeginning(change, seen)),
    };
  }
}

interface Target {
  readonly revision: number;
  readonly digest: string;
  readonly document: RulesDocument;
}

interface Look {
  readonly kernel: HeldServices;
  /** The services of the document. */
  readonly keys: readonly string[];
  readonly owned: ReadonlySet<string>;
  readonly draining: ReadonlyMap<string, DrainingServer>;
  readonly all: readonly IpvsChange[];
}

interface Compiled {
  /** What the kernel would refuse, and so is not in the batch. */
  readonly failures: readonly KernelFailure[];
  readonly batch: CompiledRules;
  readonly unsaved: string | undefined;
}

/**
 * One service that the kernel refuses (its scheduler has no module here, say) must not keep a director from taking over
 * the others; one that would come up without any service must not take over.
 */
function markOf({ revision, digest }: Target, { keys }: Look, refused: readonly IpvsChange[]): RulesMark {
  const missing = refused.filter(({ type }) => type === 'addService');
  return { revision, digest, ready: keys.length === 0 || missing.length < keys.length };
}

function refusedOf(changes: readonly IpvsChange[], failures: readonly KernelFailure[]): IpvsChange[] {
  const objects = new Set(failures.map(({ object }) => object));
  return changes.filter((change) => objects.has(labelOf(change)));
}

/** A server that drains may be idle at once; one that was added to others may have to move. */
function isBeginning(change: IpvsChange, { kernel }: Look): boolean {
  if (change.type === 'drainServer') return true;
  if (change.type !== 'addServer') return false;
  const key = serviceKey(change.of);
  return kernel.some(({ service, servers }) => servers.length > 0 && orderMatters(service.scheduler) && serviceKey(service.id) === key);
}

const keysOf = (services: KernelServices): string[] => services.map(({ service }) => serviceKey(service.id));
