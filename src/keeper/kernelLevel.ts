// The kernel as a level: what it holds, what it should hold, and the writes between the two, in the order of invariant 1:
// rules before address before announcement. Also what keeps the level up: leases renewed, strangers' removals repaired.
import { type CoreEvent, type GroupSpec, type Intent, type Millis, millis, never, type Vip, type Vrid } from '../core/types.ts';
import { createAnnouncer } from './announcer.ts';
import { addressObject, type CompiledRules, type KeeperPorts, type KernelChange, type KernelFailure, type LinkState } from './ports.ts';
import type { Story } from './story.ts';
import { devicesDown, holds, planVips, type VipOfGroup, viewAfter, viewOf } from './vips.ts';

export interface KernelLevel {
  /** Asks the kernel for everything it holds. */
  look(): { readonly holding: readonly Vrid[]; readonly linksDown: readonly string[] };
  changed(change: KernelChange): readonly CoreEvent[];
  /** Writes what a change of intent asks for. What the kernel refused comes back as events. */
  apply(intent: Intent): readonly CoreEvent[];
  /** What is due without a transition; short, and cut into slices. */
  upkeep(intent: Intent): readonly CoreEvent[];
  nextUpkeep(): Millis;
  /** Puts the virtual IPs of the group in line. */
  announce(vrid: Vrid): void;
  /** Announces one slice of those that were put in line since the last call, of however many groups they are. */
  announceWaiting(): void;
  announceSelf(locals: readonly string[], dev: string): void;
  setRules(batch: CompiledRules): void;
  /** A long lease, for the time that the next process needs to start. */
  renewForSuccessor(): void;
  isHeld(vip: Vip): boolean;
  links(): readonly LinkState[];
  failures(): readonly KernelFailure[];
}

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
const renewSlice = 32;
const failuresKept = 20;

export function createKernelLevel(parts: KernelLevelParts): KernelLevel {
  const { groups, leaseSeconds, ports, story } = parts;
  const { kernel, clock, report } = ports;
  let view = viewOf([], []);
  let downDevices: readonly string[] = [];
  let wanted: Intent = { groups: new Map() };
  let pendingRules: CompiledRules | undefined;
  let lookAt: Millis = never;
  let renewAt: Millis = never;
  let renewals: VipOfGroup[] = [];
  let unsettled = false;
  let lineGrew = false;
  const restoredAt = new Map<Vip, Millis>();
  const failures: KernelFailure[] = [];
  const announcing = new Set<Vrid>();
  const announcer = createAnnouncer((vip) => kernel.announce(vip));

  const look = (): void => {
    view = viewOf(kernel.links(), kernel.addresses());
    lookAt = millis(clock.now() + lookEvery);
  };

  const fail = (failed: readonly KernelFailure[]): void => {
    if (failed.length === 0) return;
    const fresh = failed.filter(
      (one) => !failures.some((old) => old.object === one.object && old.attempt === one.attempt && old.errno === one.errno),
    );
    failures.push(...fresh);
    failures.splice(0, failures.length - failuresKept);
    if (fresh.length > 0) report({ type: 'kernelFailures', failures: fresh });
  };

  const linkEvents = (): readonly CoreEvent[] => {
    const before = downDevices;
    downDevices = devicesDown(groups, view);
    const went = downDevices.filter((dev) => !before.includes(dev)).map((dev): CoreEvent => ({ type: 'linkWentDown', dev }));
    const came = before.filter((dev) => !downDevices.includes(dev)).map((dev): CoreEvent => ({ type: 'linkCameUp', dev }));
    return [...went, ...came];
  };

  /** False when nothing at all of the rules could be written: then no address may follow. */
  const loadRules = (): boolean => {
    const batch = pendingRules;
    if (batch === undefined || batch.labels.length === 0) return true;
    const failed = kernel.loadRules(batch);
    fail(failed);
    const wrote = failed.length < batch.labels.length;
    if (wrote) pendingRules = undefined;
    return wrote;
  };

  const markHeld = (vips: readonly VipOfGroup[], held: boolean): void => {
    for (const { vip } of vips) view = viewAfter(view, { type: held ? 'addressAdded' : 'addressRemoved', address: vip }) ?? view;
  };

  const release = (vips: readonly VipOfGroup[]): void => {
    if (vips.length === 0) return;
    const failed = kernel.releaseAddresses(vips.map(({ vip }) => vip));
    fail(failed);
    const refused = new Set(failed.map((failure) => failure.object));
    markHeld(
      vips.filter(({ vip }) => !refused.has(addressObject(vip))),
      false,
    );
    unsettled ||= failed.length > 0;
  };

  const hold = (vips: readonly VipOfGroup[]): readonly CoreEvent[] => {
    if (vips.length === 0) return [];
    const vrids = [...new Set(vips.map(({ vrid }) => vrid))];
    if (!loadRules()) return vrids.map((vrid) => ({ type: 'kernelWriteFailed', vrid, detail: 'the kernel took none of the IPVS rules' }));
    for (const vrid of vrids) story.mark(vrid, 'rulesInAt', clock.now());
    const failed = kernel.holdAddresses(
      vips.map(({ vip }) => vip),
      leaseSeconds,
    );
    fail(failed);
    const refused = new Map(failed.map((failure) => [failure.object, failure]));
    markHeld(
      vips.filter(({ vip }) => !refused.has(addressObject(vip))),
      true,
    );
    for (const vrid of vrids) story.mark(vrid, 'vipAddedAt', clock.now());
    if (renewAt === never) renewAt = nextRenewal();
    return vips.flatMap(({ vrid, vip }) => {
      const failure = refused.get(addressObject(vip));
      return failure === undefined ? [] : [{ type: 'kernelWriteFailed', vrid, detail: `${failure.object}: ${failure.errno}` } as const];
    });
  };

  const nextRenewal = (): Millis => (Number.isFinite(leaseSeconds) ? millis(clock.now() + leaseSeconds * 250) : never);

  /** Addresses that should be there and are not, though no transition is under way: someone else removed them. */
  const restore = (intent: Intent): readonly CoreEvent[] => {
    const plan = planVips(groups, intent, view);
    release(plan.remove);
    const due = plan.add.filter(({ vip }) => clock.now() - (restoredAt.get(vip) ?? Number.NEGATIVE_INFINITY) >= restoreEvery);
    unsettled = plan.add.length > due.length || (unsettled && plan.remove.length > 0);
    for (const { vip } of due) restoredAt.set(vip, clock.now());
    const events = hold(due);
    for (const { vrid, vip } of due) if (holds(view, vip)) report({ type: 'vipRestored', vrid, address: vip.address, dev: vip.dev });
    announcer.enqueue(due);
    return events;
  };

  const serving = (): boolean => [...wanted.groups.values()].includes('hold');

  const renew = (intent: Intent): void => {
    if (clock.now() >= renewAt) {
      renewals = kept(intent);
      renewAt = nextRenewal();
    }
    const slice = renewals.splice(0, renewSlice).filter(({ vrid, vip }) => intent.groups.get(vrid) !== 'absent' && holds(view, vip));
    if (slice.length > 0)
      fail(
        kernel.holdAddresses(
          slice.map(({ vip }) => vip),
          leaseSeconds,
        ),
      );
  };

  const kept = (intent: Intent): VipOfGroup[] =>
    groups.flatMap(({ vrid, vips }) =>
      vips.filter((vip) => intent.groups.get(vrid) !== 'absent' && holds(view, vip)).map((vip) => ({ vrid, vip })),
    );

  const announceSlice = (): void => {
    fail(announcer.slice(({ vrid, vip }) => wanted.groups.get(vrid) === 'hold' && holds(view, vip)));
    for (const vrid of announcing) {
      if (announcer.waitsFor(vrid)) continue;
      announcing.delete(vrid);
      story.mark(vrid, 'announcedAt', clock.now());
      const timeline = story.takeFinished(vrid);
      if (timeline !== undefined) report({ type: 'takeover', timeline });
    }
  };

  return {
    look() {
      look();
      downDevices = devicesDown(groups, view);
      const holding = groups.filter((group) => group.vips.some((vip) => holds(view, vip))).map((group) => group.vrid);
      if (holding.length > 0) renewAt = clock.now();
      return { holding, linksDown: downDevices };
    },
    changed(change) {
      const after = viewAfter(view, change);
      if (after === undefined) look();
      else view = after;
      return linkEvents();
    },
    apply(intent) {
      const before = wanted;
      wanted = intent;
      const plan = planVips(groups, intent, view);
      release(plan.remove);
      // What was to be held before and is missing was removed by someone else: upkeep restores and reports it.
      const add = plan.add.filter(({ vrid }) => before.groups.get(vrid) !== 'hold');
      if (add.length === 0 && serving()) loadRules();
      return hold(add);
    },
    upkeep(intent) {
      wanted = intent;
      const overdue = clock.now() >= lookAt;
      if (overdue) look();
      const events = [...(overdue ? linkEvents() : []), ...restore(intent)];
      renew(intent);
      if (announcer.waits()) announceSlice();
      return events;
    },
    nextUpkeep() {
      if (announcer.waits() || renewals.length > 0) return clock.now();
      const retryAt = unsettled ? millis(clock.now() + restoreEvery) : never;
      // A renewal waits for the next turn, which an advert has begun: should another program hold the kernel's lock on its
      // addresses, a whole interval is left until the next advert is due.
      return millis(Math.min(lookAt, retryAt));
    },
    announce(vrid) {
      const vips = groups.find((group) => group.vrid === vrid)?.vips ?? [];
      announcer.enqueue(vips.map((vip) => ({ vrid, vip })));
      if (vips.every((vip) => holds(view, vip))) announcing.add(vrid);
      lineGrew = true;
    },
    announceWaiting() {
      if (lineGrew) announceSlice();
      lineGrew = false;
    },
    announceSelf(locals, dev) {
      const own = kernel.addresses().filter((address) => locals.includes(address.address) && (dev === 'all' || dev === address.dev));
      const failed = own.map((address) => kernel.announce(address)).filter((failure) => failure !== undefined);
      fail(failed);
    },
    setRules(batch) {
      pendingRules = batch;
      if (serving()) loadRules();
    },
    renewForSuccessor() {
      const vips = kept(wanted).map(({ vip }) => vip);
      if (vips.length > 0 && Number.isFinite(leaseSeconds)) fail(kernel.holdAddresses(vips, Math.max(leaseSeconds, successorLeaseSeconds)));
    },
    isHeld: (vip) => holds(view, vip),
    links: () => [...view.links.values()],
    failures: () => failures,
  };
}
