// An event before it has its director, its time and its id: only what is particular to it.
import { randomUUID } from 'node:crypto';
import type { NodeName, Vrid } from '../core/types.ts';
import { catalogue } from './catalogue.ts';
import type { DirectorEvent } from './event.ts';

export type EventDraft = Pick<DirectorEvent, 'type' | 'text'> &
  Partial<
    Pick<
      DirectorEvent,
      'id' | 'severity' | 'time' | 'vrid' | 'peer' | 'reason' | 'evidence' | 'trouble' | 'phases' | 'gapMs' | 'differences'
    >
  >;

/** Who tells. */
export interface Teller {
  readonly cluster: string;
  readonly node: NodeName;
  readonly groups: ReadonlyMap<Vrid, string>;
}

export function eventOf(draft: EventDraft, { cluster, node, groups }: Teller): DirectorEvent {
  const { type, text, vrid = null, differences } = draft;
  return {
    id: draft.id ?? randomUUID(),
    type,
    severity: draft.severity ?? catalogue[type].severity,
    time: draft.time ?? new Date().toISOString(),
    cluster,
    node,
    group: vrid === null ? null : (groups.get(vrid) ?? null),
    vrid,
    peer: draft.peer ?? null,
    reason: draft.reason ?? null,
    evidence: draft.evidence ?? null,
    text,
    trouble: draft.trouble ?? null,
    phases: draft.phases ?? [],
    gapMs: draft.gapMs ?? null,
    ...(differences === undefined ? {} : { differences }),
  };
}

export const begins = (key: string): DirectorEvent['trouble'] => ({ key, isOver: false });
export const ends = (key: string): DirectorEvent['trouble'] => ({ key, isOver: true });
