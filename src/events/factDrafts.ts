// What a fact of the election is as an event, for those facts that stand alone. Takeovers and handovers, which take
// several, are put together in transitions.ts.
import type { BackupReason, Fact } from '../core/types.ts';
import { begins, type EventDraft, ends } from './draft.ts';

export const faultKey = (vrid: number): string => `fault:${vrid}`;
export const withheldKey = (vrid: number): string => `withheld:${vrid}`;
export const bothActiveKey = (vrid: number): string => `both-active:${vrid}`;
export const peerKey = (peer: string): string => `peer:${peer}`;

/** Ends are told for whatever can have begun: who keeps the troubles knows what had. */
export function draftsOf(fact: Fact, text: string): readonly EventDraft[] {
  switch (fact.type) {
    case 'becameActive':
      return [
        { type: 'takeoverWithheldOver', vrid: fact.vrid, text, reason: 'took-over', trouble: ends(withheldKey(fact.vrid)) },
        { type: 'faultOver', vrid: fact.vrid, text, trouble: ends(faultKey(fact.vrid)) },
      ];
    case 'becameBackup':
      return backupDrafts(fact, text);
    case 'enteredFault':
      return [{ type: 'fault', vrid: fact.vrid, reason: fact.reason, text, trouble: begins(faultKey(fact.vrid)) }];
    case 'takeoverWithheld':
      return [{ type: 'takeoverWithheld', vrid: fact.vrid, reason: 'rules-not-in', text, trouble: begins(withheldKey(fact.vrid)) }];
    case 'bothActive':
      return [{ type: 'bothActive', vrid: fact.vrid, peer: fact.peer, text, trouble: begins(bothActiveKey(fact.vrid)) }];
    case 'peerLost':
      return [{ type: 'peerLost', peer: fact.peer, text, trouble: begins(peerKey(fact.peer)) }];
    case 'peerHeard':
      return [{ type: 'peerBack', peer: fact.peer, text, trouble: ends(peerKey(fact.peer)) }];
    case 'enteredMaintenance':
    case 'stopped':
    case 'handoverStarted':
    case 'handoverCompleted':
    case 'handoverCalledOff':
      return [];
  }
}

function backupDrafts({ vrid, reason, to }: Extract<Fact, { type: 'becameBackup' }>, text: string): EventDraft[] {
  const over: EventDraft[] = [
    { type: 'bothActiveOver', vrid, peer: to ?? null, reason: 'yielded', text, trouble: ends(bothActiveKey(vrid)) },
    { type: 'faultOver', vrid, text, trouble: ends(faultKey(vrid)) },
  ];
  return againstItsWill[reason] ? [{ type: 'steppedDown', vrid, peer: to ?? null, reason, text }, ...over] : over;
}

/** Whether an active gave up though nobody had asked it to. */
const againstItsWill: Readonly<Record<BackupReason, boolean>> = {
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
