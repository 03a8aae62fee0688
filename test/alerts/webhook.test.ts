import { createHmac } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery } from '../../src/alerts/delivery.ts';
import { deliverByWebhook } from '../../src/alerts/webhook.ts';
import type { WebhookTarget, WebhookTemplate } from '../../src/config/alertChannel.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { authority } from '../store/certificates.ts';
import { peerBack, peerLost, takeover } from './events.ts';
import { type Ends, type Request, webServer } from './receivers.ts';

let directory: string;
const ends: Ends = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-webhook-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

const target = (url: string, more: Partial<WebhookTarget> = {}): WebhookTarget => ({
  kind: 'webhook',
  url: { text: url },
  template: 'event',
  secretFile: undefined,
  tokenFile: undefined,
  ...more,
});

async function secretFile(name: string, text: string, mode = 0o600): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

const sent = (to: WebhookTarget, event: DirectorEvent, timeoutMs = 15_000): Promise<Delivery> =>
  deliverByWebhook(to, timeoutMs)(event, new AbortController().signal);

/** What a receiver with this template gets. */
async function received(
  template: WebhookTemplate,
  event: DirectorEvent,
  more: Partial<WebhookTarget> = {},
): Promise<Request & { readonly json: unknown }> {
  const requests: Request[] = [];
  const origin = await webServer(ends, { requests });
  expect(await sent(target(`${origin}/hook/topic`, { template, ...more }), event)).toEqual({ ok: true });
  const [request] = requests;
  if (request === undefined) throw new Error('no request came');
  return { ...request, json: JSON.parse(request.body) };
}

test('without a template a receiver gets the event itself as JSON, with its id against doubles', async () => {
  const event = takeover();
  const { method, url, headers, json } = await received('event', event);
  expect({ method, url, json }).toEqual({ method: 'POST', url: '/hook/topic', json: event });
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': event.id });
  expect(headers).not.toHaveProperty('webhook-signature');
});

test('a signed request carries id, time and the HMAC-SHA256 over both and the body, as Standard Webhooks has it', async () => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef');
  const event = takeover();
  const { headers, body } = await received('event', event, { secretFile: await secretFile('hook', `whsec_${key.toString('base64')}\n`) });
  const seconds = Number(headers['webhook-timestamp']);
  expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60);
  const signature = createHmac('sha256', key).update(`${event.id}.${seconds}.${body}`).digest('base64');
  expect(headers).toMatchObject({ 'webhook-id': event.id, 'webhook-signature': `v1,${signature}` });
});

test('a secret that is no whsec_ is the key as it is written', async () => {
  const { headers, body } = await received('event', peerLost(), { secretFile: await secretFile('hook', 'correct horse\n') });
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', 'correct horse').update(signed).digest('base64')}`);
});

test('a URL and a token from files: neither they nor the path of a URL appear in any text', async () => {
  const requests: Request[] = [];
  const origin = await webServer(ends, { requests, answer: (response) => response.writeHead(500).end() });
  const urlFile = await secretFile('url', `${origin}/services/T0KEN\n`);
  const tokenFile = await secretFile('token', 'tk_hunter2\n');
  const delivery = await sent(target('', { url: { file: urlFile }, tokenFile }), takeover());
  expect(requests).toMatchObject([{ url: '/services/T0KEN', headers: { authorization: 'Bearer tk_hunter2' } }]);
  expect(delivery).toMatchObject({ ok: false, again: true, detail: 'HTTP status 500' });
  await writeFile(urlFile, 'slack.example/services/T0KEN');
  expect(await sent(target('', { url: { file: urlFile } }), takeover())).toMatchObject({
    ok: false,
    detail: `${urlFile} holds no URL http://... or https://...`,
  });
});

test('a user and a password in a URL travel in the header', async () => {
  const requests: Request[] = [];
  const origin = await webServer(ends, { requests });
  await sent(target(origin.replace('http://', 'http://user:p%40ss@')), takeover());
  expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
});

test.for<[string, string, number, string]>([
  ['that everybody can read', 'x', 0o644, 'its mode is 0644, so that everybody has access'],
  ['that is empty', ' \n', 0o600, 'it is empty'],
])('a secret file %s is refused by name, and tried again', async ([, text, mode, detail]) => {
  const file = await secretFile('secret', text, mode);
  expect(await sent(target('http://127.0.0.1:1', { secretFile: file }), takeover())).toEqual({
    ok: false,
    again: true,
    detail: `${file}: cannot read the secret: ${detail}`,
  });
});

test.each([
  [503, true],
  [429, true],
  [404, false],
  [302, false],
])('HTTP status %i: tried again: %s', async (status, again) => {
  const origin = await webServer(ends, { answer: (response) => response.writeHead(status, { location: '/elsewhere' }).end() });
  expect(await sent(target(origin), takeover())).toMatchObject({ ok: false, again, detail: `HTTP status ${status}` });
});

test('a receiver that says when to come again is not asked before', async () => {
  const origin = await webServer(ends, { answer: (response) => response.writeHead(429, { 'retry-after': '7' }).end() });
  expect(await sent(target(origin), takeover())).toMatchObject({ again: true, notBeforeMs: 7000 });
});

test('a receiver that does not answer, or is not there, is a failure with its reason', async () => {
  const silent = await webServer(ends, { answer: () => undefined });
  expect(await sent(target(silent), takeover(), 50)).toMatchObject({ again: true, detail: 'no answer within 50 ms' });
  await ends.pop()?.();
  expect(await sent(target(silent), takeover())).toMatchObject({ again: true, detail: expect.stringContaining('ECONNREFUSED') as unknown });
});

test('a receiver whose certificate nobody vouches for gets nothing', async () => {
  const requests: Request[] = [];
  const ca = await authority(directory);
  const origin = await webServer(ends, { requests, tls: await ca.issue('ops.example') });
  expect(await sent(target(origin), takeover())).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/certificate|issuer/) as unknown,
  });
  expect(requests).toEqual([]);
});

test('Slack gets blocks beside a bar in the colour of the severity, with its special characters escaped', async () => {
  const { json } = await received('slack', { ...takeover(), text: 'a < b & <!channel>' });
  expect(json).toMatchObject({
    text: 'WARNING: shop on vsbak (cluster web): a &lt; b &amp; &lt;!channel&gt;',
    attachments: [{ color: '#f5a623', blocks: [{ type: 'section' }, { type: 'context' }] }],
  });
  expect(JSON.stringify(json)).toContain('*Group* shop');
});

test('Mattermost gets an attachment with fields', async () => {
  const { json } = await received('mattermost', takeover());
  const title = 'WARNING: shop on vsbak (cluster web)';
  expect(json).toMatchObject({ attachments: [{ title, text: takeover().text, color: '#f5a623' }] });
  expect(JSON.stringify(json)).toContain('{"title":"Peer","value":"vs1","short":true}');
});

test('Discord gets an embed that mentions nobody', async () => {
  const { json } = await received('discord', takeover());
  expect(json).toMatchObject({
    allowed_mentions: { parse: [] },
    embeds: [{ color: 0xf5_a6_23, timestamp: '2026-11-06T09:04:05.678Z', description: takeover().text }],
  });
});

test('Teams gets an adaptive card, which Workflows take', async () => {
  const { json } = await received('teams', takeover());
  expect(json).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: { type: 'AdaptiveCard', body: [{ type: 'Container', style: 'warning' }, { text: takeover().text }, { type: 'FactSet' }] },
      },
    ],
  });
});

test('PagerDuty gets an incident under the key of the trouble, and its end by the same key', async () => {
  const tokenFile = await secretFile('key', 'R0UT1NG\n');
  const begun = await received('pagerduty', peerLost(), { tokenFile });
  const about = { routing_key: 'R0UT1NG', dedup_key: 'vspair/web/vsbak/peer:vs1' };
  expect(begun.json).toMatchObject({
    ...about,
    event_action: 'trigger',
    payload: { summary: 'web vsbak: vs1 not heard for 312 ms', source: 'vsbak', severity: 'warning', class: 'peerLost' },
  });
  expect(begun.headers).not.toHaveProperty('authorization');
  expect((await received('pagerduty', peerBack(), { tokenFile })).json).toEqual({ ...about, event_action: 'resolve' });
});

test('what just happened is an incident of its own to PagerDuty', async () => {
  const event = takeover();
  const { json } = await received('pagerduty', event, { tokenFile: await secretFile('key', 'R0UT1NG') });
  expect(json).toMatchObject({ event_action: 'trigger', dedup_key: `vspair/web/${event.id}` });
});

test('ntfy gets a message for the topic that the URL ends with', async () => {
  const { url, json } = await received('ntfy', takeover());
  expect({ url, json }).toEqual({
    url: '/hook/',
    json: {
      topic: 'topic',
      title: 'WARNING: shop on vsbak (cluster web)',
      message: takeover().text,
      priority: 4,
      tags: ['warning', 'vspair'],
    },
  });
});

test.for<[WebhookTemplate, string]>([
  ['slack', '#2ea043'],
  ['mattermost', '#2ea043'],
  ['discord', '3055683'],
  ['teams', '"good"'],
  ['ntfy', 'white_check_mark'],
])('a trouble that is over is RECOVERED, in green: %s', async ([template, green]) => {
  const { body } = await received(template, peerBack());
  expect(body).toContain('RECOVERED');
  expect(body).toContain(green);
});
