import { expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import type { EventDraft } from '../../src/events/draft.ts';
import { activationIdentity, callOffIdentity, handoverIdentity } from '../../src/events/identity.ts';
import { createTransitions, type Transitions } from '../../src/events/transitions.ts';
import { becameActive, becameBackup, factAt, timeline } from './teller.ts';

const at = (node: string, now?: () => number): Transitions =>
  createTransitions({ cluster: 'web', node, incarnation: 4, ...(now === undefined ? {} : { now }) });
const only = (drafts: readonly EventDraft[]): EventDraft => {
  expect(drafts).toHaveLength(1);
  const [draft] = drafts;
  if (draft === undefined) throw new Error('no draft');
  return draft;
};

test('a takeover is told once it is announced, with who, why, the evidence, the phases and the gap', () => {
  const vsbak = at('vsbak');
  expect(vsbak.fact(factAt(1002, becameActive('active-down')), 'vs1 not heard')).toEqual([]);
  expect(only(vsbak.timeline(timeline))).toMatchObject({
    type: 'takeover',
    vrid: 51,
    peer: 'vs1',
    reason: 'active-down',
    evidence: {
      ...{ active: 'vs1', lastHeardAgo: 361, activeDownInterval: 360.9, late: 2 },
      links: [{ link: 0, lastHeardAgo: 361 }],
      rules: { revision: 7, digest: '00112233aabbccdd' },
    },
    phases: [
      { name: 'decided', afterMs: 0 },
      { name: 'rulesIn', afterMs: 0.5 },
      { name: 'addressesAdded', afterMs: 1.25 },
      { name: 'announced', afterMs: 1.5 },
    ],
    gapMs: 362.5,
    text: 'vs1 not heard; nobody served for at most 363 ms',
  });
});

test('a takeover whose rules take long is told before they are in, and again under the same id', () => {
  let now = 0;
  const vsbak = at('vsbak', () => now);
  vsbak.fact(factAt(1000, becameActive('active-down')), 'vs1 not heard');
  expect(vsbak.overdue(2000)).toEqual([]);
  now = 2000;
  const early = only(vsbak.overdue(2000));
  expect(early).toMatchObject({ type: 'takeover', text: 'vs1 not heard' });
  expect(early.phases).toBeUndefined();
  expect(vsbak.overdue(2000)).toEqual([]);
  expect(only(vsbak.timeline(timeline))).toMatchObject({ id: early.id, gapMs: 362.5 });
});

test('a takeover that ends before it is announced is told without what it never did', () => {
  const vsbak = at('vsbak');
  vsbak.fact(factAt(1000, becameActive('active-down')), 'vs1 not heard');
  const told = vsbak.fact(factAt(1001, { type: 'enteredFault', vrid: 51, reason: 'kernel-write-failed', detail: 'EPERM' }), 'fault');
  expect(only(told)).toMatchObject({ type: 'takeover' });
  expect(vsbak.timeline(timeline)).toEqual([]);
});

test('both directors tell of one handover under the same id, each with its own phases', () => {
  const [vs1, vsbak] = [at('vs1'), at('vsbak')];
  vs1.fact(factAt(990, { type: 'handoverStarted', vrid: 51, to: 'vsbak', id: 9 }), 'handing over');
  const given = only(vs1.fact(factAt(995, { type: 'handoverCompleted', vrid: 51, to: 'vsbak', id: 9, took: millis(4.5) }), 'handed over'));
  vsbak.fact(factAt(1000, becameActive('handover', { handover: { id: 9, from: 'vs1' } })), 'vs1 handed over');
  const taken = only(vsbak.timeline(timeline));

  expect(given).toMatchObject({ type: 'handover', peer: 'vsbak', reason: 'given' });
  expect(given.phases).toEqual([
    { name: 'asked', afterMs: 0 },
    { name: 'taken', afterMs: 4.5 },
    { name: 'released', afterMs: 5 },
  ]);
  expect(taken).toMatchObject({ type: 'handover', peer: 'vs1', reason: 'taken', gapMs: null });
  expect(taken.phases?.map(({ name }) => name)).toEqual(['decided', 'rulesIn', 'addressesAdded', 'announced']);
  expect(taken.id).toBe(given.id);
});

test('both directors tell of a handover that was called off under the same id, which is not that of the handover', () => {
  const [vs1, vsbak] = [at('vs1'), at('vsbak')];
  const here = only(vs1.fact(factAt(1000, { type: 'handoverCalledOff', vrid: 51, to: 'vsbak', id: 9 }), 'called off'));
  vsbak.fact(factAt(990, becameActive('handover', { handover: { id: 9, from: 'vs1' } })), 'vs1 handed over');
  vsbak.timeline(timeline);
  const there = only(vsbak.fact(factAt(1100, becameBackup('called-off', 'vs1')), 'called off'));
  expect([here.type, here.reason, there.type, there.reason]).toEqual([
    ...['handoverCalledOff', 'not-confirmed'],
    ...['handoverCalledOff', 'called-off'],
  ]);
  expect(there.id).toBe(here.id);
  expect(here.id).not.toBe(handoverIdentity('web', 51, 'vs1', 9));
});

test('the same director that becomes active again gives it another id, in this life and in the next', () => {
  const vsbak = at('vsbak');
  const ids = [1, 2].map(() => {
    vsbak.fact(factAt(1000, becameActive('active-down')), '');
    return only(vsbak.timeline(timeline)).id;
  });
  vsbak.raised(9);
  vsbak.fact(factAt(1000, becameActive('active-down')), '');
  ids.push(only(vsbak.timeline(timeline)).id);
  expect(ids).toEqual([
    activationIdentity('web', 51, 'vsbak', 4, 1),
    activationIdentity('web', 51, 'vsbak', 4, 2),
    activationIdentity('web', 51, 'vsbak', 9, 3),
  ]);
  expect(new Set(ids).size).toBe(3);
});

test('a preemption leaves no gap, and nobody is alarmed by it', () => {
  const vs1 = at('vs1');
  vs1.fact(factAt(1000, becameActive('preempted')), 'ranks above vsbak');
  expect(only(vs1.timeline(timeline))).toMatchObject({ type: 'takeover', severity: 'info', gapMs: null, text: 'ranks above vsbak' });
});

test.each([handoverIdentity('web', 51, 'vs1', 9), callOffIdentity('web', 51, 'vs1', 9), activationIdentity('web', 51, 'vs1', 1, 1)])(
  'an id is a UUID of version 8: %s',
  (id) => {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  },
);
