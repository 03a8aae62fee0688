// What people and init systems ask of the whole director: maintenance and shutdown.
import { advertise } from './adverts.ts';
import { giveToBest, nobodyFor, refusal } from './handover.ts';
import type { Turn } from './state.ts';
import { enterMaintenance, rejoin, stop } from './transitions.ts';

export function requestMaintenance(turn: Turn, on: boolean, requestId: number): void {
  if (turn.state.shutdown !== 'no') return answerRefused(turn, requestId, 'stopping', `${turn.config.self} is stopping`);
  if (turn.state.maintenanceRequest !== undefined)
    return answerRefused(turn, requestId, 'handover-under-way', 'an earlier request is under way');
  return on ? beginMaintenance(turn, requestId) : endMaintenance(turn, requestId);
}

function beginMaintenance(turn: Turn, requestId: number): void {
  const stuck = nobodyFor(turn);
  if (stuck !== undefined) return answerRefused(turn, requestId, stuck.reason, `no director can take ${stuck.spec.name} over`);
  turn.state = { ...turn.state, maintenance: true, maintenanceRequest: requestId };
  for (const { spec, role } of turn.state.groups) {
    if (role.phase === 'active') giveToBest(turn, spec, role);
    else if (role.phase !== 'maintenance') enterMaintenance(turn, spec);
  }
}

function endMaintenance(turn: Turn, requestId: number): void {
  turn.state = { ...turn.state, maintenance: false };
  for (const { spec, role } of turn.state.groups) {
    if (role.phase === 'maintenance') rejoin(turn, spec, 'maintenance-ended');
  }
  turn.effects.push({ type: 'answer', requestId, outcome: { ok: true, detail: `${turn.config.self} is not in maintenance` } });
}

/**
 * Whatever way a group came to backup, in maintenance it does not stay there. Ends the request once nothing is being
 * handed over: done when nothing is active any more, withdrawn when something stayed.
 */
export function settleMaintenance(turn: Turn): void {
  for (const { spec, role } of turn.state.groups) if (turn.state.maintenance && role.phase === 'backup') enterMaintenance(turn, spec);
  const requestId = turn.state.maintenanceRequest;
  const active = turn.state.groups.filter(({ role }) => role.phase === 'active');
  if (requestId === undefined || active.some(({ role }) => role.phase === 'active' && role.giving !== undefined)) return;
  turn.state = { ...turn.state, maintenanceRequest: undefined };
  if (active.length === 0) {
    const detail = `${turn.config.self} is in maintenance`;
    turn.effects.push({ type: 'answer', requestId, outcome: { ok: true, detail } });
    return;
  }
  turn.state = { ...turn.state, maintenance: false };
  for (const { spec, role } of turn.state.groups) if (role.phase === 'maintenance') rejoin(turn, spec, 'maintenance-ended');
  answerRefused(turn, requestId, 'not-confirmed', `${active.map(({ spec }) => spec.name).join(', ')} could not be handed over`);
}

export function requestShutdown(turn: Turn, how: 'handover' | 'inPlace'): void {
  if (turn.state.shutdown !== 'no') return;
  if (how === 'inPlace') return leaveInPlace(turn);
  turn.state = { ...turn.state, shutdown: 'handing-over' };
  for (const { spec, role } of turn.state.groups) {
    if (role.phase !== 'active') stop(turn, spec, role.phase === 'initialize');
    else giveToBest(turn, spec, role);
  }
}

/**
 * Peers are told to be patient with the successor, which will ask before it goes on. For a group whose virtual IPs still
 * wait for their rules the kernel holds nothing that a successor could go on with: that one a peer should take at once.
 */
function leaveInPlace(turn: Turn): void {
  const requestId = turn.state.maintenanceRequest;
  if (requestId !== undefined) answerRefused(turn, requestId, 'stopping', `${turn.config.self} is stopping`);
  turn.state = { ...turn.state, shutdown: 'done', inPlace: true, maintenanceRequest: undefined };
  for (const { spec, role } of turn.state.groups) {
    if (role.phase === 'active' && role.loading) stop(turn, spec, true);
    else turn.effects.push({ type: 'report', fact: { type: 'stopped', vrid: spec.vrid, released: false } });
  }
  advertise(turn);
}

/** What nobody takes, or did not confirm, is released all the same: the operator wants this process to end. */
export function settleShutdown(turn: Turn): void {
  if (turn.state.shutdown !== 'handing-over') return;
  for (const { spec, role } of turn.state.groups) {
    if (role.phase === 'stopped' || (role.phase === 'active' && role.giving !== undefined)) continue;
    stop(turn, spec, role.phase === 'active');
  }
  if (turn.state.groups.some(({ role }) => role.phase !== 'stopped')) return;
  turn.state = { ...turn.state, shutdown: 'done' };
  advertise(turn);
}

function answerRefused(turn: Turn, requestId: number, reason: Parameters<typeof refusal>[0], detail: string): void {
  turn.effects.push({ type: 'answer', requestId, outcome: refusal(reason, detail) });
}
