import { expect, test } from 'vitest';
import type { ChannelReport } from '../../src/alerts/channelQueue.ts';
import type { StateChange } from '../../src/alerts/notify.ts';
import { parseConfig } from '../../src/config/load.ts';
import { type Fact, millis } from '../../src/core/types.ts';
import { alertsStatus, stateWatch } from '../../src/daemon/alerting.ts';
import { alertDraft } from '../../src/daemon/eventDrafts.ts';
import { sample } from '../config/sample.ts';

const evidence = { active: 'vs1', lastHeardAgo: millis(300), activeDownInterval: millis(360), late: millis(0) };

function statesAfter(facts: readonly Fact[]): string[] {
  const read = parseConfig(sample, 'c.yaml');
  const node = read.ok ? read.config.directors.find(({ name }) => name === 'vs1') : undefined;
  if (!read.ok || node === undefined) throw new Error('the sample is not valid');
  const changes: StateChange[] = [];
  const specs = new Map(read.config.groups.map((group) => [group.vrid, group]));
  const note = stateWatch({ specs, node }, { noteState: (change) => changes.push(change) });
  for (const fact of facts) note(fact);
  return changes.map(({ group, state, priority }) => `${group} ${state} ${priority}`);
}

test('keepalived’s scripts are told of each state once, with the priority of this director in the group', () => {
  const facts: readonly Fact[] = [
    { type: 'becameBackup', vrid: 51, reason: 'started', to: undefined },
    { type: 'becameBackup', vrid: 52, reason: 'started', to: undefined },
    { type: 'becameActive', vrid: 51, reason: 'active-down', evidence },
    { type: 'bothActive', vrid: 51, peer: 'vsbak' },
    { type: 'enteredFault', vrid: 51, reason: 'link-down', detail: 'eth0' },
    { type: 'becameBackup', vrid: 51, reason: 'recovered', to: undefined },
    { type: 'enteredMaintenance', vrid: 51 },
    { type: 'stopped', vrid: 51, released: true },
  ];
  expect(statesAfter(facts)).toEqual([
    'web BACKUP 150',
    'six BACKUP 50',
    'web MASTER 150',
    'web FAULT 150',
    'web BACKUP 150',
    'web STOP 150',
  ]);
});

test('a restart in place is no stop: the group is still this director’s', () => {
  expect(statesAfter([{ type: 'stopped', vrid: 51, released: false }])).toEqual([]);
});

const about = { channel: 'pager', event: { id: 'id', text: 'vs1 not heard' } };
const delayed = (attempts: number): ChannelReport => ({ ...about, type: 'delayed', attempts, detail: 'HTTP status 503' });

test('a channel fails in the eyes of the others with the third attempt or the first that is final, until it delivers', () => {
  expect([1, 2].map((attempts) => alertDraft(delayed(attempts)))).toEqual([undefined, undefined]);
  const begun = { type: 'alertsFailing', trouble: { key: 'alerts:pager', isOver: false } };
  expect(alertDraft(delayed(3))).toMatchObject({ ...begun, text: 'pager: not delivered yet: HTTP status 503: vs1 not heard' });
  expect(alertDraft({ ...about, type: 'failed', attempts: 1, detail: 'HTTP status 404' })).toMatchObject(begun);
  expect(alertDraft({ ...about, type: 'delivered', attempts: 4 })).toMatchObject({
    type: 'alertsDelivered',
    trouble: { key: 'alerts:pager', isOver: true },
  });
});

test('the status adds the channels up and names one that fails', () => {
  const channel = { name: 'chat', delivered: 3, failed: 0, waiting: 0, unsaved: 0, trouble: undefined };
  const failing = { ...channel, name: 'pager', failed: 1, waiting: 2, trouble: 'exit code 3' };
  expect(alertsStatus([failing, channel])).toEqual({
    delivered: 6,
    failed: 1,
    waiting: 2,
    lastFailure: 'pager: exit code 3',
    channels: [failing, channel],
  });
  expect(alertsStatus([channel]).lastFailure).toBeUndefined();
});
