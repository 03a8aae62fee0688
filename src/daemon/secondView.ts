// How another director's takeover looked from here, told under its id: in which role this director was, and why.
import type { NodeName } from '../core/types.ts';
import type { EventDraft } from '../events/draft.ts';
import type { DirectorEvent } from '../events/event.ts';
import type { EventEntry } from '../events/exchange.ts';
import type { KeeperSnapshot } from '../keeper/messages.ts';

/** Of each group the last takeover among what another director told: of the ones before it nothing is known here any more. */
export function takeoversIn(director: NodeName, entries: readonly EventEntry[]): readonly DirectorEvent[] {
  const last = new Map<number, DirectorEvent>();
  for (const { event } of entries) {
    const own = event.node === director && event.type === 'takeover' && event.reason !== 'seen';
    if (own && event.vrid !== null) last.set(event.vrid, event);
  }
  return [...last.values()];
}

/** Undefined when the group is not one of this director's. `takenAt`: Date.now of the snapshot. */
export function secondView({ id, node, vrid }: DirectorEvent, snapshot: KeeperSnapshot, takenAt: number): EventDraft | undefined {
  const group = snapshot.groups.find((own) => own.vrid === vrid);
  if (group === undefined) return undefined;
  const peer = snapshot.peers.find((other) => other.node === node);
  const since = new Date(takenAt - group.sinceAgo).toISOString();
  const hears = peer?.heard === true ? 'hears' : 'does not hear';
  const role = `${snapshot.self} is ${group.phase} since ${since} (${group.reason}) and ${hears} ${node}`;
  const text = `${group.name} (VRID ${group.vrid}): ${node} took over; ${role}`;
  return { id, type: 'takeover', severity: 'info', vrid: group.vrid, peer: node, reason: 'seen', text };
}
