// Events as a director makes them, for tests of who is told and how.
import { type EventDraft, eventOf } from '../../src/events/draft.ts';
import type { DirectorEvent } from '../../src/events/event.ts';

const teller = { cluster: 'web', node: 'vsbak', groups: new Map([[51, 'shop']]) };

export const anEvent = (draft: Partial<EventDraft> = {}): DirectorEvent =>
  eventOf({ type: 'test', text: 'a test', time: '2026-11-06T09:04:05.678Z', ...draft }, teller);

export const takeover = (): DirectorEvent =>
  anEvent({
    type: 'takeover',
    vrid: 51,
    peer: 'vs1',
    reason: 'active-down',
    text: 'shop (VRID 51): ACTIVE: vs1 not heard for 312 ms (limit 360.9 ms)',
    phases: [
      { name: 'rulesIn', afterMs: 0.2 },
      { name: 'announced', afterMs: 1.4 },
    ],
    gapMs: 315,
  });

export const peerLost = (text = 'vs1 not heard for 312 ms'): DirectorEvent =>
  anEvent({ type: 'peerLost', peer: 'vs1', text, trouble: { key: 'peer:vs1', isOver: false } });

export const peerBack = (): DirectorEvent =>
  anEvent({ type: 'peerBack', peer: 'vs1', text: 'vs1 is heard', trouble: { key: 'peer:vs1', isOver: true } });
