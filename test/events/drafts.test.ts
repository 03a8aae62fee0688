import { expect, test } from 'vitest';
import { type Fact, millis } from '../../src/core/types.ts';
import { isForPeople } from '../../src/events/audience.ts';
import { beginningOf, catalogue, type EventKind, eventTypes } from '../../src/events/catalogue.ts';
import { type EventDraft, eventOf } from '../../src/events/draft.ts';
import { draftsOf } from '../../src/events/factDrafts.ts';
import { keeperDrafts } from '../../src/events/keeperEvents.ts';
import * as drafts from '../../src/events/partDrafts.ts';
import { createTransitions } from '../../src/events/transitions.ts';
import { openTroubles } from '../../src/events/troubles.ts';
import { becameActive, becameBackup, teller } from './teller.ts';

/** What of them is told when nothing had begun before. */
function told(...told: readonly EventDraft[]): readonly EventDraft[] {
  const troubles = openTroubles([]);
  return told.filter(({ trouble = null }) => troubles.admits(trouble));
}

test.each<[Fact, Partial<EventDraft>]>([
  [becameBackup('outranked', 'vs1'), { type: 'steppedDown', reason: 'outranked', peer: 'vs1', vrid: 51 }],
  [becameBackup('stalled'), { type: 'steppedDown', reason: 'stalled' }],
  [becameBackup('not-heard-by-active', 'vs1'), { type: 'steppedDown', reason: 'not-heard-by-active' }],
  [becameBackup('rules-not-in'), { type: 'steppedDown', reason: 'rules-not-in' }],
  [
    { type: 'enteredFault', vrid: 51, reason: 'link-down', detail: 'eth0' },
    { type: 'fault', reason: 'link-down' },
  ],
  [
    { type: 'takeoverWithheld', vrid: 51 },
    { type: 'takeoverWithheld', vrid: 51 },
  ],
  [
    { type: 'bothActive', vrid: 51, peer: 'vs1' },
    { type: 'bothActive', peer: 'vs1' },
  ],
  [
    { type: 'peerLost', peer: 'vs1', lastHeardAgo: millis(300) },
    { type: 'peerLost', peer: 'vs1' },
  ],
])('service that moved or lost its protection is an event: %j', (fact, expected) => {
  expect(told(...draftsOf(fact, 'the sentence'))).toMatchObject([{ ...expected, text: 'the sentence' }]);
});

test.each<Fact>([
  becameActive('adopted'),
  becameBackup('started'),
  becameBackup('handed-over', 'vs1'),
  { type: 'peerHeard', peer: 'vs1' },
  { type: 'stopped', vrid: 51, released: true },
])('what only the log wants is none: %j', (fact) => {
  expect(told(...draftsOf(fact, 'the sentence'))).toEqual([]);
});

test.each<[Fact, Fact, string]>([
  [{ type: 'peerLost', peer: 'vs1', lastHeardAgo: millis(300) }, { type: 'peerHeard', peer: 'vs1' }, 'peerBack'],
  [{ type: 'enteredFault', vrid: 51, reason: 'link-down', detail: 'eth0' }, becameBackup('recovered'), 'faultOver'],
  [{ type: 'takeoverWithheld', vrid: 51 }, becameActive('active-down'), 'takeoverWithheldOver'],
])('what lasts is told when it begins and when it ends, and once: %j', (begin, end, over) => {
  const events = told(...[begin, begin, end, end].flatMap((fact) => draftsOf(fact, ''))).filter(({ trouble }) => trouble !== undefined);
  expect(events.map(({ type }) => type)).toEqual([begin.type === 'enteredFault' ? 'fault' : begin.type, over]);
  expect(events[1]?.trouble?.key).toBe(events[0]?.trouble?.key);
});

test('a trouble that was told before a restart is under way after it, and ends then', () => {
  const begun = eventOf(drafts.storeLost('redis: not connected', 'not-connected'), teller);
  const over = eventOf(drafts.rulesIn('rules: in'), teller);
  const troubles = openTroubles([begun, over]);
  expect(troubles.admits(begun.trouble)).toBe(false);
  expect(troubles.admits(drafts.storeBack('').trouble ?? null)).toBe(true);
  expect(troubles.admits(over.trouble)).toBe(false);
});

test('drift that was put right has not lasted; drift that stands is under way until it is gone', () => {
  const differences = ['a is 1, should be 2'];
  expect(told(drafts.rulesDrifted('', { differences, isRepaired: true }), drafts.rulesDriftOver(''))).toMatchObject([
    { reason: 'repaired', differences },
  ]);
  expect(told(drafts.rulesDrifted('', { differences, isRepaired: false }), drafts.rulesDriftOver(''))).toMatchObject([
    { type: 'rulesDrifted', reason: 'reported' },
    { type: 'rulesDriftOver' },
  ]);
});

test('maintenance is told with the reason that the operator gave', () => {
  const transitions = createTransitions({ cluster: 'web', node: 'vsbak', incarnation: 1 });
  const words = { sentence: () => '', maintenanceReason: () => 'new memory' };
  expect(keeperDrafts({ type: 'maintenanceChanged', on: true }, transitions, words)).toMatchObject([
    { type: 'maintenanceOn', reason: 'new memory', text: 'maintenance on: new memory' },
  ]);
});

test('an end names the type that it ends, and that one is no end itself', () => {
  for (const type of eventTypes) {
    const kind: EventKind = catalogue[type];
    const beginning: EventKind = catalogue[beginningOf(type)];
    expect(beginning.ends).toBeUndefined();
    expect(beginningOf(type) === type).toBe(kind.ends === undefined);
  }
});

test.each<[EventDraft, boolean]>([
  [{ type: 'takeover', text: '', reason: 'active-down' }, true],
  [{ type: 'takeover', text: '', reason: 'seen' }, false],
  [{ type: 'handover', text: '', reason: 'taken' }, true],
  [{ type: 'handover', text: '', reason: 'given' }, false],
  [{ type: 'peerBack', text: '' }, true],
  [{ type: 'maintenanceOff', text: '' }, false],
  [{ type: 'daemonStarted', text: '' }, false],
  [{ type: 'adopted', text: '' }, false],
])('people are told of what moved the service or lost its protection, and of its end: %j', (draft, expected) => {
  expect(isForPeople(eventOf(draft, teller))).toBe(expected);
});
