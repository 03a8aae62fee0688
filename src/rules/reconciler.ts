// Brings the kernel's IPVS table to a document, again and again: look, plan, compile, write. Lives on the main thread; a
// director on warm standby applies each document at once, one on cold standby prepares the bytes for the keeper to write.
import type { RulesMark } from '../core/types.ts';
import type { CompiledRules, KernelFailure } from '../keeper/ports.ts';
import { compileRules, labelOf } from './compile.ts';
import type { RulesDocument, RulesRevision } from './document.ts';
import { type KernelServices, kernelServicesOf, serviceKey } from './kernelServices.ts';
import { type IpvsChange, planRules } from './plan.ts';
import { untriedSchedulers, withoutSchedulers } from './schedulers.ts';

/** The kernel's table. All but `write` throw when there is no IPVS to speak to. */
export interface IpvsTable {
  /** The message type of IPVS in this kernel. */
  family(): number;
  dump(): KernelServices;
  /** Loads the module of the scheduler if need be. */
  hasScheduler(name: string): boolean;
  write(batch: CompiledRules): readonly KernelFailure[];
}

/**
 * Which services are ours, by key (serviceKey), over restarts and crashes: without it a service that the document lost
 * while the daemon was away would pass for somebody else's, and stay for ever.
 */
export interface Ownership {
  /** Empty when nothing was ever saved. */
  load(): Promise<readonly string[]>;
  /** Durable when it resolves. */
  save(keys: readonly string[]): Promise<void>;
}

export interface ReconcileResult {
  /** Requests that the kernel took; 0 when it held the rules already. */
  readonly written: number;
  readonly failures: readonly KernelFailure[];
  readonly mark: RulesMark;
  /** Why the ownership could not be saved; the kernel was written all the same, since serving comes first. */
  readonly unsaved: unknown;
}

export interface PreparedRules {
  readonly batch: CompiledRules;
  /** What the kernel would refuse, and so is not in the batch. */
  readonly failures: readonly KernelFailure[];
  readonly mark: RulesMark;
  readonly unsaved: unknown;
}

export interface Reconciler {
  /** Makes the kernel hold the revision. Rejects when the kernel cannot be read. */
  apply(revision: RulesRevision): Promise<ReconcileResult>;
  /** What is to be written for the kernel to hold the revision; writes nothing. Rejects when the kernel cannot be read. */
  prepare(revision: RulesRevision): Promise<PreparedRules>;
  /** Takes our services out of the kernel, as a director on cold standby does when it is backup again. */
  withdraw(): Promise<ReconcileResult>;
}

export interface ReconcilerParts {
  readonly ipvs: IpvsTable;
  readonly ownership: Ownership;
}

const nothing = { revision: 0, digest: '0'.repeat(16), document: { services: [] } } as const;

export function createReconciler({ ipvs, ownership }: ReconcilerParts): Reconciler {
  const claims = createClaims(ownership);
  let prepared: readonly string[] = [];
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: two plans made from one look at the kernel would both be written. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const planned = async (target: Target): Promise<Plan> => {
    const kernel = ipvs.dump();
    const keys = keysOf(kernelServicesOf(target.document));
    // What is gone from the kernel is nobody's: whoever makes it anew keeps it. But the keeper may be writing, at this
    // moment, what was prepared last.
    const live = new Set([...keysOf(kernel), ...prepared]);
    const owned = new Set([...(await claims.load())].filter((key) => live.has(key)));
    const unsaved = await claims.save([...owned, ...keys]);
    const all = planRules({ kernel, desired: target.document, owned });
    const missing = untriedSchedulers(kernel, all).filter((name) => !ipvs.hasScheduler(name));
    const { changes, failures } = withoutSchedulers(all, new Set(missing));
    return { all, keys, unsaved, failures, batch: compileRules(changes, { ...target, family: ipvs.family() }) };
  };

  const apply = async (target: Target): Promise<ReconcileResult> => {
    const { all, keys, batch, ...plan } = await planned(target);
    const failures = [...plan.failures, ...ipvs.write(batch)];
    // What could not be removed stays ours, so that the next pass tries again.
    const stuck = refusedOf(all, failures).flatMap((change) => (change.type === 'removeService' ? [serviceKey(change.service.id)] : []));
    const unsaved = await claims.save([...keys, ...stuck]);
    return { written: all.length - failures.length, failures, mark: markOf(target, all, failures), unsaved };
  };

  return {
    apply: (revision) => inTurn(() => apply(revision)),
    prepare: (revision) =>
      inTurn(async () => {
        const { all, keys, batch, failures, unsaved } = await planned(revision);
        prepared = keys;
        return { batch, failures, unsaved, mark: markOf(revision, all, failures) };
      }),
    withdraw: () => inTurn(() => apply(nothing)),
  };
}

interface Target {
  readonly revision: number;
  readonly digest: string;
  readonly document: RulesDocument;
}

interface Plan {
  readonly all: readonly IpvsChange[];
  /** The services of the document. */
  readonly keys: readonly string[];
  /** What the kernel would refuse, and so is not in the batch. */
  readonly failures: readonly KernelFailure[];
  readonly batch: CompiledRules;
  readonly unsaved: unknown;
}

/**
 * One service that the kernel refuses (its scheduler has no module here, say) must not keep a director from taking over
 * the others; one that would come up without any service must not take over.
 */
function markOf({ revision, digest, document }: Target, changes: readonly IpvsChange[], failures: readonly KernelFailure[]): RulesMark {
  const missing = refusedOf(changes, failures).filter(({ type }) => type === 'addService');
  return { revision, digest, ready: document.services.length === 0 || missing.length < document.services.length };
}

function refusedOf(changes: readonly IpvsChange[], failures: readonly KernelFailure[]): IpvsChange[] {
  const objects = new Set(failures.map(({ object }) => object));
  return changes.filter((change) => objects.has(labelOf(change)));
}

const keysOf = (services: KernelServices): string[] => services.map(({ service }) => serviceKey(service.id));

/** The ownership in memory, written when it changed or was not written yet. */
function createClaims(ownership: Ownership): { load(): Promise<ReadonlySet<string>>; save(keys: readonly string[]): Promise<unknown> } {
  let claimed: ReadonlySet<string> | undefined;
  let durable = true;
  return {
    async load() {
      claimed ??= new Set(await ownership.load());
      return claimed;
    },
    /** Resolves to what went wrong, undefined when nothing did. */
    async save(keys) {
      const next = new Set(keys);
      if (durable && next.size === claimed?.size && keys.every((key) => claimed?.has(key))) return undefined;
      claimed = next;
      try {
        await ownership.save([...next].sort());
        durable = true;
        return undefined;
      } catch (error) {
        durable = false;
        return error;
      }
    },
  };
}
