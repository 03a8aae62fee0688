// RFC 9568 section 6.4: what a group does on an advert and when a timer fires, role by role. Differences from the RFC:
// every director advertises in every phase, so "the active says it is not active any more" counts as priority 0 does;
// and an active that sees in the echoes that a peer no longer hears it yields to that peer, who cannot know better.
import { advertise } from './adverts.ts';
import { heardOutsideHandover } from './handover.ts';
import { hearsUs, isHeard } from './peers.ts';
import { type Active, type Backup, groupAdvertOf, type Heard, type Initialize, type Peer, priorityOf, type Turn } from './state.ts';
import { activeDownInterval, skewTime } from './timers.ts';
import { announceDue, assertActive, becomeActive, becomeBackup, setRole } from './transitions.ts';
import { type Evidence, type GroupSpec, type Millis, millis, type NodeName, never } from './types.ts';

// ------------------------------------------------------------------------------------------------------- Initialize

/**
 * A peer that serves by now, or asks too and ranks higher, means release at once; when all have answered and none does, the
 * virtual IPs stay. One that still loads its rules has not replaced us: to let go for it now would leave the clients alone.
 */
export function initializeHeard(turn: Turn, spec: GroupSpec, role: Initialize, heard: Heard): void {
  const asksToo = heard.group.phase === 'initialize' && heard.group.holding;
  if (serves(heard) || (asksToo && outranks(turn, spec, heard))) return yieldTo(turn, spec, heard, 'active-elsewhere');
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
  const other = activeHeardLately(turn, spec, from);
  if (other !== undefined) return follow(turn, spec, role, other);
  if (role.successor !== undefined) return awaitSuccessor(turn, spec, role, role.successor);
  if (!role.left && isLive(turn, peer)) awaitSkew(turn, spec, role, from);
}

function backupHeardActive(turn: Turn, spec: GroupSpec, role: Backup, heard: Heard): void {
  const { group, peer } = heard;
  const { handover } = group;
  if (
    handover?.phase === 'ask' &&
    handover.peer === turn.config.self &&
    handover.id !== role.calledOff &&
    turn.state.rules.ready &&
    isLive(turn, peer)
  ) {
    return becomeActive(turn, spec, 'handover', evidenceOf(turn, spec, role), { id: handover.id, from: peer.advert.from });
  }
  if (!preempts(turn, spec, role, heard)) follow(turn, spec, role, peer);
}

/** It answers what we said just now. After a sleep of ours the socket holds what was true before it: nothing to act on. */
const isLive = hearsUs;

/** RFC 9568 6.4.2: Active_Adver_Interval is the active's, and the Active_Down_Timer starts anew. */
function follow(turn: Turn, spec: GroupSpec, role: Backup, active: Peer): void {
  const { from, interval } = active.advert;
  const handover = groupAdvertOf(active, spec.vrid)?.handover;
  const successor = handover?.phase === 'ask' && handover.peer !== turn.config.self ? handover.peer : undefined;
  const deadline = silentAt(turn, spec, active);
  setRole(turn, spec, { ...role, active: from, successor, activeInterval: interval, deadline, left: false, consented: false });
}

/** The active let go because another one has taken over; that one's first advert may have been lost. */
function awaitSuccessor(turn: Turn, spec: GroupSpec, role: Backup, successor: NodeName): void {
  const deadline = millis(turn.now + activeDownInterval(priorityOf(turn, spec), role.activeInterval));
  setRole(turn, spec, { ...role, active: successor, successor: undefined, deadline });
}

/** When an active has been silent for an Active_Down_Interval. */
function silentAt(turn: Turn, spec: GroupSpec, active: Peer): Millis {
  return millis(active.heardAt + activeDownInterval(priorityOf(turn, spec), active.advert.interval));
}

/** Of the peers that said last that they are active, and are not silent since, the one heard last. */
function activeHeardLately(turn: Turn, spec: GroupSpec, except?: NodeName): Peer | undefined {
  const actives = [...turn.state.peers.values()].filter((peer) => {
    const group = groupAdvertOf(peer, spec.vrid);
    const active = group?.phase === 'active' && group.priority > 0 && peer.advert.from !== except;
    return active && turn.now < silentAt(turn, spec, peer);
  });
  return actives.sort((a, b) => b.heardAt - a.heardAt)[0];
}

/** RFC 9568 6.4.2: the advert of a lower active is discarded, so that the timer runs out. Only once we could serve, and be heard. */
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
 * RFC 9568 6.4.2: the active leaves, only the Skew_Time is left to wait. It is there to keep backups that do not know
 * each other apart; ours advertise too, so the one that sees no better backup than itself does not wait. While no active
 * is known it does: the one that leaves may have been a backup.
 */
function awaitSkew(turn: Turn, spec: GroupSpec, role: Backup, leaving: NodeName): void {
  const firstInLine = role.active !== undefined && isFirstInLine(turn, spec, leaving);
  const wait = firstInLine ? 0 : skewTime(priorityOf(turn, spec), role.activeInterval);
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
  return spec.preempt && activeHeardLately(turn, spec) !== undefined ? 'preempted' : 'active-down';
}

// ----------------------------------------------------------------------------------------------------------- Active

/**
 * Of two actives one yields; but never one that serves to one that still loads its rules: it would leave the clients alone
 * until these are in. The other will be heard to hold the virtual IPs, and is yielded to then. Nor does one that loads
 * dispute with one that serves: its claim comes with its virtual IPs.
 */
export function activeHeard(turn: Turn, spec: GroupSpec, role: Active, heard: Heard): void {
  if (!heardOutsideHandover(turn, spec, role, heard)) return;
  if (heard.group.priority === 0) return advertise(turn);
  if (heard.group.phase !== 'active') return;
  const higher = outranks(turn, spec, heard);
  const mayYield = serves(heard) || role.loading;
  if (mayYield && higher) return yieldTo(turn, spec, heard, 'outranked');
  if (mayYield && deafButSteady(turn, spec, heard)) return yieldTo(turn, spec, heard, 'not-heard-by-active');
  if (higher || role.loading) return;
  if (assertActive(turn, spec, role)) {
    turn.effects.push({ type: 'report', fact: { type: 'bothActive', vrid: spec.vrid, peer: heard.peer.advert.from } });
  }
}

export function activeTimed(turn: Turn, spec: GroupSpec, role: Active): void {
  announceDue(turn, spec, role);
}

const serves = ({ group }: Heard): boolean => group.phase === 'active' && group.holding;

/** RFC 9568 6.4.3: higher priority, or equal priority and the higher address. */
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

function yieldTo(turn: Turn, spec: GroupSpec, heard: Heard, reason: 'outranked' | 'not-heard-by-active' | 'active-elsewhere'): void {
  becomeBackup(turn, spec, { reason, to: { node: heard.peer.advert.from, interval: heard.peer.advert.interval } });
}

const addressRank = (turn: Turn, node: string): number => turn.config.nodes.find((spec) => spec.name === node)?.addressRank ?? -1;

function evidenceOf(turn: Turn, spec: GroupSpec, role: Initialize | Backup): Evidence {
  const active = role.phase === 'backup' ? (role.active ?? activeHeardLately(turn, spec)?.advert.from) : undefined;
  const peer = active === undefined ? undefined : turn.state.peers.get(active);
  const interval = role.phase === 'backup' ? role.activeInterval : turn.config.interval;
  return {
    active,
    lastHeardAgo: peer === undefined ? undefined : millis(turn.now - peer.heardAt),
    activeDownInterval: activeDownInterval(priorityOf(turn, spec), interval),
    late: millis(Math.max(0, turn.now - role.deadline)),
  };
}
