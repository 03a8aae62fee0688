// What this director says of itself, and when: the Adver_Timer, and at once whenever what it says has changed.
import type { Group, OldPace, Role, Round, State, Turn } from './state.ts';
import { priorityOf } from './state.ts';
import { restartInterval } from './timers.ts';
import { type Advert, type CoreConfig, type GroupAdvert, type Handover, type Millis, millis, type NodeName, never } from './types.ts';

/** A peer echoes what it heard at most a few intervals ago; answers add rounds between the regular ones. */
const roundsKept = 64;

/** Orders a round to everybody. A step sends one at most, at its end, so that it says what is true then. */
export function advertise(turn: Turn, options: { readonly solicit?: boolean } = {}): void {
  turn.speech = options.solicit === true || turn.speech === 'solicitation' ? 'solicitation' : 'advert';
}

/** Sends the round that was ordered, or that peers would otherwise miss; the Adver_Timer starts anew with it (RFC 9568 6.4.3). */
export function speak(turn: Turn, before: State): void {
  if (turn.speech === 'none' && !saysOtherwise(turn.config, before, turn.state)) return;
  const round = nextRound(turn);
  turn.effects.push({ type: 'sendAdvert', to: 'all', advert: advertOf(turn, turn.speech === 'solicitation') });
  turn.state = { ...turn.state, lastAdvertAt: round.at, nextAdvertAt: nextTick(turn), oldPace: oneRoundLess(turn.state.oldPace) };
}

/** How often we speak, and how patient peers are with us: less than the interval says while they may not know of it. */
export function paceOf({ config, state }: Pick<Turn, 'config' | 'state'>): Millis {
  return millis(Math.min(config.interval, state.oldPace?.interval ?? never));
}

/** The round went out at `at`, later than it was ordered: the kernel was slow. Peers count from what they heard. */
export function roundSent(state: State, at: Millis): State {
  return at > state.lastAdvertAt ? { ...state, lastAdvertAt: at } : state;
}

/** Answers one peer; the timer for the others goes on. */
export function advertiseTo(turn: Turn, node: NodeName): void {
  nextRound(turn);
  turn.effects.push({ type: 'sendAdvert', to: node, advert: advertOf(turn, false) });
}

/** True when peers would hear something else now than what `before` said. */
function saysOtherwise(config: CoreConfig, before: State, after: State): boolean {
  return before.groups.some((group, index) => {
    const now = after.groups[index];
    return now !== undefined && now.role !== group.role && !sameSpeech(groupAdvert(config, group), groupAdvert(config, now));
  });
}

function nextRound(turn: Turn): Round {
  const round = { sequence: turn.state.sequence + 1, at: turn.now };
  turn.state = { ...turn.state, sequence: round.sequence, rounds: [...turn.state.rounds.slice(1 - roundsKept), round] };
  return round;
}

/** On the beat when on time; a late round does not draw the next one nearer than a whole interval after a pause. */
function nextTick(turn: Turn): Turn['now'] {
  const { nextAdvertAt } = turn.state;
  const due = turn.now >= nextAdvertAt;
  const pace = paceOf(turn);
  const onBeat = nextAdvertAt + pace;
  return millis(due && onBeat > turn.now ? onBeat : turn.now + pace);
}

function oneRoundLess(pace: OldPace | undefined): OldPace | undefined {
  return pace === undefined || pace.rounds <= 1 ? undefined : { ...pace, rounds: pace.rounds - 1 };
}

function advertOf(turn: Turn, solicit: boolean): Advert {
  const { config, state } = turn;
  return {
    from: config.self,
    incarnation: config.incarnation,
    sequence: state.sequence,
    interval: state.inPlace ? restartInterval(config.interval) : config.interval,
    solicit,
    rules: state.rules,
    groups: state.groups.map((group) => groupAdvert(config, group)),
  };
}

function groupAdvert(config: CoreConfig, group: Group): GroupAdvert {
  const { spec, role } = group;
  const stopped = role.phase === 'stopped';
  return {
    vrid: spec.vrid,
    phase: stopped ? 'initialize' : role.phase,
    priority: stopped ? 0 : priorityOf({ config }, spec),
    holding: (role.phase === 'active' && !role.loading) || (role.phase === 'initialize' && role.holding),
    handover: handoverOf(role),
  };
}

function handoverOf(role: Role): Handover | undefined {
  if (role.phase !== 'active') return undefined;
  if (role.giving !== undefined) return { id: role.giving.id, phase: 'ask', peer: role.giving.to };
  if (role.taking !== undefined) return { id: role.taking.id, phase: role.loading ? 'loading' : 'taken', peer: role.taking.from };
  return undefined;
}

function sameSpeech(a: GroupAdvert, b: GroupAdvert): boolean {
  return (
    a.phase === b.phase &&
    a.priority === b.priority &&
    a.holding === b.holding &&
    a.handover?.id === b.handover?.id &&
    a.handover?.phase === b.handover?.phase
  );
}
