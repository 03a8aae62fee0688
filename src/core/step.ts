// The election as a pure function. It reads no clock, opens no socket, draws no random number and never throws.
// Order within a step: the stall check before any event, the event (of which the passing of time is one), what operators
// wait for, one advert when we would now say something else.
import { advertise, advertiseTo, paceOf, speak } from './adverts.ts';
import { changeConfig } from './config.ts';
import { activeHeard, activeTimed, backupGotRules, backupHeard, backupTimed, initializeHeard, initializeTimed } from './election.ts';
import { handoverTimed, refusal, requestFailover } from './handover.ts';
import { requestMaintenance, requestShutdown, settleMaintenance, settleShutdown } from './operator.ts';
import { hearsUsAgain, notePeer, notePeersLost } from './peers.ts';
import { type Group, groupAdvertOf, priorityOf, type Role, type State, type Turn } from './state.ts';
import { activeDownInterval } from './timers.ts';
import {
  announceAnew,
  becomeBackup,
  beginLoad,
  downDevices,
  endLoad,
  enterFault,
  join,
  rejoin,
  stepDownAfterStall,
} from './transitions.ts';
import {
  type Advert,
  type CoreConfig,
  type CoreEvent,
  type Echo,
  type Effect,
  type GroupSpec,
  type Millis,
  never,
  type Vrid,
} from './types.ts';

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export function initialState(config: CoreConfig): State {
  return {
    nextAdvertAt: never,
    lastAdvertAt: never,
    oldPace: undefined,
    sequence: 0,
    rounds: [],
    peers: new Map(),
    linksDown: new Set(),
    rules: { revision: 0, digest: '0'.repeat(16), ready: true },
    maintenance: false,
    maintenanceRequest: undefined,
    shutdown: 'no',
    inPlace: false,
    handovers: 0,
    groups: config.groups.map((spec) => ({ spec, role: { phase: 'initialize', holding: false, deadline: never, answered: new Set() } })),
  };
}

/** Of one event to the next: after `configChanged` its configuration is to be given. */
export function step(config: CoreConfig, state: State, event: CoreEvent, now: Millis): Step {
  const begun = state.lastAdvertAt !== never;
  if (state.shutdown === 'done' || begun === (event.type === 'started')) return { state, effects: [] };
  const turn: Turn = { config, now, effects: [], state, speech: 'none' };
  if (stalled(turn)) stepDownAfterStall(turn);
  take(turn, event);
  settleMaintenance(turn);
  settleShutdown(turn);
  answerInterrupted(turn, state);
  speak(turn, state);
  if (turn.state.shutdown === 'done') turn.effects.push({ type: 'exit' });
  return { state: turn.state, effects: turn.effects };
}

/** Invariant: a director that may have been replaced does not serve. Nobody heard us for as long as a backup waits. */
function stalled(turn: Turn): boolean {
  const silent = turn.now - turn.state.lastAdvertAt;
  return turn.state.groups.some((group) => {
    const serves = group.role.phase === 'active' || (group.role.phase === 'initialize' && group.role.holding);
    return serves && silent >= shortestPatience(turn, group);
  });
}

function shortestPatience(turn: Turn, group: Group): number {
  const peers = turn.config.nodes.filter((node) => node.name !== turn.config.self);
  return Math.min(...peers.map((node) => activeDownInterval(priorityOf(turn, group.spec, node.name), paceOf(turn))));
}

/** A handover that ended by something else than its own end (a stall, a better active, a fault) is answered too. */
function answerInterrupted(turn: Turn, before: State): void {
  for (const { spec, role } of before.groups) {
    const requestId = role.phase === 'active' ? role.giving?.requestId : undefined;
    if (requestId === undefined) continue;
    const now = roleOf(turn.state, spec);
    const goesOn = turn.state.shutdown !== 'done' && now?.phase === 'active' && now.giving?.requestId === requestId;
    const answered = turn.effects.some((effect) => effect.type === 'answer' && effect.requestId === requestId);
    if (goesOn || answered) continue;
    const outcome = refusal('not-confirmed', `${turn.config.self} stopped being active for ${spec.name} before the handover was confirmed`);
    turn.effects.push({ type: 'answer', requestId, outcome });
  }
}

const roleOf = (state: State, spec: GroupSpec): Role | undefined => state.groups.find((own) => own.spec.vrid === spec.vrid)?.role;

function take(turn: Turn, event: CoreEvent): void {
  switch (event.type) {
    case 'started':
      return start(turn, event);
    case 'advertReceived':
      return hear(turn, event.advert, event.echo);
    case 'timePassed':
      return letTimePass(turn);
    case 'linkWentDown':
      return loseLink(turn, event.dev);
    case 'linkCameUp':
      return regainLink(turn, event.dev);
    case 'rulesChanged':
      return changeRules(turn, event.rules);
    case 'kernelWriteFailed':
      return failWrite(turn, event.vrid, event.detail);
    case 'loadBegan':
    case 'loadEnded':
      return noteLoad(turn, event.vrids, event.type === 'loadBegan');
    case 'failoverRequested': {
      const group = turn.state.groups.find(({ spec }) => spec.vrid === event.vrid);
      return requestFailover(turn, group, event.to, event.requestId);
    }
    case 'maintenanceRequested':
      return requestMaintenance(turn, event.on, event.requestId);
    case 'configChanged':
      return changeConfig(turn, event);
    case 'shutdownRequested':
      return requestShutdown(turn, event.how);
  }
}

function start(turn: Turn, event: Extract<CoreEvent, { type: 'started' }>): void {
  turn.state = { ...turn.state, linksDown: new Set(event.linksDown), maintenance: event.maintenance, rules: event.rules };
  for (const { spec } of turn.state.groups) join(turn, spec, event.holding.includes(spec.vrid));
  turn.effects.push({ type: 'announceSelf', dev: 'all' });
  advertise(turn, { solicit: true });
}

function hear(turn: Turn, advert: Advert, echo: Echo | undefined): void {
  const before = turn.state.peers.get(advert.from);
  const isNews = notePeer(turn, advert, echo);
  if (isNews) for (const { spec } of turn.state.groups) hearOfGroup(turn, spec, advert);
  if (hearsUsAgain(turn, before, turn.state.peers.get(advert.from))) announceOver(turn);
  if (isNews && advert.solicit) advertiseTo(turn, advert.from);
}

/** The peer may have been active, and have announced, while it did not hear us. It need not say so when it yields. */
function announceOver(turn: Turn): void {
  for (const { spec, role } of turn.state.groups) {
    if (role.phase === 'active' && role.announceSince !== turn.now) announceAnew(turn, spec, role);
  }
}

function hearOfGroup(turn: Turn, spec: GroupSpec, advert: Advert): void {
  const peer = turn.state.peers.get(advert.from);
  const group = groupAdvertOf(peer, spec.vrid);
  const role = roleOf(turn.state, spec);
  if (peer === undefined || group === undefined || role === undefined) return;
  const heard = { peer, group };
  switch (role.phase) {
    case 'initialize':
      return initializeHeard(turn, spec, role, heard);
    case 'backup':
      return backupHeard(turn, spec, role, heard);
    case 'active':
      return activeHeard(turn, spec, role, heard);
    case 'fault':
    case 'maintenance':
    case 'stopped':
      return;
  }
}

/** The only place where timers fire: the runtime says so after it has handed over every packet that was waiting. */
function letTimePass(turn: Turn): void {
  notePeersLost(turn);
  if (turn.now >= turn.state.nextAdvertAt) advertise(turn);
  for (const { spec } of turn.state.groups) {
    timeHandover(turn, spec);
    timeRole(turn, spec);
  }
}

function timeHandover(turn: Turn, spec: GroupSpec): void {
  const role = roleOf(turn.state, spec);
  if (role?.phase === 'active') handoverTimed(turn, spec, role);
}

function timeRole(turn: Turn, spec: GroupSpec): void {
  const role = roleOf(turn.state, spec);
  switch (role?.phase) {
    case 'initialize':
      return initializeTimed(turn, spec, role);
    case 'backup':
      return backupTimed(turn, spec, role);
    case 'active':
      return activeTimed(turn, spec, role);
    case 'fault':
      return turn.now >= role.retryAt ? rejoin(turn, spec, 'recovered') : undefined;
    case 'maintenance':
    case 'stopped':
    case undefined:
      return;
  }
}

function loseLink(turn: Turn, dev: string): void {
  turn.state = { ...turn.state, linksDown: new Set(turn.state.linksDown).add(dev) };
  for (const { spec, role } of turn.state.groups) {
    const serves = role.phase === 'initialize' || role.phase === 'backup' || role.phase === 'active';
    if (serves && downDevices(turn.state, spec).length > 0) enterFault(turn, spec, 'link-down', dev);
  }
}

function regainLink(turn: Turn, dev: string): void {
  const linksDown = new Set(turn.state.linksDown);
  if (!linksDown.delete(dev)) return;
  turn.state = { ...turn.state, linksDown };
  for (const { spec, role } of turn.state.groups) {
    if (role.phase === 'fault' && role.reason === 'link-down' && downDevices(turn.state, spec).length === 0)
      rejoin(turn, spec, 'recovered');
  }
  turn.effects.push({ type: 'announceSelf', dev });
  advertise(turn, { solicit: true });
}

function changeRules(turn: Turn, rules: State['rules']): void {
  turn.state = { ...turn.state, rules };
  for (const { spec, role } of turn.state.groups) {
    if (rules.ready && role.phase === 'backup') backupGotRules(turn, spec, role);
    // Not served yet: what forbids to begin a takeover forbids to finish it.
    if (!rules.ready && role.phase === 'active' && role.loading) becomeBackup(turn, spec, { reason: 'rules-not-in' });
  }
}

function failWrite(turn: Turn, vrid: number, detail: string): void {
  const group = turn.state.groups.find(({ spec }) => spec.vrid === vrid);
  if (group?.role.phase === 'active') enterFault(turn, group.spec, 'kernel-write-failed', detail);
}

function noteLoad(turn: Turn, vrids: readonly Vrid[], goesOn: boolean): void {
  for (const { spec, role } of turn.state.groups) {
    if (!vrids.includes(spec.vrid) || role.phase !== 'active' || role.loading === goesOn) continue;
    if (goesOn) beginLoad(turn, spec, role);
    else endLoad(turn, spec, role);
  }
}
