// One director of the election under test: its configuration, a clock that the test moves, and what `step` ordered so far.
import { configAfter } from '../../src/core/config.ts';
import { nextDeadline } from '../../src/core/deadline.ts';
import { intentOf } from '../../src/core/intent.ts';
import type { Backup, Group, Role, State } from '../../src/core/state.ts';
import { initialState, step } from '../../src/core/step.ts';
import {
  type Advert,
  type CoreConfig,
  type CoreEvent,
  type Echo,
  type Effect,
  type Fact,
  type GroupAdvert,
  type GroupSpec,
  type Millis,
  millis,
  type NodeName,
  type Outcome,
  type RulesMark,
  type VipIntent,
  type Vrid,
} from '../../src/core/types.ts';

export const web: Vrid = 51;
export const rulesIn: RulesMark = { revision: 7, digest: '00000000000000aa', ready: true };
export const rulesNotIn: RulesMark = { ...rulesIn, ready: false };

export interface GroupSetup {
  readonly vrid?: Vrid;
  readonly name?: string;
  readonly priorities?: Readonly<Record<NodeName, number>>;
  readonly devices?: readonly string[];
  readonly preempt?: boolean;
  readonly preemptDelay?: number;
}

export interface Setup extends GroupSetup {
  readonly self?: NodeName;
  /** By address, lowest first. */
  readonly nodes?: readonly NodeName[];
  readonly interval?: number;
  readonly incarnation?: number;
  /** More groups than the one that the setup itself describes. */
  readonly more?: readonly GroupSetup[];
}

export function configOf(setup: Setup = {}): CoreConfig {
  const { self = 'vs1', nodes = ['vs1', 'vsbak'], interval = 100, incarnation = 1, more = [] } = setup;
  return {
    self,
    incarnation,
    interval: millis(interval),
    nodes: nodes.map((name, addressRank) => ({ name, addressRank })),
    groups: [setup, ...more].map(groupOf),
  };
}

function groupOf(setup: GroupSetup): GroupSpec {
  const { vrid = web, name = 'web', priorities = { vs1: 150, vsbak: 100 }, devices = ['eth0'], preempt = false, preemptDelay = 0 } = setup;
  return {
    vrid,
    name,
    vips: devices.map((dev, index) => ({ family: 4, address: `10.0.${index}.${vrid}`, prefix: 24, dev })),
    preempt,
    preemptDelay: millis(preemptDelay),
    priorities: new Map(Object.entries(priorities)),
  };
}

/** What a peer says in one advert. The first group is meant unless `groups` says more. */
export interface Said extends Partial<Omit<GroupAdvert, 'vrid'>> {
  readonly groups?: readonly GroupAdvert[];
  readonly interval?: number;
  readonly solicit?: boolean;
  readonly rules?: RulesMark;
  readonly incarnation?: number;
  /** One more than the last by default. */
  readonly sequence?: number;
  /** The newest round of the director under test by default; `'nothing'` from a peer that does not hear it. */
  readonly echo?: Echo | 'nothing';
}

export interface Director {
  readonly config: CoreConfig;
  readonly state: State;
  readonly now: Millis;
  /** Moves the clock; nothing is told to the director. */
  at(now: number): Director;
  later(by: number): Director;
  /** Tells an event at the present moment; the effects of it alone. */
  tell(event: CoreEvent): readonly Effect[];
  start(how?: Partial<Extract<CoreEvent, { type: 'started' }>>): readonly Effect[];
  hear(from: NodeName, said?: Said): readonly Effect[];
  /** Wakes it for each of its deadlines until `now`, and no other moment. */
  runUntil(now: number): readonly Effect[];
  role(vrid?: Vrid): Role;
  phase(vrid?: Vrid): Role['phase'];
  backup(vrid?: Vrid): Backup;
  intent(vrid?: Vrid): VipIntent | undefined;
  deadline(): Millis;
  /** The configuration of this setup is put in force. */
  reconfigure(setup: Setup, world?: Partial<ConfigChanged>): readonly Effect[];
}

export type ConfigChanged = Extract<CoreEvent, { type: 'configChanged' }>;

export const changedTo = (setup: Setup, world: Partial<ConfigChanged> = {}): ConfigChanged => ({
  type: 'configChanged',
  requestId: 2,
  config: configOf(setup),
  holding: [],
  linksDown: [],
  ...world,
});

export function createDirector(setup: Setup = {}): Director {
  let config = configOf(setup);
  const sequences = new Map<NodeName, number>();
  let state = initialState(config);
  let now = millis(0);

  const tell = (event: CoreEvent): readonly Effect[] => {
    const next = step(config, state, event, now);
    state = next.state;
    config = configAfter(config, event);
    return next.effects;
  };
  const groupWith = (vrid: Vrid): Group => {
    const found = state.groups.find((group) => group.spec.vrid === vrid);
    if (found === undefined) throw new Error(`no group ${vrid}`);
    return found;
  };
  const echoOf = (said: Said): Echo | undefined => {
    if (said.echo === 'nothing') return undefined;
    return said.echo ?? { incarnation: config.incarnation, sequence: state.sequence };
  };
  const director: Director = {
    get config() {
      return config;
    },
    get state() {
      return state;
    },
    get now() {
      return now;
    },
    at(moment) {
      now = millis(moment);
      return director;
    },
    later: (by) => director.at(now + by),
    tell,
    start: (how = {}) => tell({ type: 'started', holding: [], linksDown: [], maintenance: false, rules: rulesIn, ...how }),
    hear(from, said = {}) {
      const sequence = said.sequence ?? (sequences.get(from) ?? 0) + 1;
      sequences.set(from, sequence);
      return tell({ type: 'advertReceived', advert: advertFrom(config, from, { ...said, sequence }), echo: echoOf(said) });
    },
    runUntil(moment) {
      const effects: Effect[] = [];
      while (nextDeadline(state) <= moment) {
        now = nextDeadline(state);
        effects.push(...tell({ type: 'timePassed' }));
      }
      now = millis(moment);
      return effects;
    },
    role: (vrid = web) => groupWith(vrid).role,
    phase: (vrid = web) => groupWith(vrid).role.phase,
    backup(vrid = web) {
      const { role } = groupWith(vrid);
      if (role.phase !== 'backup') throw new Error(`group ${vrid} is ${role.phase}`);
      return role;
    },
    intent: (vrid = web) => intentOf(state).groups.get(vrid),
    deadline: () => nextDeadline(state),
    reconfigure: (changed, world = {}) => tell(changedTo(changed, world)),
  };
  return director;
}

export function advertFrom(config: CoreConfig, from: NodeName, said: Said): Advert {
  const spec = config.groups[0];
  const { phase = 'backup', priority = spec?.priorities.get(from) ?? 100, holding = phase === 'active', handover } = said;
  return {
    from,
    incarnation: said.incarnation ?? 1,
    sequence: said.sequence ?? 1,
    interval: millis(said.interval ?? config.interval),
    solicit: said.solicit ?? false,
    rules: said.rules ?? rulesIn,
    groups: said.groups ?? [{ vrid: spec?.vrid ?? web, phase, priority, holding, handover }],
  };
}

/** A director that became active because nobody else was. At its moment it has advertised just now. */
export function activeDirector(setup: Setup = {}): Director {
  const director = createDirector(setup);
  director.start();
  director.runUntil(4 * director.config.interval);
  if (director.phase() !== 'active') throw new Error(`it is ${director.phase()}`);
  return director;
}

/** A director that is backup to `active`, which it has heard just now. */
export function backupTo(active: NodeName, setup: Setup = {}): Director {
  const director = createDirector(setup);
  director.start();
  director.hear(active, { phase: 'active' });
  return director;
}

export const factsOf = (effects: readonly Effect[]): readonly Fact[] =>
  effects.flatMap((effect) => (effect.type === 'report' ? [effect.fact] : []));

export const advertsOf = (effects: readonly Effect[]): readonly Advert[] =>
  effects.flatMap((effect) => (effect.type === 'sendAdvert' ? [effect.advert] : []));

export const answersOf = (effects: readonly Effect[]): readonly { readonly requestId: number; readonly outcome: Outcome }[] =>
  effects.flatMap((effect) => (effect.type === 'answer' ? [{ requestId: effect.requestId, outcome: effect.outcome }] : []));

export const kindsOf = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => (effect.type === 'report' ? effect.fact.type : effect.type));

/** What the last advert among the effects says of the group. */
export function lastSaid(effects: readonly Effect[], vrid: Vrid = web): GroupAdvert | undefined {
  return advertsOf(effects)
    .at(-1)
    ?.groups.find((group) => group.vrid === vrid);
}
