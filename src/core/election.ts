// RFC 9568 section 6.4: what a group does on an advert and when a timer fires, role by role. Differences from the RFC:
// every director advertises in every phase, so "the active says it is not active any more" counts as priority 0 does;
// and an active that sees in the echoes that a peer no longer hears it yields to that peer, who cannot know better.
import { advertise } from './adverts.ts';
import { heardOutsideHandover } from './handover.ts';
import { hearsUs, isHeard } from './peers.ts';
import { type Active, type Backup, groupAdvertOf, type Heard, type Initialize, priorityOf, type Turn } from './state.ts';
import { activeDownInterval, skewTime } from './timers.ts';
import { announceDue, becomeActive, becomeBackup, setRole } from './transitions.ts';
import { type Evidence, type GroupSpec, millis, type NodeName, never } from './types.ts';

// ------------------------------------------------------------------------------------------------------- Initialize

/** A peer that is active by now, or asks too and ranks higher, means release at once; when all have answered and none is, the virtual IPs stay. */
export function initializeHeard(turn: Turn, spec: GroupSpec, role: Initialize, heard: Heard): void {
  const asksToo = heard.group.phase === 'initialize' && heard.group.holding;
  if (heard.group.phase === 'active' || (asksToo && outranks(turn, spec, heard))) return yieldTo(turn, spec, heard, 'active-elsewhere');
  if (!hearsUs(turn, heard.peer)) return;
  const answered = new Set(role.answered).add(heard.peer.advert.from);
  setRole(turn, spec, { ...role, answered });
  const everyone = turn.config.nodes.length - 1;
  if (answered.size >= everyone) becomeActive(turn, spec, 'adopted', evidenceOf(turn, spec, role));
}

export function initializeTimed(turn: Turn, spec: GroupSpec, role: Initialize): void {
  if (turn.now >= role.deadline) becomeActive(turn, spec, 'adopted', evidenceOf(turn, spec, role));
}

// ----------------------------------------------------------------------------------------------------------- Backup

export function backupHeard(turn: Turn, spec: GroupSpec, role: Backup, heard: Heard): void {
  const { group, peer } = heard;
  const from = peer.advert.from;
  if (group.phase === 'active' && group.priority > 0) return backupHeardActive(turn, spec, role, heard);
  const ofTheActive = role.active === undefined ? group.priority === 0 : from === role.active;
  const asks = group.phase === 'initialize' && group.holding;
  if (asks && (ofTheActive || role.active === undefined)) return consentOnce(turn, spec, role);
  if (role.active === undefined && group.phase === 'backup' && outranks(turn, spec, heard)) return consentOnce(turn, spec, role);
  if (!ofTheActive) return;
  if (!role.left) awaitSkew(turn, spec, role, from);
}

function backupHeardActive(turn: Turn, spec: GroupSpec, role: Backup, heard: Heard): void {
  const { group, peer } = heard;
  const { handover } = group;
  if (handover?.phase === 'ask' && handover.peer === turn.config.self && handover.id !== role.calledOff && turn.state.rules.ready) {
    return becomeActive(turn, spec, 'handover', evidenceOf(turn, spec, role), { id: handover.id, from: peer.advert.from });
  }
  if (preempts(turn, spec, role, heard)) return;
  const activeInterval = peer.advert.interval;
  setRole(turn, spec, {
    ...role,
    active: peer.advert.from,
    activeInterval,
    deadline: millis(turn.now + activeDownInterval(priorityOf(turn, spec), activeInterval)),
    left: false,
    consented: false,
  });
}

/** RFC 9568 6.4.2 (470): the advert of a lower active is discarded, so that the timer runs out. Only once we could serve, and be heard. */
function preempts(turn: Turn, spec: GroupSpec, role: Backup, heard: Heard): boolean {
  const lower = heard.group.priority < priorityOf(turn, spec);
  return spec.preempt && lower && turn.now >= role.preemptAt && turn.state.rules.ready && hearsUs(turn, heard.peer);
}

/**
 * The timer starts anew, once, for a restarted active that asks before it goes on (we would take over in the middle of its
 * question), and for a better backup that started a little later (both would become active within the skew).
 */
function consentOnce(turn: Turn, spec: GroupSpec, role: Backup): void {
  if (role.consented) return;
  const deadline = millis(turn.now + activeDownInterval(priorityOf(turn, spec), role.activeInterval));
  setRole(turn, spec, { ...role, consented: true, deadline });
}

/**
 * RFC 9568 6.4.2 (435): the active leaves, only the Skew_Time is left to wait. It is there to keep backups that do not
 * know each other apart; ours advertise too, so the one that sees no better backup than itself does not wait.
 */
function awaitSkew(turn: Turn, spec: GroupSpec, role: Backup, leaving: NodeName): void {
  const wait = isFirstInLine(turn, spec, leaving) ? 0 : skewTime(priorityOf(turn, spec), role.activeInterval);
  setRole(turn, spec, { ...role, left: true, deadline: millis(Math.min(role.deadline, turn.now + wait)) });
}

function isFirstInLine(turn: Turn, spec: GroupSpec, leaving: NodeName): boolean {
  return [...turn.state.peers].every(([name, peer]) => {
    const group = groupAdvertOf(peer, spec.vrid);
    const rival = name !== leaving && group?.phase === 'backup' && isHeard(peer, turn.now);
    return !rival || !outranks(turn, spec, { peer, group });
  });
}

export function backupTimed(turn: Turn, spec: GroupSpec, role: Backup): void {
  if (turn.now < role.deadline) return;
  if (!turn.state.rules.ready) return withhold(turn, spec, role);
  becomeActive(turn, spec, takeoverReason(turn, spec, role), evidenceOf(turn, spec, role));
}

/** A virtual IP without its services answers clients with RST: worse than silence, which they retry. */
function withhold(turn: Turn, spec: GroupSpec, role: Backup): void {
  setRole(turn, spec, { ...role, deadline: never, active: undefined });
  turn.effects.push({ type: 'report', fact: { type: 'takeoverWithheld', vrid: spec.vrid } });
}

/** The rules came in after the Active_Down_Timer had fired without them. */
export function backupGotRules(turn: Turn, spec: GroupSpec, role: Backup): void {
  if (role.deadline !== never) return;
  setRole(turn, spec, { ...role, deadline: turn.now });
}

function takeoverReason(turn: Turn, spec: GroupSpec, role: Backup): 'active-down' | 'active-left' | 'preempted' {
  if (role.left) return 'active-left';
  const active = role.active === undefined ? undefined : turn.state.peers.get(role.active);
  const stillThere = active !== undefined && turn.now - active.heardAt < activeDownInterval(priorityOf(turn, spec), role.activeInterval);
  return spec.preempt && stillThere ? 'preempted' : 'active-down';
}

// ----------------------------------------------------------------------------------------------------------- Active

export function activeHeard(turn: Turn, spec: GroupSpec, role: Active, heard: Heard): void {
  if (!heardOutsideHandover(turn, spec, role, heard)) return;
  if (heard.group.phase !== 'active') return;
  if (heard.group.priority === 0) return advertise(turn);
  if (outranks(turn, spec, heard)) return yieldTo(turn, spec, heard, 'outranked');
  if (deafButSteady(turn, spec, heard)) return yieldTo(turn, spec, heard, 'not-heard-by-active');
  assertActive(turn, spec, role, heard);
}

export function activeTimed(turn: Turn, spec: GroupSpec, role: Active): void {
  announceDue(turn, spec, role);
}

/** RFC 9568 6.4.3 (725): higher priority, or equal priority and the higher address. */
function outranks(turn: Turn, spec: GroupSpec, heard: Heard): boolean {
  const own = priorityOf(turn, spec);
  if (heard.group.priority !== own) return heard.group.priority > own;
  return addressRank(turn, heard.peer.advert.from) > addressRank(turn, turn.config.self);
}

/**
 * The other active has been heard without a gap for a whole Active_Down_Interval and acknowledged none of our rounds in
 * it: our adverts do not arrive there, it cannot yield. A cut that has just healed is not that: it must hear us first.
 */
function deafButSteady(turn: Turn, spec: GroupSpec, heard: Heard): boolean {
  const { peer } = heard;
  const patience = activeDownInterval(priorityOf(turn, spec, peer.advert.from), turn.config.interval);
  return !hearsUs(turn, peer) && turn.now - peer.hearingSince >= patience;
}

/** RFC 9568 6.4.3 (770): answer at once. Bound to one answer an interval: two that both believe they win would not end. */
function assertActive(turn: Turn, spec: GroupSpec, role: Active, heard: Heard): void {
  if (turn.now - role.answeredAt < turn.config.interval) return;
  setRole(turn, spec, { ...role, answeredAt: turn.now });
  turn.effects.push({ type: 'report', fact: { type: 'bothActive', vrid: spec.vrid, peer: heard.peer.advert.from } });
  turn.effects.push({ type: 'announce', vrid: spec.vrid });
  advertise(turn);
}

function yieldTo(turn: Turn, spec: GroupSpec, heard: Heard, reason: 'outranked' | 'not-heard-by-active' | 'active-elsewhere'): void {
  becomeBackup(turn, spec, { reason, to: { node: heard.peer.advert.from, interval: heard.peer.advert.interval } });
}

const addressRank = (turn: Turn, node: string): number => turn.config.nodes.find((spec) => spec.name === node)?.addressRank ?? -1;

function evidenceOf(turn: Turn, spec: GroupSpec, role: Initialize | Backup): Evidence {
  const active = role.phase === 'backup' ? role.active : undefined;
  const peer = active === undefined ? undefined : turn.state.peers.get(active);
  const interval = role.phase === 'backup' ? role.activeInterval : turn.config.interval;
  return {
    active,
    lastHeardAgo: peer === undefined ? undefined : millis(turn.now - peer.heardAt),
    activeDownInterval: activeDownInterval(priorityOf(turn, spec), interval),
    late: millis(Math.max(0, turn.now - role.deadline)),
  };
}
