// What nobody else keeps: how often each thing happened since the daemon began, and when the last takeover of a group was done.
import type { ActiveReason, BackupReason, Fact, FaultReason, Vrid } from '../core/types.ts';
import { eventTypes } from '../events/catalogue.ts';
import type { DirectorEvent } from '../events/event.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import type { Sample } from './family.ts';
import { createTally } from './tally.ts';

export interface Counts {
  keeper(message: FromKeeper): void;
  event(event: DirectorEvent): void;
  seen(): CountsSeen;
}

export interface CountsSeen {
  readonly transitions: readonly Sample[];
  readonly events: readonly Sample[];
  readonly kernelFailures: number;
  /** Milliseconds since 1970. */
  readonly takeoverDoneAt: ReadonlyMap<Vrid, number>;
}

const activeReasons: Readonly<Record<ActiveReason, true>> = {
  ...{ 'active-down': true, 'active-left': true, handover: true, preempted: true, adopted: true },
};
const backupReasons: Readonly<Record<BackupReason, true>> = {
  ...{ started: true, outranked: true, 'handed-over': true, 'called-off': true, 'rules-not-in': true, stalled: true },
  ...{ 'not-heard-by-active': true, 'active-elsewhere': true, recovered: true, 'maintenance-ended': true },
};
const faultReasons: Readonly<Record<FaultReason, true>> = { 'link-down': true, 'kernel-write-failed': true };

interface Way {
  readonly state: string;
  readonly reason: string;
}

/** Where a group can go, and why. */
const ways: readonly Way[] = [
  ...Object.keys(activeReasons).map((reason) => ({ state: 'active', reason })),
  ...Object.keys(backupReasons).map((reason) => ({ state: 'backup', reason })),
  ...Object.keys(faultReasons).map((reason) => ({ state: 'fault', reason })),
  { state: 'maintenance', reason: 'maintenance' },
  { state: 'stopped', reason: 'stopped' },
];

/** `now`: milliseconds since 1970. */
export function createCounts(groups: ReadonlyMap<Vrid, string>, now: () => number = Date.now): Counts {
  const transitions = createTally([...groups.values()].flatMap((group) => ways.map((way) => ({ group, ...way }))));
  const events = createTally(eventTypes.map((type) => ({ type })));
  const takeoverDoneAt = new Map<Vrid, number>();
  let kernelFailures = 0;

  const noteFact = (fact: Fact): void => {
    const way = wayOf(fact);
    if (way !== undefined) transitions.count({ group: groups.get(way.vrid) ?? String(way.vrid), state: way.state, reason: way.reason });
  };

  return {
    keeper(message) {
      if (message.type === 'fact') noteFact(message.fact);
      if (message.type === 'takeover') takeoverDoneAt.set(message.timeline.vrid, now());
      if (message.type === 'kernelFailures') kernelFailures += message.failures.length;
    },
    event: ({ type }) => events.count({ type }),
    seen: () => ({
      ...{ transitions: transitions.samples(), events: events.samples() },
      kernelFailures,
      takeoverDoneAt: new Map(takeoverDoneAt),
    }),
  };
}

function wayOf(fact: Fact): (Way & { readonly vrid: Vrid }) | undefined {
  switch (fact.type) {
    case 'becameActive':
      return { vrid: fact.vrid, state: 'active', reason: fact.reason };
    case 'becameBackup':
      return { vrid: fact.vrid, state: 'backup', reason: fact.reason };
    case 'enteredFault':
      return { vrid: fact.vrid, state: 'fault', reason: fact.reason };
    case 'enteredMaintenance':
      return { vrid: fact.vrid, state: 'maintenance', reason: 'maintenance' };
    case 'stopped':
      return { vrid: fact.vrid, state: 'stopped', reason: 'stopped' };
    case 'handoverStarted':
    case 'handoverCompleted':
    case 'handoverCalledOff':
    case 'takeoverWithheld':
    case 'bothActive':
    case 'peerHeard':
    case 'peerLost':
      return undefined;
  }
}
