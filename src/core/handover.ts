// A planned handover, keeper to keeper, by adverts: the active says "ask", the other takes over and says "taken", the old
// one lets go and is heard not active. Overlap, never a gap. When the confirmation does not come the active calls it off
// by no longer asking; the other, hearing that, steps back. Until it has heard the release it claims nothing by rank, so
// that a confirmation that comes too late cannot make both let go. One on cold standby with many rules says "loading" until
// they and the virtual IPs are in; each such word is waited for as the confirmation is, so a lost handover ends as soon as ever.
import { bestSuccessor, isHeard, unfitness } from './peers.ts';
import type { Active, Giving, Group, Heard, Turn } from './state.ts';
import { handoverLimit, handoverTimeout } from './timers.ts';
import { announceAnew, assertActive, becomeBackup, enterMaintenance, setRole, stop } from './transitions.ts';
import { type GroupSpec, millis, type NodeName, never, type Outcome, type RefusalReason } from './types.ts';

export const refusal = (reason: RefusalReason, detail: string): Outcome => ({ ok: false, reason, detail });

/** The operator's failover of one group. Answers at once when refused, else when it is confirmed or called off. */
export function requestFailover(turn: Turn, group: Group | undefined, to: NodeName | undefined, requestId: number): void {
  const refused = refusalOf(turn, group, to);
  if (refused !== undefined || group?.role.phase !== 'active') return answer(turn, requestId, refused ?? refusal('not-active', ''));
  const target = to ?? bestSuccessor(turn, group.spec);
  if (target === undefined)
    return answer(turn, requestId, refusal(whyNobody(turn, group.spec), `no director can take ${group.spec.name} over`));
  give(turn, group.spec, group.role, target, requestId);
}

/** The first group that is served here and that nobody could take over, with the reason. */
export function nobodyFor(turn: Turn): { readonly spec: GroupSpec; readonly reason: RefusalReason } | undefined {
  for (const { spec, role } of turn.state.groups) {
    const serves = (role.phase === 'active' && role.giving === undefined) || (role.phase === 'initialize' && role.holding);
    if (serves && bestSuccessor(turn, spec) === undefined) return { spec, reason: whyNobody(turn, spec) };
  }
  return undefined;
}

/** Starts a handover of the group to its fittest peer; false when there is none. */
export function giveToBest(turn: Turn, spec: GroupSpec, role: Active): boolean {
  if (role.giving !== undefined) return true;
  const target = bestSuccessor(turn, spec);
  if (target === undefined) return false;
  give(turn, spec, role, target, undefined);
  return true;
}

/** An advert from the other side of a handover. True when it says nothing of it and the election decides. */
export function heardOutsideHandover(turn: Turn, spec: GroupSpec, role: Active, heard: Heard): boolean {
  const { giving, taking } = role;
  const from = heard.peer.advert.from;
  const said = heard.group.handover;
  const takesFromUs = heard.group.phase === 'active' && said !== undefined && said.phase !== 'ask' && said.peer === turn.config.self;
  if (giving !== undefined && from === giving.to && takesFromUs && said.id === giving.id)
    return said.phase === 'taken' ? complete(turn, spec, role, giving, heard) : waitForLoad(turn, spec, role, giving);
  if (giving !== undefined && from === giving.to && cannotTakeAnyMore(heard)) return callOff(turn, spec, role, giving);
  if (takesFromUs && said.id === role.calledOff) return remindOfCallOff(turn, spec, role);
  if (taking !== undefined && from === taking.from) return heardGiver(turn, spec, role, heard);
  return true;
}

/** The giver's silence or our asking too long ends a handover. */
export function handoverTimed(turn: Turn, spec: GroupSpec, role: Active): void {
  const { giving, taking } = role;
  if (giving !== undefined && turn.now >= giving.deadline) callOff(turn, spec, role, giving);
  const giver = taking === undefined ? undefined : turn.state.peers.get(taking.from);
  if (taking !== undefined && (giver === undefined || !isHeard(giver, turn.now))) setRole(turn, spec, { ...role, taking: undefined });
}

function give(turn: Turn, spec: GroupSpec, role: Active, to: NodeName, requestId: number | undefined): void {
  const id = (((turn.config.incarnation & 0xffff) << 16) | ((turn.state.handovers & 0x7fff) + 1)) >>> 0;
  turn.state = { ...turn.state, handovers: turn.state.handovers + 1 };
  const giving = { id, to, startedAt: turn.now, deadline: millis(turn.now + handoverTimeout(turn.config.interval)), requestId };
  setRole(turn, spec, { ...role, giving });
  turn.effects.push({ type: 'report', fact: { type: 'handoverStarted', vrid: spec.vrid, to, id } });
}

/** It has heard us and is at work. */
function waitForLoad(turn: Turn, spec: GroupSpec, role: Active, giving: Giving): false {
  const { interval } = turn.config;
  const deadline = millis(Math.min(turn.now + handoverTimeout(interval), giving.startedAt + handoverLimit(interval)));
  setRole(turn, spec, { ...role, giving: { ...giving, deadline } });
  return false;
}

function complete(turn: Turn, spec: GroupSpec, role: Active, giving: Giving, heard: Heard): false {
  const { id, to, requestId } = giving;
  const took = millis(turn.now - giving.startedAt);
  turn.effects.push({ type: 'report', fact: { type: 'handoverCompleted', vrid: spec.vrid, to, id, took } });
  if (requestId !== undefined) answer(turn, requestId, { ok: true, detail: `${to} took ${spec.name} over in ${took.toFixed(1)} ms` });
  release(turn, spec, heard, role);
  return false;
}

/** What it goes to after the handover is what the operator wanted it for. A director relieved by hand does not take back by rank. */
function release(turn: Turn, spec: GroupSpec, heard: Heard, role: Active): void {
  if (turn.state.shutdown !== 'no') return stop(turn, spec, true);
  if (turn.state.maintenance) return enterMaintenance(turn, spec);
  const { from, interval } = heard.peer.advert;
  becomeBackup(turn, spec, { reason: 'handed-over', to: { node: from, interval }, preemptAt: never, calledOff: role.calledOff });
}

export function callOff(turn: Turn, spec: GroupSpec, role: Active, giving: Giving): false {
  const { id, to, requestId } = giving;
  turn.effects.push({ type: 'report', fact: { type: 'handoverCalledOff', vrid: spec.vrid, to, id } });
  // It may have taken the virtual IPs, and announced them, without our hearing of it.
  announceAnew(turn, spec, { ...role, giving: undefined, calledOff: id });
  if (requestId !== undefined)
    answer(turn, requestId, refusal('not-confirmed', `${to} did not confirm; ${turn.config.self} goes on as active`));
  return false;
}

/** Its "I have it" (or that it loads for it) crossed our call-off, or our call-off was lost. */
function remindOfCallOff(turn: Turn, spec: GroupSpec, role: Active): false {
  assertActive(turn, spec, role);
  return false;
}

function heardGiver(turn: Turn, spec: GroupSpec, role: Active, heard: Heard): boolean {
  const { taking } = role;
  if (taking === undefined) return true;
  const said = heard.group.handover;
  if (heard.group.phase !== 'active') {
    setRole(turn, spec, { ...role, taking: undefined });
    return false;
  }
  if (said?.phase === 'ask' && said.id === taking.id) return false;
  const { from, interval } = heard.peer.advert;
  becomeBackup(turn, spec, { reason: 'called-off', to: { node: from, interval }, preemptAt: never, calledOff: taking.id });
  return false;
}

function cannotTakeAnyMore(heard: Heard): boolean {
  return heard.group.phase === 'fault' || heard.group.phase === 'maintenance' || heard.group.phase === 'initialize';
}

function refusalOf(turn: Turn, group: Group | undefined, to: NodeName | undefined): Outcome | undefined {
  const { self, nodes } = turn.config;
  if (group === undefined) return refusal('unknown-group', 'no such group');
  if (to !== undefined && !nodes.some((node) => node.name === to)) return refusal('unknown-node', `no director is called ${to}`);
  if (turn.state.shutdown !== 'no') return refusal('stopping', `${self} is stopping`);
  if (group.role.phase !== 'active') return refusal('not-active', `${self} is not active for ${group.spec.name}`);
  if (to === self) return refusal('already-there', `${self} is active for ${group.spec.name} already`);
  if (group.role.giving !== undefined || group.role.taking !== undefined)
    return refusal('handover-under-way', 'a handover of this group is under way');
  const unfit = to === undefined ? undefined : unfitness(turn, group.spec, to);
  return unfit === undefined ? undefined : refusal(unfit, `${to} cannot take ${group.spec.name} over`);
}

/** The reason to tell when nobody is fit: that of the peer of the highest priority. */
function whyNobody(turn: Turn, spec: GroupSpec): RefusalReason {
  const peers = turn.config.nodes.filter((node) => node.name !== turn.config.self);
  peers.sort((a, b) => (spec.priorities.get(b.name) ?? 0) - (spec.priorities.get(a.name) ?? 0));
  const first = peers[0];
  return first === undefined ? 'peer-not-heard' : (unfitness(turn, spec, first.name) ?? 'peer-not-heard');
}

function answer(turn: Turn, requestId: number, outcome: Outcome): void {
  turn.effects.push({ type: 'answer', requestId, outcome });
}
