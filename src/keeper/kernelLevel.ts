// The kernel as a level: what it holds, what it should hold, and the writes between the two, in the order of invariant 1:
// rules before address before announcement. Also what keeps the level up: leases renewed, strangers' removals repaired.
import { type CoreEvent, type GroupSpec, type Intent, type Millis, millis, never, type Vip, type Vrid } from '../core/types.ts';
import { type Announcer, createAnnouncer } from './announcer.ts';
import { createFailureLog, type FailureLog } from './failureLog.ts';
import { createLeases, type Leases } from './leases.ts';
import { addressObject, type CompiledRules, type KeeperPorts, type KernelChange, type KernelFailure, type LinkState } from './ports.ts';
import type { Story } from './story.ts';
import { devicesDown, holds, type KernelView, planVips, type VipOfGroup, viewAfter, viewOf, viewWith, viewWithout } from './vips.ts';

export interface KernelLevelParts {
  readonly groups: readonly GroupSpec[];
  readonly leaseSeconds: number;
  readonly ports: KeeperPorts;
  readonly story: Story;
}

/** The safety net under the notifications. */
const lookEvery = millis(10_000);
/** Someone who keeps removing an address is answered at this pace, not in a tight loop. */
const restoreEvery = millis(1_000);
const successorLeaseSeconds = 15;

export class KernelLevel {
  readonly #parts: KernelLevelParts;
  readonly #failures: FailureLog;
  readonly #announcer: Announcer;
  readonly #leases: Leases;
  readonly #announcing = new Set<Vrid>();
  readonly #restoredAt = new Map<Vip, Millis>();
  #view: KernelView = viewOf([], []);
  #downDevices: readonly string[] = [];
  #wanted: Intent = { groups: new Map() };
  #pendingRules: CompiledRules | undefined;
  #lookAt: Millis = never;
  #unsettled = false;
  #lineGrew = false;

  constructor(parts: KernelLevelParts) {
    const { kernel, report } = parts.ports;
    this.#parts = parts;
    this.#failures = createFailureLog(report);
    this.#announcer = createAnnouncer((vip) => kernel.announce(vip));
    this.#leases = createLeases(parts.leaseSeconds, () => this.#now());
  }

  /** Asks the kernel for everything it holds. */
  look(): { readonly holding: readonly Vrid[]; readonly linksDown: readonly string[] } {
    this.#lookAnew();
    this.#downDevices = devicesDown(this.#parts.groups, this.#view);
    const holding = this.#parts.groups.filter((group) => group.vips.some((vip) => this.isHeld(vip))).map((group) => group.vrid);
    if (holding.length > 0) this.#leases.begin('now');
    return { holding, linksDown: this.#downDevices };
  }

  changed(change: KernelChange): readonly CoreEvent[] {
    const { links } = this.#view;
    const after = viewAfter(this.#view, change);
    if (after === undefined) this.#lookAnew();
    else this.#view = after;
    return this.#view.links === links ? [] : this.#linkEvents();
  }

  /** Writes what a change of intent asks for. What the kernel refused comes back as events. */
  apply(intent: Intent): readonly CoreEvent[] {
    const before = this.#wanted;
    this.#wanted = intent;
    const plan = planVips(this.#parts.groups, intent, this.#view);
    this.#release(plan.remove);
    // What was to be held before and is missing was removed by someone else: upkeep restores and reports it.
    const add = plan.add.filter(({ vrid }) => before.groups.get(vrid) !== 'hold');
    if (add.length === 0 && this.#serves()) this.#loadRules();
    return this.#hold(add);
  }

  /** What is due without a transition; short, and cut into slices. */
  upkeep(intent: Intent): readonly CoreEvent[] {
    this.#wanted = intent;
    const overdue = this.#now() >= this.#lookAt;
    if (overdue) this.#lookAnew();
    const events = [...(overdue ? this.#linkEvents() : []), ...this.#restore()];
    this.#renew();
    if (this.#announcer.waits()) this.#announceSlice();
    return events;
  }

  /**
   * A renewal waits for the next turn, which an advert has begun: should another program hold the kernel's lock on its
   * addresses, a whole interval is left until the next advert is due.
   */
  nextUpkeep(): Millis {
    if (this.#announcer.waits() || this.#leases.goesOn()) return this.#now();
    const retryAt = this.#unsettled ? millis(this.#now() + restoreEvery) : never;
    return millis(Math.min(this.#lookAt, retryAt));
  }

  /** Puts the virtual IPs of the group in line. */
  announce(vrid: Vrid): void {
    const vips = this.#parts.groups.find((group) => group.vrid === vrid)?.vips ?? [];
    this.#announcer.enqueue(vips.map((vip) => ({ vrid, vip })));
    if (vips.every((vip) => this.isHeld(vip))) this.#announcing.add(vrid);
    this.#lineGrew = true;
  }

  /** Announces one slice of those that were put in line since the last call, of however many groups they are. */
  announceWaiting(): void {
    if (this.#lineGrew) this.#announceSlice();
    this.#lineGrew = false;
  }

  announceSelf(locals: readonly string[], dev: string): void {
    const { kernel } = this.#parts.ports;
    const own = kernel.addresses().filter((address) => locals.includes(address.address) && (dev === 'all' || dev === address.dev));
    this.#failures.note(own.map((address) => kernel.announce(address)).filter((failure) => failure !== undefined));
  }

  setRules(batch: CompiledRules): void {
    this.#pendingRules = batch;
    if (this.#serves()) this.#loadRules();
  }

  /** A long lease, for the time that the next process needs to start. */
  renewForSuccessor(): void {
    if (Number.isFinite(this.#parts.leaseSeconds)) this.#lease(this.#kept(), Math.max(this.#parts.leaseSeconds, successorLeaseSeconds));
  }

  isHeld(vip: Vip): boolean {
    return holds(this.#view, vip);
  }

  links(): readonly LinkState[] {
    return [...this.#view.links.values()];
  }

  failures(): readonly KernelFailure[] {
    return this.#failures.all();
  }

  // ------------------------------------------------------------------------------------------------------- the kernel

  #now(): Millis {
    return this.#parts.ports.clock.now();
  }

  #lookAnew(): void {
    const { kernel } = this.#parts.ports;
    this.#view = viewOf(kernel.links(), kernel.addresses());
    this.#lookAt = millis(this.#now() + lookEvery);
  }

  #linkEvents(): readonly CoreEvent[] {
    const before = this.#downDevices;
    const after = devicesDown(this.#parts.groups, this.#view);
    this.#downDevices = after;
    const went = after.filter((dev) => !before.includes(dev)).map((dev): CoreEvent => ({ type: 'linkWentDown', dev }));
    const came = before.filter((dev) => !after.includes(dev)).map((dev): CoreEvent => ({ type: 'linkCameUp', dev }));
    return [...went, ...came];
  }

  /** False when nothing at all of the rules could be written: then no address may follow. */
  #loadRules(): boolean {
    const batch = this.#pendingRules;
    if (batch === undefined || batch.labels.length === 0) return true;
    const failed = this.#parts.ports.kernel.loadRules(batch);
    this.#failures.note(failed);
    const wrote = failed.length < batch.labels.length;
    if (wrote) this.#pendingRules = undefined;
    return wrote;
  }

  #release(vips: readonly VipOfGroup[]): void {
    const failed = vips.length === 0 ? [] : this.#parts.ports.kernel.releaseAddresses(vips.map(({ vip }) => vip));
    this.#failures.note(failed);
    this.#view = viewWithout(this.#view, taken(vips, failed));
    this.#unsettled ||= failed.length > 0;
  }

  #hold(vips: readonly VipOfGroup[]): readonly CoreEvent[] {
    if (vips.length === 0) return [];
    const vrids = [...new Set(vips.map(({ vrid }) => vrid))];
    if (!this.#loadRules())
      return vrids.map((vrid) => ({ type: 'kernelWriteFailed', vrid, detail: 'the kernel took none of the IPVS rules' }));
    this.#mark(vrids, 'rulesInAt');
    const failed = this.#lease(vips, this.#parts.leaseSeconds);
    this.#view = viewWith(this.#view, taken(vips, failed));
    this.#mark(vrids, 'vipAddedAt');
    this.#leases.begin('later');
    return failed.flatMap((failure) => refusalOf(vips, failure));
  }

  #mark(vrids: readonly Vrid[], moment: 'rulesInAt' | 'vipAddedAt'): void {
    for (const vrid of vrids) this.#parts.story.mark(vrid, moment, this.#now());
  }

  #lease(vips: readonly VipOfGroup[], seconds: number): readonly KernelFailure[] {
    if (vips.length === 0) return [];
    const failed = this.#parts.ports.kernel.holdAddresses(
      vips.map(({ vip }) => vip),
      seconds,
    );
    this.#failures.note(failed);
    return failed;
  }

  // ------------------------------------------------------------------------------------------------------- the upkeep

  /** Addresses that should be there and are not, though no transition is under way: someone else removed them. */
  #restore(): readonly CoreEvent[] {
    const plan = planVips(this.#parts.groups, this.#wanted, this.#view);
    this.#release(plan.remove);
    const due = plan.add.filter(({ vip }) => this.#now() - (this.#restoredAt.get(vip) ?? Number.NEGATIVE_INFINITY) >= restoreEvery);
    this.#unsettled = plan.add.length > due.length || (this.#unsettled && plan.remove.length > 0);
    for (const { vip } of due) this.#restoredAt.set(vip, this.#now());
    const events = this.#hold(due);
    for (const { vrid, vip } of due) {
      if (this.isHeld(vip)) this.#parts.ports.report({ type: 'vipRestored', vrid, address: vip.address, dev: vip.dev });
    }
    this.#announcer.enqueue(due);
    return events;
  }

  #renew(): void {
    const due = this.#leases.due(() => this.#kept()).filter((one) => this.#isKept(one));
    this.#lease(due, this.#parts.leaseSeconds);
  }

  #kept(): readonly VipOfGroup[] {
    const all = this.#parts.groups.flatMap(({ vrid, vips }) => vips.map((vip) => ({ vrid, vip })));
    return all.filter((one) => this.#isKept(one));
  }

  #isKept({ vrid, vip }: VipOfGroup): boolean {
    return this.#wanted.groups.get(vrid) !== 'absent' && this.isHeld(vip);
  }

  #serves(): boolean {
    return [...this.#wanted.groups.values()].includes('hold');
  }

  #announceSlice(): void {
    const { story, ports } = this.#parts;
    this.#failures.note(this.#announcer.slice(({ vrid, vip }) => this.#wanted.groups.get(vrid) === 'hold' && this.isHeld(vip)));
    for (const vrid of this.#announcing) {
      if (this.#announcer.waitsFor(vrid)) continue;
      this.#announcing.delete(vrid);
      story.mark(vrid, 'announcedAt', this.#now());
      const timeline = story.takeFinished(vrid);
      if (timeline !== undefined) ports.report({ type: 'takeover', timeline });
    }
  }
}

/** The addresses of a write that the kernel did not refuse: their notifications come later. */
function taken(vips: readonly VipOfGroup[], failed: readonly KernelFailure[]): readonly Vip[] {
  const refused = new Set(failed.map((failure) => failure.object));
  return vips.map(({ vip }) => vip).filter((vip) => !refused.has(addressObject(vip)));
}

/** The group whose address the kernel refused can tell the election so. */
function refusalOf(vips: readonly VipOfGroup[], failure: KernelFailure): readonly CoreEvent[] {
  const of = vips.find(({ vip }) => addressObject(vip) === failure.object);
  return of === undefined ? [] : [{ type: 'kernelWriteFailed', vrid: of.vrid, detail: `${failure.object}: ${failure.errno}` }];
}
