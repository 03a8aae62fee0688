// What is seen by looking, or over time: silent links, two actives, strangers, flapping, and how the last daemon ended.
import { expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import { begins, type EventDraft, eventOf } from '../../src/events/draft.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { bothActiveKey, withheldKey } from '../../src/events/factDrafts.ts';
import { flappingFrom, watchFlapping } from '../../src/events/flapping.ts';
import { watchLevels } from '../../src/events/levels.ts';
import { mistakeDraft, startDraft, stopDraft } from '../../src/events/lifecycle.ts';
import { strangerDraft } from '../../src/events/strangers.ts';
import { openTroubles } from '../../src/events/troubles.ts';
import { group, keeper, link, peer } from '../daemon/pair.ts';
import { teller } from './teller.ts';

const types = (drafts: readonly EventDraft[]): string[] => drafts.map(({ type }) => type);
const event = (draft: EventDraft): DirectorEvent => eventOf(draft, teller);
const silent = link(1, { heard: false, lastHeardAgo: millis(5_000) });

test('a link that is silent in two looks while the peer is heard on another one is lost, and back when it is heard', () => {
  const [levels, troubles] = [watchLevels(), openTroubles([])];
  const look = (...links: readonly (typeof silent)[]): string[] =>
    types(levels.drafts(keeper({ peers: [peer({ links })] }), troubles).filter(({ trouble = null }) => troubles.admits(trouble)));
  expect(look(link(0), silent)).toEqual([]);
  expect(look(link(0), silent)).toEqual(['linkLost']);
  expect(look(link(0), silent)).toEqual([]);
  expect(look(link(0), link(1))).toEqual(['linkBack']);
});

test('people are told the second link by the number 2, as status and doctor call it', () => {
  const levels = watchLevels();
  const texts = [
    [link(0), silent],
    [link(0), silent],
    [link(0), link(1)],
  ].map((links) => levels.drafts(keeper({ peers: [peer({ links })] }), openTroubles([])).map(({ text }) => text));
  expect(texts.flat()).toEqual(expect.arrayContaining([expect.stringMatching(/^heartbeat link 2 to .* is silent/)]));
});

test('links of a peer that is not heard at all are no trouble of their own', () => {
  const levels = watchLevels();
  const snapshot = keeper({ peers: [peer({ heard: false, links: [silent, link(0, { heard: false })] })] });
  expect([levels.drafts(snapshot, openTroubles([])), levels.drafts(snapshot, openTroubles([]))]).toEqual([[], []]);
});

test('two actives are over when the other one is heard to be active no more; a withheld takeover when somebody is active', () => {
  const troubles = openTroubles([bothActiveKey(51), withheldKey(51)].map((key) => event({ type: 'test', text: '', trouble: begins(key) })));
  const still = keeper({ groups: [group({ active: undefined })], peers: [peer({ links: [] }, 'active')] });
  expect(watchLevels().drafts(still, troubles)).toEqual([]);
  expect(types(watchLevels().drafts(keeper({ peers: [peer({ links: [] })] }), troubles))).toEqual([
    'bothActiveOver',
    'takeoverWithheldOver',
  ]);
});

test('who answers for a virtual IP is a stranger unless it is a director', () => {
  const known = new Set(['02:00:00:00:00:01']);
  const at = { address: '10.0.0.1', dev: 'eth0' };
  expect(strangerDraft({ ...at, mac: '02:00:00:00:00:99' }, known)).toMatchObject({ type: 'vipStranger', trouble: { isOver: false } });
  for (const mac of ['02:00:00:00:00:01', undefined])
    expect(strangerDraft({ ...at, mac }, known)).toMatchObject({ type: 'vipStrangerGone', trouble: { key: 'vip:10.0.0.1', isOver: true } });
});

test('a group flaps with its fifth transition in the time that nobody asked for, until it was quiet for as long', () => {
  const flapping = watchFlapping();
  const moves = (['takeover', 'steppedDown', 'takeover', 'steppedDown', 'takeover'] as const).map((type) =>
    event({ type, vrid: 51, text: '' }),
  );
  const told = moves.flatMap((move, index) => flapping.note(move, index * 1_000));
  expect(told).toMatchObject([{ type: 'flapping', vrid: 51, text: 'web (VRID 51): 5 transitions within 5 minutes' }]);
  expect(flapping.settle(flappingFrom.withinMs)).toEqual([]);
  expect(types(flapping.settle(4_000 + flappingFrom.withinMs))).toEqual(['flappingOver']);
});

test.each<Partial<EventDraft>>([{ type: 'handover', reason: 'taken' }, { type: 'takeover', reason: 'seen' }, { type: 'peerLost' }])(
  'what an operator asked for, or another director tells, is no flapping: %j',
  (more) => {
    const flapping = watchFlapping();
    const move = event({ type: 'test', vrid: 51, text: '', ...more });
    for (let now = 0; now < 10; now += 1) expect(flapping.note(move, now)).toEqual([]);
  },
);

test.each<[readonly EventDraft[], Partial<EventDraft>]>([
  [[], { type: 'daemonStarted', reason: 'first-start' }],
  [[startDraft([], '')], { type: 'daemonRestarted', reason: 'ended-unseen' }],
  [[startDraft([], ''), stopDraft('handover')], { type: 'daemonStarted', reason: 'handover' }],
  [[startDraft([], ''), stopDraft('inPlace')], { type: 'daemonStarted', reason: 'in-place' }],
  [[startDraft([], ''), mistakeDraft('a bug')], { type: 'daemonRestarted', reason: 'mistake' }],
])('a start tells how the last daemon ended: after %j', (told, expected) => {
  expect(startDraft(told.map(event), 'started')).toMatchObject(expected);
});
