// Entering each role: its fields, its timers, and what is told of it. Who may enter when is decided in election.ts.
import { advertise } from './adverts.ts';
import { isHeard } from './peers.ts';
import type { Active, Backup, Role, State, Taking, Turn } from './state.ts';
import { groupAdvertOf, priorityOf } from './state.ts';
import { activeDownInterval, announceTime, kernelRetryAfter } from './timers.ts';
import {
  type ActiveReason,
  type BackupReason,
  type Evidence,
  type FaultReason,
  type GroupSpec,
  type Millis,
  millis,
  type NodeName,
  never,
} from './types.ts';

export function setRole(turn: Turn, spec: GroupSpec, role: Role): void {
  turn.state = withRole(turn.state, spec, role);
}

export function becomeActive(turn: Turn, spec: GroupSpec, reason: ActiveReason, evidence: Evidence, taking?: Taking): void {
  const role: Active = {
    phase: 'active',
    loading: false,
    announceSince: turn.now,
    announceAt: turn.now,
    announceRound: 0,
    answeredAt: millis(Number.NEGATIVE_INFINITY),
    giving: undefined,
    taking,
    calledOff: undefined,
  };
  setRole(turn, spec, role);
  const handover = taking === undefined ? {} : { handover: taking };
  turn.effects.push({ type: 'report', fact: { type: 'becameActive', vrid: spec.vrid, reason, evidence, ...handover } });
  announceDue(turn, spec, role);
}

/** Active for the peers, which must not take over as well; for the clients nothing is there yet that could be announced. */
export function beginLoad(turn: Turn, spec: GroupSpec, role: Active): void {
  setRole(turn, spec, { ...role, loading: true, announceAt: never });
}

export function endLoad(turn: Turn, spec: GroupSpec, role: Active): void {
  announceAnew(turn, spec, { ...role, loading: false });
}

/** Begins the announcements again: caches may hold what another director announced since. */
export function announceAnew(turn: Turn, spec: GroupSpec, role: Active): void {
  if (role.loading) return setRole(turn, spec, role);
  const anew = { ...role, announceSince: turn.now, announceAt: turn.now, announceRound: 0 };
  setRole(turn, spec, anew);
  announceDue(turn, spec, anew);
}

/** Tells peers and caches that it is active. Once an interval at most: two that both believe they win would not end. */
export function assertActive(turn: Turn, spec: GroupSpec, role: Active): boolean {
  if (turn.now - role.answeredAt < turn.config.interval) return false;
  announceAnew(turn, spec, { ...role, answeredAt: turn.now });
  advertise(turn);
  return true;
}

/** Announces once the moment has come and sets the next one. */
export function announceDue(turn: Turn, spec: GroupSpec, role: Active): void {
  if (turn.now < role.announceAt) return;
  const announceRound = role.announceRound + 1;
  turn.effects.push({ type: 'announce', vrid: spec.vrid });
  const next = announceTime(role.announceSince, announceRound);
  // After a pause the missed rounds are not made up for.
  const announceAt = next > turn.now ? next : millis(turn.now + 1_000);
  setRole(turn, spec, { ...role, announceRound, announceAt });
}

export interface BackupStart {
  readonly reason: BackupReason;
  /** The active that this director yields to, with its interval and priority. */
  readonly to?: { readonly node: NodeName; readonly interval: Millis } | undefined;
  readonly preemptAt?: Millis;
  readonly calledOff?: number | undefined;
}

export function becomeBackup(turn: Turn, spec: GroupSpec, start: BackupStart): void {
  const to = start.to ?? knownActive(turn, spec);
  const activeInterval = to?.interval ?? turn.config.interval;
  const role: Backup = {
    phase: 'backup',
    deadline: millis(turn.now + activeDownInterval(priorityOf(turn, spec), activeInterval)),
    activeInterval,
    active: to?.node,
    successor: undefined,
    left: false,
    consented: false,
    preemptAt: start.preemptAt ?? millis(turn.now + spec.preemptDelay),
    calledOff: start.calledOff,
  };
  setRole(turn, spec, role);
  turn.effects.push({ type: 'report', fact: { type: 'becameBackup', vrid: spec.vrid, reason: start.reason, to: start.to?.node } });
}

/** Who was active by its last advert, and still counts as there: it may have asked for patience while it restarts. */
function knownActive(turn: Turn, spec: GroupSpec): BackupStart['to'] {
  for (const [node, peer] of turn.state.peers) {
    const group = groupAdvertOf(peer, spec.vrid);
    if (group?.phase === 'active' && group.priority > 0 && isHeard(peer, turn.now)) return { node, interval: peer.advert.interval };
  }
  return undefined;
}

export function enterFault(turn: Turn, spec: GroupSpec, reason: FaultReason, detail: string): void {
  const retryAt = reason === 'kernel-write-failed' ? millis(turn.now + kernelRetryAfter) : never;
  setRole(turn, spec, { phase: 'fault', reason, retryAt });
  turn.effects.push({ type: 'report', fact: { type: 'enteredFault', vrid: spec.vrid, reason, detail } });
}

export function enterMaintenance(turn: Turn, spec: GroupSpec): void {
  setRole(turn, spec, { phase: 'maintenance' });
  turn.effects.push({ type: 'report', fact: { type: 'enteredMaintenance', vrid: spec.vrid } });
}

/** Out of Initialize, Fault or Maintenance: to the role that the links and the operator's wish allow. */
export function rejoin(turn: Turn, spec: GroupSpec, reason: BackupReason): void {
  const down = downDevices(turn.state, spec);
  if (turn.state.maintenance) return enterMaintenance(turn, spec);
  if (down.length > 0) return enterFault(turn, spec, 'link-down', down.join(', '));
  becomeBackup(turn, spec, { reason });
}

export function stop(turn: Turn, spec: GroupSpec, released: boolean): void {
  setRole(turn, spec, { phase: 'stopped' });
  turn.effects.push({ type: 'report', fact: { type: 'stopped', vrid: spec.vrid, released } });
}

export function downDevices(state: State, spec: GroupSpec): readonly string[] {
  const devices = new Set(spec.vips.map((vip) => vip.dev));
  return [...devices].filter((dev) => state.linksDown.has(dev));
}

/** Steps down in every group without waiting for anything, and asks the peers how things are before it says more. */
export function stepDownAfterStall(turn: Turn): void {
  for (const group of turn.state.groups) {
    if (group.role.phase === 'active') becomeBackup(turn, group.spec, { reason: 'stalled' });
    if (group.role.phase === 'initialize' && group.role.holding) ask(turn, group.spec);
  }
  advertise(turn, { solicit: true });
}

/** A group that begins: with virtual IPs of it in the kernel it asks before it claims them. */
export function join(turn: Turn, spec: GroupSpec, holding: boolean): void {
  const mayServe = !turn.state.maintenance && downDevices(turn.state, spec).length === 0;
  if (holding && mayServe) ask(turn, spec);
  else rejoin(turn, spec, 'started');
}

function ask(turn: Turn, spec: GroupSpec): void {
  const deadline = millis(turn.now + activeDownInterval(priorityOf(turn, spec), turn.config.interval));
  setRole(turn, spec, { phase: 'initialize', holding: true, deadline, answered: new Set() });
}

function withRole(state: State, spec: GroupSpec, role: Role): State {
  return { ...state, groups: state.groups.map((group) => (group.spec.vrid === spec.vrid ? { spec: group.spec, role } : group)) };
}
