// What people are told of: service moved, or is not protected as it was. A planned handover is told by the director that
// took over, a restart that adopts what it held is no news.
import { randomUUID } from 'node:crypto';
import type { BackupReason, Evidence, Fact, NodeName, Vrid } from '../core/types.ts';

export type AlertType =
  | 'becameActive'
  | 'becameBackup'
  | 'enteredFault'
  | 'handoverCalledOff'
  | 'takeoverWithheld'
  | 'bothActive'
  | 'peerLost'
  | 'rulesDrifted'
  | 'rulesSuperseded'
  | 'test';

/** The JSON that receivers get. What does not apply is null. */
export interface AlertEvent {
  readonly id: string;
  readonly type: AlertType;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly cluster: string;
  /** The director that tells. */
  readonly node: NodeName;
  readonly group: string | null;
  readonly vrid: Vrid | null;
  readonly peer: NodeName | null;
  readonly reason: string | null;
  readonly evidence: Evidence | null;
  /** The same as a sentence. */
  readonly text: string;
  /** With rulesDrifted only: what differed, one difference each. */
  readonly differences?: readonly string[];
}

export interface AlertContext {
  readonly cluster: string;
  readonly node: NodeName;
  readonly groups: ReadonlyMap<Vrid, string>;
  /** The sentence for the fact. */
  readonly text: string;
}

type About = Pick<AlertEvent, 'type'> & Partial<Pick<AlertEvent, 'vrid' | 'peer' | 'reason' | 'evidence'>>;

/** Undefined when the fact is for the log alone. */
export function alertEventOf(fact: Fact, context: AlertContext): AlertEvent | undefined {
  const about = aboutOf(fact);
  return about === undefined ? undefined : eventOf(about, context);
}

/** Somebody else changed services of the rules in this director's kernel. `differences` stand in the event too. */
export const driftEvent = (
  context: AlertContext,
  drift: { readonly differences: readonly string[]; readonly isRepaired: boolean },
): AlertEvent => ({
  ...eventOf({ type: 'rulesDrifted', reason: drift.isRepaired ? 'repaired' : 'reported' }, context),
  differences: drift.differences,
});

/** An edit of the rules lost against another director's: somebody may want to make it again. */
export const rulesSupersededEvent = (context: AlertContext, director: NodeName | undefined): AlertEvent =>
  eventOf({ type: 'rulesSuperseded', peer: director ?? null }, context);

export const testEvent = (context: AlertContext): AlertEvent => eventOf({ type: 'test' }, context);

function eventOf(
  { type, vrid = null, peer = null, reason = null, evidence = null }: About,
  { cluster, node, groups, text }: AlertContext,
): AlertEvent {
  const group = vrid === null ? null : (groups.get(vrid) ?? null);
  return { id: randomUUID(), type, time: new Date().toISOString(), cluster, node, group, vrid, peer, reason, evidence, text };
}

function aboutOf(fact: Fact): About | undefined {
  switch (fact.type) {
    case 'becameActive':
      if (fact.reason === 'adopted') return undefined;
      return { type: fact.type, vrid: fact.vrid, peer: fact.evidence.active ?? null, reason: fact.reason, evidence: fact.evidence };
    case 'becameBackup':
      return alarming[fact.reason] ? { type: fact.type, vrid: fact.vrid, peer: fact.to ?? null, reason: fact.reason } : undefined;
    case 'enteredFault':
      return { type: fact.type, vrid: fact.vrid, reason: fact.reason };
    case 'handoverCalledOff':
      return { type: fact.type, vrid: fact.vrid, peer: fact.to };
    case 'takeoverWithheld':
      return { type: fact.type, vrid: fact.vrid };
    case 'bothActive':
    case 'peerLost':
      return { type: fact.type, vrid: 'vrid' in fact ? fact.vrid : null, peer: fact.peer };
    case 'enteredMaintenance':
    case 'stopped':
    case 'handoverStarted':
    case 'handoverCompleted':
    case 'peerHeard':
      return undefined;
  }
}

/** Whether an active gave up against its will. */
const alarming: Readonly<Record<BackupReason, boolean>> = {
  started: false,
  outranked: true,
  'handed-over': false,
  'called-off': false,
  'rules-not-in': true,
  stalled: true,
  'not-heard-by-active': true,
  'active-elsewhere': false,
  recovered: false,
  'maintenance-ended': false,
};
