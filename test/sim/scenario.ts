// Exact situations: a small cluster on good wires, told what happens to it step by step, watched by the same invariants as
// the random simulations.
import { type Fact, millis, type NodeName, type Outcome, type Vrid } from '../../src/core/types.ts';
import type { FromKeeper } from '../../src/keeper/messages.ts';
import type { Happening, Packet } from './happening.ts';
import type { Host } from './host.ts';
import { createRandom } from './random.ts';
import { type DirectorSetup, goodWire, groupOf, promptly, type Setup } from './setup.ts';
import { createStage, type Stage } from './simulation.ts';
import type { World } from './world.ts';

export interface Scenario {
  readonly world: World;
  readonly now: number;
  readonly vs1: Host;
  readonly vsbak: Host;
  host(name: NodeName): Host;
  pass(time: number): void;
  /** Lets time pass until it is true, and tells how long that took. */
  until(isTrue: () => boolean, within?: number): number;
  /** Who holds every virtual IP of the group in its kernel. */
  holders(vrid?: Vrid): readonly NodeName[];
  /** Takes away every packet for which this is true, until told otherwise. */
  lose(which: (packet: Packet) => boolean): void;
  readonly story: readonly Happening[];
  facts(node: NodeName): readonly Fact[];
  reports(node: NodeName): readonly FromKeeper[];
  outcome(requestId: number | undefined): Outcome | undefined;
  /** The longest time during which nobody held the group, and during which several did, since `from`. */
  gap(from: number, vrid?: Vrid): number;
  overlap(from: number, vrid?: Vrid): number;
}

export interface ScenarioOptions extends Partial<Setup> {
  readonly names?: readonly NodeName[];
  /** In the order of the names; 150, 100, 50 when not given. */
  readonly priorities?: readonly number[];
  readonly preempt?: boolean;
  readonly preemptDelay?: number;
  readonly print?: (line: string) => void;
}

const group = 51;

export function createScenario(options: ScenarioOptions = {}): Scenario {
  const { world, listen } = stageOf(options);
  const story: Happening[] = [];
  const ownership: Ownership[] = [];
  listen((happening) => {
    story.push(happening);
    if (happening.type === 'addressAdded' || happening.type === 'addressRemoved')
      ownership.push({ at: world.timeline.now, holders: ownersNow(world) });
  });
  const host = (name: NodeName): Host => world.host(name);
  const run = (until: number): void => {
    while (world.timeline.advance(until));
  };

  return {
    world,
    get now() {
      return world.timeline.now;
    },
    get vs1() {
      return host('vs1');
    },
    get vsbak() {
      return host('vsbak');
    },
    host,
    pass: (time) => run(world.timeline.now + time),
    until(isTrue, within = 20_000) {
      const began = world.timeline.now;
      while (!isTrue()) if (!world.timeline.advance(began + within)) throw new Error(`it did not come true within ${within} ms`);
      return world.timeline.now - began;
    },
    holders: (vrid = group) => ownersNow(world).get(vrid) ?? [],
    lose: (which) => {
      world.network.filter = (packet) => (which(packet) ? 'taken away' : undefined);
    },
    story,
    facts: (node) => story.flatMap((one) => (one.type === 'fact' && one.node === node ? [one.fact] : [])),
    reports: (node) => story.flatMap((one) => (one.type === 'reported' && one.node === node ? [one.message] : [])),
    outcome: (requestId) => story.flatMap((one) => (one.type === 'answered' && one.requestId === requestId ? [one.outcome] : []))[0],
    gap: (from, vrid = group) => longest(ownership, from, world.timeline.now, (holders) => (holders.get(vrid) ?? []).length === 0),
    overlap: (from, vrid = group) => longest(ownership, from, world.timeline.now, (holders) => (holders.get(vrid) ?? []).length > 1),
  };
}

/** Both have started and the first one serves. */
export function createPair(options: ScenarioOptions = {}): Scenario {
  const scenario = createScenario(options);
  for (const host of scenario.world.hosts) host.start();
  scenario.pass(20 * scenario.world.setup.interval);
  return scenario;
}

type Holders = ReadonlyMap<Vrid, readonly NodeName[]>;
interface Ownership {
  readonly at: number;
  readonly holders: Holders;
}

function stageOf(options: ScenarioOptions): Stage {
  const { names = ['vs1', 'vsbak'], priorities = [150, 100, 50], preempt = false, preemptDelay = 0, print, ...changes } = options;
  const ranks = new Map(names.map((name, index) => [name, priorities[index] ?? 1]));
  const setup: Setup = {
    directors: names.map((name, index): DirectorSetup => ({ name, clockRate: 1, clockOffset: 1_000 * (index + 1), knowsRules: true })),
    links: 2,
    interval: millis(100),
    groups: [groupOf(group, ranks, { preempt, preemptDelay: millis(preemptDelay) })],
    leaseSeconds: 3,
    standby: 'cold',
    rulesRequests: 3,
    wire: goodWire,
    lateness: promptly,
    socketSlots: 256,
    ...changes,
  };
  return createStage(setup, createRandom(1), print);
}

function ownersNow(world: World): Holders {
  const holding = (vips: Setup['groups'][number]['vips']): readonly NodeName[] =>
    world.hosts.filter((host) => vips.every((vip) => host.kernel.has(vip))).map((host) => host.name);
  const { groups } = world.versions.at(-1) ?? world.setup;
  return new Map(groups.map(({ vrid, vips }) => [vrid, holding(vips)]));
}

function longest(ownership: readonly Ownership[], from: number, to: number, counts: (holders: Holders) => boolean): number {
  let most = 0;
  let since: number | undefined;
  for (const { at, holders } of ownership) {
    const moment = Math.max(at, from);
    if (since !== undefined) most = Math.max(most, moment - since);
    since = counts(holders) ? (since ?? moment) : undefined;
  }
  return since === undefined ? most : Math.max(most, to - Math.max(since, from));
}
