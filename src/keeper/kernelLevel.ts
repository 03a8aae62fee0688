// The kernel as a level: what it holds, what it should hold, and the writes between the two, in the order of invariant 1:
// rules before address before announcement. Also what keeps the level up: leases renewed, strangers' removals repaired.
import { type CoreEvent, type GroupSpec, type Intent, type Millis, millis, never, type Vip, type Vrid } from '../core/types.ts';
import { type Announcements, createAnnouncements } from './announcements.ts';
import { type ConfiguredVips, createConfiguredVips } from './configuredVips.ts';
import { createFailureLog, type FailureLog } from './failureLog.ts';
import { createLeases, type Leases } from './leases.ts';
import type { KeeperConfig } from './messages.ts';
import type { CompiledRules, KeeperPorts, KernelChange, KernelFailure, LinkState } from './ports.ts';
import { createRulesLoad, type LoadOutcome, type RulesLoad } from './rulesLoad.ts';
import type { Story } from './story.ts';
import {
  devicesDown,
  holds,
  type KernelView,
  type KernelWorld,
  planVips,
  type VipOfGroup,
  viewAfter,
  viewOf,
  viewWith,
  viewWithout,
  vridsOf,
  worldOf,
} from './vips.ts';
import { refusalsOf, taken } from './vipWrites.ts';

export interface KernelLevelParts {
  readonly config: KernelConfig;
  readonly ports: KeeperPorts;
  readonly story: Story;
}

export type KernelConfig = Pick<KeeperConfig, 'leaseSeconds'> & { readonly core: { readonly groups: readonly GroupSpec[] } };

/** The safety net under the notifications. */
const lookEvery = millis(10_000);
/** Someone who keeps removing an address is answered at this pace, not in a tight loop. */
const restoreEvery = millis(1_000);
const successorLeaseSeconds = 15;

export class KernelLevel {
  readonly #parts: KernelLevelParts;
  readonly #failures: FailureLog;
  readonly #announcements: Announcements;
  readonly #rules: RulesLoad;
  /** The groups whose virtual IPs wait for the rules of a long load. */
  readonly #waiting = new Set<Vrid>();
  readonly #restoredAt = new Map<Vip, Millis>();
  readonly #vips: ConfiguredVips;
  readonly #leases: Leases;
  #view: KernelView = viewOf([], []);
  #downDevices: readonly string[] = [];
  #wanted: Intent = { groups: new Map() };
  #lookAt: Millis = never;
  #unsettled = false;

  constructor(parts: KernelLevelParts) {
    this.#parts = parts;
    this.#failures = createFailureLog(parts.ports.report);
    this.#announcements = createAnnouncements({
      ...parts,
      failures: this.#failures,
      mayAnnounce: ({ vrid, vip }) => this.#wanted.groups.get(vrid) === 'hold' && this.isHeld(vip),
    });
    this.#vips = createConfiguredVips(parts.config.core.groups);
    this.#leases = createLeases(parts.config.leaseSeconds, () => this.#now());
    this.#rules = createRulesLoad(parts.ports, this.#failures);
  }

  /** Asks the kernel for everything it holds. */
  look(): KernelWorld {
    this.#lookAnew();
    const world = this.#world();
    if (world.holding.length > 0) this.#leases.begin('now');
    return world;
  }

  /** Other groups from now on. What none of them names any more is released; what is new follows with the next intent. */
  reconfigure({ core: { groups }, leaseSeconds }: KernelConfig): KernelWorld {
    this.#vips.change(groups);
    this.#release(this.#vips.left(this.#view));
    this.#leases.change(leaseSeconds);
    return this.#world();
  }

  changed(change: KernelChange): readonly CoreEvent[] {
    const { links } = this.#view;
    const after = viewAfter(this.#view, change);
    if (after === undefined) this.#lookAnew();
    else this.#view = after;
    return this.#view.links === links ? [] : this.#linkEvents();
  }

  /** Writes what a change of intent asks for. What the kernel refused, or cannot do at once, comes back as events. */
  apply(intent: Intent): readonly CoreEvent[] {
    const before = this.#wanted;
    this.#wanted = intent;
    const plan = planVips(this.#vips.groups, intent, this.#view);
    this.#release(plan.remove);
    this.#forgetLoads();
    // What was to be held before and is missing was removed by someone else: upkeep restores and reports it.
    const add = plan.add.filter(({ vrid, vip }) => before.groups.get(vrid) !== 'hold' || this.#vips.isFresh({ vrid, vip }));
    this.#vips.settle();
    if (add.length === 0 && this.#serves()) this.#rules.begin();
    return this.#hold(add);
  }

  /** What is due without a transition; short, and cut into slices. */
  upkeep(intent: Intent): readonly CoreEvent[] {
    this.#wanted = intent;
    const overdue = this.#now() >= this.#lookAt;
    if (overdue) this.#lookAnew();
    const events = [...(overdue ? this.#linkEvents() : []), ...this.#restore(), ...this.#goOnLoading()];
    this.#renew();
    if (this.#announcements.waits()) this.#announcements.announceSlice();
    return events;
  }

  /**
   * A renewal waits for the next turn, which an advert has begun: should another program hold the kernel's lock on its
   * addresses, a whole interval is left until the next advert is due.
   */
  nextUpkeep(): Millis {
    if (this.#loads() || this.#announcements.waits() || this.#leases.goesOn()) return this.#now();
    const retryAt = this.#unsettled ? millis(this.#now() + restoreEvery) : never;
    return millis(Math.min(this.#lookAt, retryAt));
  }

  /** Puts the virtual IPs of the group in line. */
  announce(vrid: Vrid): void {
    const group = this.#vips.groups.find((one) => one.vrid === vrid);
    if (group === undefined) return;
    const isComplete = group.vips.every((vip) => this.isHeld(vip));
    this.#announcements.begin(group, isComplete);
  }

  announceWaiting(): void {
    this.#announcements.announceWaiting();
  }

  announceSelf(locals: readonly string[], dev: string): void {
    const { kernel } = this.#parts.ports;
    const own = kernel.addresses().filter((address) => locals.includes(address.address) && (dev === 'all' || dev === address.dev));
    this.#failures.note(own.map((address) => kernel.announce(address)).filter((failure) => failure !== undefined));
  }

  setRules(batch: CompiledRules): void {
    this.#rules.replace(batch);
    if (this.#serves()) this.#rules.begin();
  }

  /** A long lease, for the time that the next process needs to start. */
  renewForSuccessor(): void {
    if (Number.isFinite(this.#leases.seconds)) this.#lease(this.#kept(), Math.max(this.#leases.seconds, successorLeaseSeconds));
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

  #world(): KernelWorld {
    const world = worldOf(this.#vips.groups, this.#view);
    this.#downDevices = world.linksDown;
    return world;
  }

  #linkEvents(): readonly CoreEvent[] {
    const before = this.#downDevices;
    const after = devicesDown(this.#vips.groups, this.#view);
    this.#downDevices = after;
    const went = after.filter((dev) => !before.includes(dev)).map((dev): CoreEvent => ({ type: 'linkWentDown', dev }));
    const came = before.filter((dev) => !after.includes(dev)).map((dev): CoreEvent => ({ type: 'linkCameUp', dev }));
    return [...went, ...came];
  }

  #loads(): boolean {
    return this.#waiting.size > 0 || this.#rules.isUnderWay();
  }

  /** One slice; behind the last one follow the addresses that waited for it. */
  #goOnLoading(): readonly CoreEvent[] {
    const outcome = this.#loads() ? this.#rules.goOn() : 'goes-on';
    if (outcome === 'goes-on') return [];
    const vrids = [...this.#waiting];
    const missing = planVips(this.#vips.groups, this.#wanted, this.#view).add.filter(({ vrid }) => this.#waiting.has(vrid));
    this.#waiting.clear();
    const failed = this.#follow(outcome, vrids, missing);
    return vrids.length === 0 ? failed : [...failed, { type: 'loadEnded', vrids }];
  }

  /** A group that is not to be held any more waits for nothing, and when none is, the load ends where it stands. */
  #forgetLoads(): void {
    for (const vrid of this.#waiting) if (this.#wanted.groups.get(vrid) !== 'hold') this.#waiting.delete(vrid);
    if (!this.#serves()) this.#rules.breakOff();
  }

  #release(vips: readonly VipOfGroup[]): void {
    const failed = vips.length === 0 ? [] : this.#parts.ports.kernel.releaseAddresses(vips.map(({ vip }) => vip));
    this.#failures.note(failed);
    this.#view = viewWithout(this.#view, taken(vips, failed));
    this.#unsettled ||= failed.length > 0;
  }

  #hold(vips: readonly VipOfGroup[]): readonly CoreEvent[] {
    if (vips.length === 0) return [];
    const vrids = vridsOf(vips);
    const outcome = this.#rules.begin();
    if (outcome !== 'goes-on') return this.#follow(outcome, vrids, vips);
    for (const vrid of vrids) this.#waiting.add(vrid);
    return [{ type: 'loadBegan', vrids }];
  }

  /** Addresses follow the rules, and stay away when the kernel took none of them. */
  #follow(outcome: LoadOutcome, vrids: readonly Vrid[], vips: readonly VipOfGroup[]): readonly CoreEvent[] {
    if (outcome === 'refused')
      return vrids.map((vrid) => ({ type: 'kernelWriteFailed', vrid, detail: 'the kernel took none of the IPVS rules' }));
    this.#mark(vrids, 'rulesInAt');
    const failed = this.#lease(vips, this.#leases.seconds);
    this.#view = viewWith(this.#view, taken(vips, failed));
    this.#mark(vrids, 'vipAddedAt');
    this.#leases.begin('later');
    return refusalsOf(vips, failed);
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
    const plan = planVips(this.#vips.groups, this.#wanted, this.#view);
    const remove = [...plan.remove, ...this.#vips.left(this.#view)];
    this.#release(remove);
    const missing = plan.add.filter(({ vrid }) => !this.#waiting.has(vrid));
    const due = missing.filter(({ vip }) => this.#now() - (this.#restoredAt.get(vip) ?? Number.NEGATIVE_INFINITY) >= restoreEvery);
    this.#unsettled = missing.length > due.length || (this.#unsettled && remove.length > 0);
    for (const { vip } of due) this.#restoredAt.set(vip, this.#now());
    // Their group has rules already: newer ones that are on their way are not waited for.
    const events = due.length === 0 ? [] : this.#follow(this.#rules.begin(), vridsOf(due), due);
    for (const { vrid, vip } of due) {
      if (this.isHeld(vip)) this.#parts.ports.report({ type: 'vipRestored', vrid, address: vip.address, dev: vip.dev });
    }
    this.#announcements.repeat(due);
    return events;
  }

  #renew(): void {
    const due = this.#leases.due(() => this.#kept()).filter((one) => this.#isKept(one));
    this.#lease(due, this.#leases.seconds);
  }

  #kept(): readonly VipOfGroup[] {
    return this.#vips.all().filter((one) => this.#isKept(one));
  }

  #isKept({ vrid, vip }: VipOfGroup): boolean {
    return this.#wanted.groups.get(vrid) !== 'absent' && this.isHeld(vip);
  }

  #serves(): boolean {
    return [...this.#wanted.groups.values()].includes('hold');
  }
}
