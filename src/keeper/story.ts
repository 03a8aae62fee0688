// Why each group is in its phase, since when, and the moments of its last takeover: for status and the log.
import type { Fact, Millis, Vrid } from '../core/types.ts';
import type { TakeoverTimeline } from './messages.ts';

export interface GroupStory {
  readonly reason: string;
  readonly since: Millis;
  readonly lastTakeover: TakeoverTimeline | undefined;
}

export interface Story {
  note(fact: Fact, now: Millis): void;
  /** A moment of the takeover under way; the first one of each kind counts. */
  mark(vrid: Vrid, moment: 'rulesInAt' | 'vipAddedAt' | 'announcedAt', now: Millis): void;
  /** The timeline when its last moment is known and it was not taken yet. */
  takeFinished(vrid: Vrid): TakeoverTimeline | undefined;
  of(vrid: Vrid): GroupStory | undefined;
}

interface Open {
  readonly decidedAt: Millis;
  rulesInAt?: Millis;
  vipAddedAt?: Millis;
  announcedAt?: Millis;
}

export function createStory(): Story {
  const stories = new Map<Vrid, GroupStory>();
  const open = new Map<Vrid, Open>();

  const begin = (vrid: Vrid, reason: string, now: Millis): void => {
    stories.set(vrid, { reason, since: now, lastTakeover: stories.get(vrid)?.lastTakeover });
    open.delete(vrid);
  };

  return {
    note(fact, now) {
      switch (fact.type) {
        case 'becameActive':
          begin(fact.vrid, fact.reason, now);
          open.set(fact.vrid, { decidedAt: now });
          return;
        case 'becameBackup':
        case 'enteredFault':
          return begin(fact.vrid, fact.reason, now);
        case 'enteredMaintenance':
          return begin(fact.vrid, 'maintenance', now);
        case 'stopped':
          return begin(fact.vrid, 'stopped', now);
        case 'handoverStarted':
        case 'handoverCompleted':
        case 'handoverCalledOff':
        case 'takeoverWithheld':
        case 'bothActive':
        case 'peerHeard':
        case 'peerLost':
          return;
      }
    },
    mark(vrid, moment, now) {
      const takeover = open.get(vrid);
      if (takeover !== undefined) takeover[moment] ??= now;
    },
    takeFinished(vrid) {
      const takeover = open.get(vrid);
      const story = stories.get(vrid);
      if (takeover?.announcedAt === undefined || story === undefined) return undefined;
      const { decidedAt, announcedAt, vipAddedAt = decidedAt, rulesInAt = decidedAt } = takeover;
      const lastTakeover = { vrid, decidedAt, rulesInAt, vipAddedAt, announcedAt };
      open.delete(vrid);
      stories.set(vrid, { ...story, lastTakeover });
      return lastTakeover;
    },
    of: (vrid) => stories.get(vrid),
  };
}
