import { expect, test } from 'vitest';
import { alertEventOf, driftEvent } from '../../src/alerts/alertEvent.ts';
import { type Evidence, type Fact, millis } from '../../src/core/types.ts';

const evidence: Evidence = { active: 'vs1', lastHeardAgo: millis(361), activeDownInterval: millis(360.9), late: millis(0) };
const context = { cluster: 'web', node: 'vsbak', groups: new Map([[51, 'web']]), text: 'the sentence' };

test('a takeover is told with who, why and the evidence', () => {
  expect(alertEventOf({ type: 'becameActive', vrid: 51, reason: 'active-down', evidence }, context)).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    type: 'becameActive',
    time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    cluster: 'web',
    node: 'vsbak',
    group: 'web',
    vrid: 51,
    peer: 'vs1',
    reason: 'active-down',
    evidence,
    text: 'the sentence',
  });
});

test.each<Fact>([
  { type: 'becameActive', vrid: 51, reason: 'handover', evidence },
  { type: 'becameBackup', vrid: 51, reason: 'stalled', to: undefined },
  { type: 'becameBackup', vrid: 51, reason: 'not-heard-by-active', to: 'vs1' },
  { type: 'enteredFault', vrid: 51, reason: 'link-down', detail: 'eth0' },
  { type: 'handoverCalledOff', vrid: 51, to: 'vs1', id: 1 },
  { type: 'takeoverWithheld', vrid: 51 },
  { type: 'bothActive', vrid: 51, peer: 'vs1' },
  { type: 'peerLost', peer: 'vs1', lastHeardAgo: millis(300) },
])('people are told when service moved or lost its protection: $type $reason', (fact) => {
  expect(alertEventOf(fact, context)?.type).toBe(fact.type);
});

test('drift is told with what differed and what became of it', () => {
  expect(driftEvent(context, { differences: ['a is 1, should be 2'], isRepaired: false })).toMatchObject({
    type: 'rulesDrifted',
    group: null,
    reason: 'reported',
    differences: ['a is 1, should be 2'],
  });
});

test.each<Fact>([
  { type: 'becameActive', vrid: 51, reason: 'adopted', evidence },
  { type: 'becameBackup', vrid: 51, reason: 'started', to: undefined },
  { type: 'becameBackup', vrid: 51, reason: 'handed-over', to: 'vs1' },
  { type: 'handoverCompleted', vrid: 51, to: 'vs1', id: 1, took: millis(3) },
  { type: 'enteredMaintenance', vrid: 51 },
  { type: 'peerHeard', peer: 'vs1' },
  { type: 'stopped', vrid: 51, released: true },
])('people are not told what only the log wants: $type $reason', (fact) => {
  expect(alertEventOf(fact, context)).toBeUndefined();
});
