import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Alerts, createAlerts } from '../../src/alerts/alerts.ts';
import type { ChannelReport } from '../../src/alerts/channelQueue.ts';
import type { AlertChannel, ChannelTerms, NotifyTarget, WebhookTarget } from '../../src/config/alertChannel.ts';
import { millis } from '../../src/core/types.ts';
import { openAlertsKeep } from '../../src/daemon/alertsKeep.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { alertsDelivered, alertsFailing } from '../../src/events/partDrafts.ts';
import { eventually } from '../eventually.ts';
import { anEvent, peerBack, peerLost, takeover } from './events.ts';
import { type Ends, type Request, webServer } from './receivers.ts';

let directory: string;
const ends: Ends = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-alerts-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

const terms: ChannelTerms = {
  name: undefined,
  events: undefined,
  severities: ['critical', 'warning', 'info'],
  repeat: millis(0),
  timeout: millis(15_000),
};

const webhook = (url: string, more: Partial<ChannelTerms & WebhookTarget> = {}): AlertChannel => ({
  ...terms,
  kind: 'webhook',
  url: { text: url },
  template: 'event',
  secretFile: undefined,
  tokenFile: undefined,
  ...more,
});

function opened(channels: readonly AlertChannel[], reports: ChannelReport[] = []): Alerts {
  const alerts = createAlerts({
    channels,
    openKeep: openAlertsKeep(directory, ({ detail }) => {
      throw new Error(detail);
    }),
    sendUnixDatagram: () => undefined,
    pauseAfter: () => 5,
    limit: 100,
    report: (report) => reports.push(report),
  });
  ends.push(() => alerts.close(0));
  return alerts;
}

const textsOf = (requests: readonly Request[]): string[] => requests.map(({ body }) => (JSON.parse(body) as DirectorEvent).text);

/** A receiver that fails as long as it is `down`. */
async function fickle(requests: Request[]): Promise<{ readonly url: string; down: boolean }> {
  const receiver = { url: '', down: true };
  const url = await webServer(ends, {
    requests,
    answer(response) {
      if (receiver.down) requests.pop();
      response.writeHead(receiver.down ? 503 : 204).end();
    },
  });
  return Object.assign(receiver, { url });
}

test('every channel tells every event, in order, and a stuck one holds up no other', async () => {
  const requests: Request[] = [];
  const alerts = opened([webhook(await webServer(ends, { answer: () => undefined })), webhook(await webServer(ends, { requests }))]);
  const events = [takeover(), peerLost(), peerBack()];
  for (const event of events) alerts.send(event);
  await eventually(() => textsOf(requests)).toEqual(events.map(({ text }) => text));
  await eventually(() => alerts.state()).toMatchObject([
    { delivered: 0, waiting: 3 },
    { delivered: 3, waiting: 0 },
  ]);
});

test('what a receiver missed during its outage is told in order after a restart, a trouble that is over included', async () => {
  const requests: Request[] = [];
  const receiver = await fickle(requests);
  const before = opened([webhook(receiver.url)]);
  for (const event of [peerLost(), peerBack(), takeover()]) before.send(event);
  await eventually(() => before.state()[0]).toMatchObject({ waiting: 3, trouble: 'HTTP status 503' });
  await before.close(0);
  receiver.down = false;
  opened([webhook(receiver.url)]);
  await eventually(() => textsOf(requests)).toEqual([peerLost().text, peerBack().text, takeover().text]);
});

test('what waits for one receiver is never sent to another that took its place in the list', async () => {
  const requests: Request[] = [];
  const before = opened([webhook(await webServer(ends, { answer: (response) => response.writeHead(503).end() }))]);
  before.send(takeover());
  await eventually(() => before.state()).toMatchObject([{ waiting: 1, unsaved: 0 }]);
  await before.close(0);
  const other = opened([webhook(await webServer(ends, { requests }))]);
  other.send(anEvent());
  await eventually(() => textsOf(requests)).toEqual(['a test']);
});

test('a channel tells its types and severities; the end of what it told is told whatever its severity', async () => {
  const requests: Request[] = [];
  const alerts = opened([webhook(await webServer(ends, { requests }), { severities: ['warning'], events: ['peerLost'] })]);
  for (const event of [takeover(), peerLost(), peerBack(), anEvent()]) alerts.send(event);
  await eventually(() => textsOf(requests)).toEqual([peerLost().text, peerBack().text]);
});

test('a channel that says nothing of types tells what moved the service or its protection, by the director whose event it is', async () => {
  const requests: Request[] = [];
  const alerts = opened([webhook(await webServer(ends, { requests }))]);
  const notForPeople = [
    anEvent({ type: 'daemonStarted', text: 'started' }),
    { ...takeover(), reason: 'seen', text: 'as the other director saw it' },
    anEvent({ type: 'handover', reason: 'given', text: 'the part of the giver' }),
  ];
  for (const event of [...notForPeople, takeover()]) alerts.send(event);
  await eventually(() => textsOf(requests)).toEqual([takeover().text]);
});

test('what the other director tells is not told by this one, also where its type is asked for', async () => {
  const requests: Request[] = [];
  const alerts = opened([webhook(await webServer(ends, { requests }), { events: ['takeover'] })]);
  for (const event of [{ ...takeover(), reason: 'seen', text: 'as the other director saw it' }, takeover()]) alerts.send(event);
  await eventually(() => textsOf(requests)).toEqual([takeover().text]);
});

test('a trouble that comes back within the quiet time is not told, also not after a restart', async () => {
  const requests: Request[] = [];
  const quiet = webhook(await webServer(ends, { requests }), { repeat: millis(1_800_000) });
  const before = opened([quiet]);
  for (const event of [peerLost('first'), peerBack(), peerLost('again')]) before.send(event);
  await eventually(() => textsOf(requests)).toEqual(['first', 'vs1 is heard']);
  // Cut off it would be told again: at least once.
  await before.close(10_000);
  const after = opened([quiet]);
  for (const event of [peerBack(), peerLost('after a restart'), anEvent({ text: 'the last' })]) after.send(event);
  await eventually(() => textsOf(requests)).toEqual(['first', 'vs1 is heard', 'the last']);
});

test('a trouble that is back and stays is told when the quiet time is over', async () => {
  const requests: Request[] = [];
  const alerts = opened([webhook(await webServer(ends, { requests }), { repeat: millis(300) })]);
  for (const event of [peerLost('first'), peerBack(), peerLost('stays')]) alerts.send(event);
  await eventually(() => textsOf(requests)).toEqual(['first', 'vs1 is heard', 'stays']);
});

test('that a channel fails is told by the others, and not by itself', async () => {
  const requests: Request[] = [];
  const alerts = opened([
    webhook(await webServer(ends, { answer: (response) => response.writeHead(503).end() }), { name: 'pager' }),
    webhook(await webServer(ends, { requests }), { name: 'chat' }),
  ]);
  alerts.send(anEvent(alertsFailing('pager', 'pager fails')));
  alerts.send(anEvent(alertsDelivered('pager', 'pager works')));
  await eventually(() => textsOf(requests)).toEqual(['pager fails', 'pager works']);
  expect(alerts.state()[0]).toMatchObject({ name: 'pager', waiting: 0, failed: 0 });
});

test('trying out makes one attempt on each channel, or on the one of a name or place, and tells its outcome', async () => {
  const alerts = opened([
    webhook(await webServer(ends), { name: 'chat' }),
    webhook(await webServer(ends, { answer: (response) => response.writeHead(500).end() })),
  ]);
  const works = { channel: 'chat', delivery: { ok: true } };
  const fails = {
    channel: expect.stringMatching(/^alerts\[1\] webhook 127.0.0.1:\d+$/) as unknown,
    delivery: { detail: 'HTTP status 500' },
  };
  expect(await alerts.tryOut(anEvent())).toMatchObject([works, fails]);
  expect(await alerts.tryOut(anEvent(), 'chat')).toMatchObject([works]);
  expect(await alerts.tryOut(anEvent(), '1')).toMatchObject([fails]);
  expect(await alerts.tryOut(anEvent(), 'pager')).toBeUndefined();
  expect(alerts.state()).toMatchObject([{ delivered: 0 }, { failed: 0 }]);
});

test('no name, report or file holds the path of a URL, which is often its password', async () => {
  const reports: ChannelReport[] = [];
  const origin = await webServer(ends, { answer: (response) => response.writeHead(404).end() });
  const alerts = opened([webhook(`${origin}/services/T0KEN`, { template: 'slack' })], reports);
  alerts.send(takeover());
  await eventually(() => reports).toMatchObject([{ type: 'failed', detail: 'HTTP status 404' }]);
  const files = (await readdir(directory, { recursive: true })).join('\n');
  expect(JSON.stringify([reports, alerts.state(), files])).not.toContain('T0KEN');
  expect(alerts.state()[0]?.name).toBe(`alerts[0] slack ${new URL(origin).host}`);
});

test('scripts for keepalived are told of states, one after the other; trying them out only looks whether they can be run', async () => {
  const [script, out] = [join(directory, 'notify.sh'), join(directory, 'out')];
  const target: NotifyTarget = {
    kind: 'notify',
    type: 'INSTANCE',
    script: [script],
    of: { MASTER: undefined, BACKUP: undefined, FAULT: undefined, STOP: undefined },
  };
  const alerts = opened([{ ...terms, ...target }]);
  expect(await alerts.tryOut(anEvent())).toMatchObject([
    { delivery: { ok: false, detail: `${script} cannot be run: there is no such file or directory` } },
  ]);
  await writeFile(script, `#!/bin/sh\necho "$@" >> ${out}\n`);
  await chmod(script, 0o755);
  expect(await alerts.tryOut(anEvent())).toMatchObject([{ channel: `alerts[0] notify ${script}`, delivery: { ok: true } }]);
  alerts.send(takeover());
  for (const state of ['BACKUP', 'MASTER'] as const) alerts.noteState({ group: 'web', state, priority: 100 });
  await eventually(() => readFile(out, 'utf8').catch(() => '')).toBe('INSTANCE web BACKUP 100\nINSTANCE web MASTER 100\n');
});
