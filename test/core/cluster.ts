// Several directors on one wire: real elections, stepped in the order of time, with a latency and with cuts that the test
// makes. Kernels always do as told here, and what they hold outlives a crash.
import { configAfter } from '../../src/core/config.ts';
import { nextDeadline } from '../../src/core/deadline.ts';
import { intentOf } from '../../src/core/intent.ts';
import type { Role, State } from '../../src/core/state.ts';
import { initialState, step } from '../../src/core/step.ts';
import {
  type Advert,
  type CoreConfig,
  type CoreEvent,
  type Echo,
  type Effect,
  millis,
  type NodeName,
  type RulesMark,
  type Vrid,
} from '../../src/core/types.ts';
import { configOf, rulesIn, type Setup, web } from './director.ts';

/** One thing that was seen to happen. */
export interface Seen {
  readonly at: number;
  readonly node: NodeName;
  readonly effect: Effect;
}

/** What a director did, or what its kernel did for it. */
export type Deed = Effect | { readonly type: 'vipsAdded' | 'vipsRemoved'; readonly vrid: Vrid };

export type Watcher = (deed: Deed, node: NodeName, at: number, cause: CoreEvent['type']) => void;

export interface Cluster {
  readonly now: number;
  readonly seen: readonly Seen[];
  boot(node: NodeName, how?: { readonly maintenance?: boolean; readonly rules?: RulesMark; readonly linksDown?: readonly string[] }): void;
  /** The process is gone; its kernel keeps what it holds. */
  crash(node: NodeName): void;
  /** The machine is gone, with all it held. */
  powerOff(node: NodeName): void;
  /** The process does not run; what arrives waits. */
  freeze(node: NodeName): void;
  thaw(node: NodeName): void;
  cut(from: NodeName, to: NodeName): void;
  heal(): void;
  /** Loses each advert for which it is true, once per advert and receiver. */
  lose(which: (advert: Advert, to: NodeName) => boolean): void;
  tell(node: NodeName, event: CoreEvent): readonly Effect[];
  run(forMs: number): void;
  /** A process that runs now, neither gone nor frozen. */
  isAwake(node: NodeName): boolean;
  phase(node: NodeName, vrid?: Vrid): Role['phase'] | 'down';
  /** The directors that are active, by name. */
  actives(vrid?: Vrid): readonly NodeName[];
  /** The directors whose kernels hold the group's virtual IPs, crashed ones included. */
  holders(vrid?: Vrid): readonly NodeName[];
  /** Which director clients would send to: who announced last. */
  announcer(vrid?: Vrid): NodeName | undefined;
  state(node: NodeName): State | undefined;
}

interface Machine {
  config: CoreConfig;
  state: State | undefined;
  frozen: boolean;
  readonly waiting: { readonly advert: Advert; readonly echo: Echo | undefined }[];
  readonly held: Set<Vrid>;
  /** The newest advert of each peer, to echo it. */
  readonly heard: Map<NodeName, Echo>;
}

interface Flight {
  readonly at: number;
  readonly to: NodeName;
  readonly advert: Advert;
  readonly echo: Echo | undefined;
}

export function createCluster(setup: Setup = {}, latency = 0.5, watch: Watcher = () => undefined): Cluster {
  const names = configOf(setup).nodes.map((node) => node.name);
  const machines = new Map(names.map((name) => [name, createMachine({ ...setup, self: name, incarnation: 0 })]));
  const cuts = new Set<string>();
  const seen: Seen[] = [];
  const announced = new Map<Vrid, NodeName>();
  let flights: readonly Flight[] = [];
  let loses: (advert: Advert, to: NodeName) => boolean = () => false;
  let now = 0;

  const machine = (name: NodeName): Machine => {
    const found = machines.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };

  const tell = (name: NodeName, event: CoreEvent): readonly Effect[] => {
    const one = machine(name);
    if (one.state === undefined) throw new Error(`${name} is down`);
    const next = step(one.config, one.state, event, millis(now));
    one.state = next.state;
    one.config = configAfter(one.config, event);
    for (const deed of bringKernelTo(one, next.state)) watch(deed, name, now, event.type);
    for (const effect of next.effects) {
      watch(effect, name, now, event.type);
      carryOut(name, effect);
    }
    return next.effects;
  };

  const carryOut = (name: NodeName, effect: Effect): void => {
    seen.push({ at: now, node: name, effect });
    if (effect.type === 'sendAdvert') send(name, effect.advert, effect.to);
    if (effect.type === 'announce' && machine(name).held.has(effect.vrid)) announced.set(effect.vrid, name);
    if (effect.type === 'exit') machine(name).state = undefined;
  };

  const send = (from: NodeName, advert: Advert, to: 'all' | NodeName): void => {
    for (const peer of names) {
      if (peer === from || (to !== 'all' && to !== peer)) continue;
      const echo = machine(from).heard.get(peer);
      const lost = cuts.has(`${from}>${peer}`) || loses(advert, peer);
      if (!lost) flights = [...flights, { at: now + latency, to: peer, advert, echo }];
    }
  };

  const deliver = (flight: Flight): void => {
    const one = machine(flight.to);
    flights = flights.filter((other) => other !== flight);
    if (one.state === undefined || cuts.has(`${flight.advert.from}>${flight.to}`)) return;
    if (one.frozen) one.waiting.push(flight);
    else hear(flight.to, flight);
  };

  const hear = (name: NodeName, { advert, echo }: Pick<Flight, 'advert' | 'echo'>): void => {
    const { heard } = machine(name);
    const known = heard.get(advert.from);
    if (known === undefined || isNewer(advert, known))
      heard.set(advert.from, { incarnation: advert.incarnation, sequence: advert.sequence });
    tell(name, { type: 'advertReceived', advert, echo });
  };

  const wakeTime = (name: NodeName): number => {
    const { state, frozen } = machine(name);
    return state === undefined || frozen ? Number.POSITIVE_INFINITY : nextDeadline(state);
  };

  /** Packets before timers, as the runtime has it. */
  const next = (): { readonly at: number; readonly act: () => void } => {
    const flight = flights.reduce<Flight | undefined>((first, one) => (first === undefined || one.at < first.at ? one : first), undefined);
    const name = names.reduce((first, one) => (wakeTime(one) < wakeTime(first) ? one : first));
    if (flight !== undefined && flight.at <= wakeTime(name)) return { at: flight.at, act: () => deliver(flight) };
    return { at: wakeTime(name), act: () => tell(name, { type: 'timePassed' }) };
  };

  return {
    get now() {
      return now;
    },
    seen,
    boot(name, how = {}) {
      const one = machine(name);
      one.config = { ...one.config, incarnation: one.config.incarnation + 1 };
      one.state = initialState(one.config);
      one.frozen = false;
      one.heard.clear();
      one.waiting.length = 0;
      tell(name, { type: 'started', holding: [...one.held], linksDown: [], maintenance: false, rules: rulesIn, ...how });
    },
    crash(name) {
      machine(name).state = undefined;
    },
    powerOff(name) {
      machine(name).state = undefined;
      machine(name).held.clear();
    },
    freeze(name) {
      machine(name).frozen = true;
    },
    thaw(name) {
      const one = machine(name);
      one.frozen = false;
      for (const packet of one.waiting.splice(0)) if (one.state !== undefined) hear(name, packet);
      if (one.state !== undefined) tell(name, { type: 'timePassed' });
    },
    cut: (from, to) => void cuts.add(`${from}>${to}`),
    heal: () => cuts.clear(),
    lose(which) {
      loses = which;
    },
    tell,
    run(forMs) {
      const until = now + forMs;
      for (let one = next(); one.at <= until; one = next()) {
        now = Math.max(now, one.at);
        one.act();
      }
      now = until;
    },
    isAwake: (name) => machine(name).state !== undefined && !machine(name).frozen,
    phase: (name, vrid = web) => machine(name).state?.groups.find((group) => group.spec.vrid === vrid)?.role.phase ?? 'down',
    actives: (vrid = web) =>
      names.filter((name) => machine(name).state?.groups.some((group) => group.spec.vrid === vrid && group.role.phase === 'active')),
    holders: (vrid = web) => names.filter((name) => machine(name).held.has(vrid)),
    announcer: (vrid = web) => announced.get(vrid),
    state: (name) => machine(name).state,
  };
}

function createMachine(setup: Setup): Machine {
  return { config: configOf(setup), state: undefined, frozen: false, waiting: [], held: new Set(), heard: new Map() };
}

function bringKernelTo(one: Machine, state: State): readonly Deed[] {
  return [...intentOf(state).groups].flatMap(([vrid, wanted]): readonly Deed[] => {
    if (wanted === 'hold' && !one.held.has(vrid)) {
      one.held.add(vrid);
      return [{ type: 'vipsAdded', vrid }];
    }
    return wanted === 'absent' && one.held.delete(vrid) ? [{ type: 'vipsRemoved', vrid }] : [];
  });
}

function isNewer(advert: Advert, than: Echo): boolean {
  if (advert.incarnation !== than.incarnation) return advert.incarnation > than.incarnation;
  return advert.sequence > than.sequence;
}
