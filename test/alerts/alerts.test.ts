import { EventEmitter, once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Alerts, createAlerts } from '../../src/alerts/alerts.ts';
import type { ChannelReport } from '../../src/alerts/channelQueue.ts';
import type { AlertChannel } from '../../src/config/config.ts';
import { millis } from '../../src/core/types.ts';
import { eventOf } from '../../src/events/draft.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { eventually } from '../eventually.ts';

let directory: string;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-alerts-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

const event = (text = 'a test'): DirectorEvent => eventOf({ type: 'test', text }, { cluster: 'web', node: 'vs1', groups: new Map() });

async function program(body: string, timeoutMs = 15_000): Promise<AlertChannel> {
  const command = join(directory, `program-${ends.length}`);
  await writeFile(command, `#!/bin/sh\n${body}\n`);
  await chmod(command, 0o755);
  return { kind: 'exec', command, timeout: millis(timeoutMs) };
}

async function receiver(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  path = '',
): Promise<AlertChannel & { readonly kind: 'webhook' }> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { kind: 'webhook', url: `http://127.0.0.1:${address.port}${path}`, timeout: millis(15_000) };
}

interface Watched {
  readonly alerts: Alerts;
  readonly reports: ChannelReport[];
  readonly next: () => Promise<ChannelReport>;
}

function watched(
  channels: readonly AlertChannel[],
  options: { readonly againAfterMs?: readonly number[]; readonly limit?: number } = {},
): Watched {
  const reports: ChannelReport[] = [];
  const arrivals = new EventEmitter();
  const report = (one: ChannelReport): void => {
    reports.push(one);
    arrivals.emit('report');
  };
  const alerts = createAlerts({ channels, report, againAfterMs: [1, 1], ...options });
  ends.push(() => alerts.close(0));
  let taken = 0;
  return {
    alerts,
    reports,
    async next() {
      for (;;) {
        const found = reports[taken];
        if (found !== undefined) {
          taken += 1;
          return found;
        }
        await once(arrivals, 'report');
      }
    },
  };
}

async function told(channel: AlertChannel, sent = event()): Promise<{ readonly report: ChannelReport; readonly alerts: Alerts }> {
  const { alerts, next } = watched([channel]);
  alerts.send(sent);
  return { report: await next(), alerts };
}

test('a program gets the event in its environment and as JSON on its input, and nothing of the daemon’s environment', async () => {
  process.env['SOME_PASSWORD'] = 'hunter2';
  const out = join(directory, 'out');
  const sent = event('vs1 not heard; "took over" $(reboot)');
  const { report } = await told(await program(`cat > ${out}; env >> ${out}`), sent);
  delete process.env['SOME_PASSWORD'];
  expect(report).toMatchObject({ type: 'delivered', attempts: 1 });
  const [input = '', ...environment] = (await readFile(out, 'utf8')).split('\n');
  expect(JSON.parse(input)).toEqual(sent);
  expect(environment).toEqual(
    expect.arrayContaining([
      `VSPAIR_TEXT=${sent.text}`,
      'VSPAIR_TYPE=test',
      'VSPAIR_NODE=vs1',
      'VSPAIR_CLUSTER=web',
      `VSPAIR_ID=${sent.id}`,
    ]),
  );
  expect(environment.join()).not.toContain('hunter2');
  expect(environment.join()).not.toContain('VSPAIR_PEER');
});

test('a program that fails is tried again a few times, then counted with the last of what it said', async () => {
  const { report, alerts } = await told(await program(`yes | head -c 5000; echo 'no modem' >&2; exit 3`));
  expect(report).toMatchObject({ type: 'failed', attempts: 3, detail: expect.stringMatching(/^exit code 3: y.*no modem$/s) as unknown });
  expect(report.type === 'failed' && report.detail.length).toBeLessThan(2100);
  expect(alerts.state()).toMatchObject({ delivered: 0, failed: 1, lastFailure: expect.stringContaining('no modem') as unknown });
});

test('a program that is not there is not tried again', async () => {
  const { report } = await told({ kind: 'exec', command: join(directory, 'nothing'), timeout: millis(15_000) });
  expect(report).toMatchObject({ type: 'failed', attempts: 1, detail: expect.stringContaining('ENOENT') as unknown });
});

test('a program that takes too long is killed with everything that it started', async () => {
  const pids = join(directory, 'pids');
  const channel = await program(`sleep 600 & echo $! > ${pids}; echo $$ >> ${pids}; wait`, 2000);
  const { alerts, next } = watched([channel], { againAfterMs: [] });
  alerts.send(event());
  expect(await next()).toMatchObject({ type: 'failed', detail: 'killed: not done within 2000 ms' });
  const started = (await readFile(pids, 'utf8')).trim().split('\n').map(Number);
  expect(started).toHaveLength(2);
  await eventually(() => Promise.all(started.map(isRunning))).toEqual([false, false]);
});

test('a program that leaves something running behind it is done when it ends itself', async () => {
  const pid = join(directory, 'pid');
  const { report } = await told(await program(`sleep 600 & echo $! > ${pid}`));
  process.kill(Number(await readFile(pid, 'utf8')), 'SIGKILL');
  expect(report).toMatchObject({ type: 'delivered' });
});

test('a program that does not read its input is no failure', async () => {
  const { report } = await told(await program('exec 0<&-; exit 0'), event('x'.repeat(200_000)));
  // A text of this length does not fit an environment variable: the system refuses to start the program.
  expect(report).toMatchObject({ type: 'failed', detail: expect.stringContaining('E2BIG') as unknown });
  expect((await told(await program('exec 0<&-; exit 0'))).report).toMatchObject({ type: 'delivered' });
});

test('a webhook gets the event as JSON by POST', async () => {
  const got: PromiseWithResolvers<{ method: unknown; headers: unknown; body: unknown }> = Promise.withResolvers();
  const channel = await receiver(async (request, response) => {
    got.resolve({ method: request.method, headers: request.headers, body: await json(request) });
    response.writeHead(204).end();
  });
  const sent = event();
  const { report } = await told(channel, sent);
  expect(report).toMatchObject({ type: 'delivered', attempts: 1 });
  expect(await got.promise).toMatchObject({
    method: 'POST',
    body: sent,
    headers: { 'content-type': 'application/json', 'idempotency-key': sent.id },
  });
});

test('a user and a password in the URL travel in the header, and neither they nor the path appear in any text', async () => {
  let authorization: string | undefined;
  const { url } = await receiver((request, response) => {
    authorization = request.headers.authorization;
    response.writeHead(500).end();
  }, '/services/T0KEN');
  const { report, alerts } = await told({ kind: 'webhook', url: url.replace('http://', 'http://user:p%40ss@'), timeout: millis(15_000) });
  expect(authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  expect(JSON.stringify([report, alerts.state()])).not.toMatch(/p@ss|p%40ss|T0KEN/);
});

test.each([
  [503, 3],
  [429, 3],
  [404, 1],
  [302, 1],
])('HTTP status %i: %i attempts', async (status, attempts) => {
  const { report } = await told(await receiver((_request, response) => response.writeHead(status, { location: '/elsewhere' }).end()));
  expect(report).toMatchObject({ type: 'failed', attempts, detail: `HTTP status ${status}` });
});

test('a receiver that fails once gets the event at the second attempt', async () => {
  const statuses = [500, 200];
  const { report, alerts } = await told(await receiver((_request, response) => response.writeHead(statuses.shift() ?? 200).end()));
  expect(report).toMatchObject({ type: 'delivered', attempts: 2 });
  expect(alerts.state()).toMatchObject({ delivered: 1, failed: 0, lastFailure: undefined });
});

test('a receiver that does not answer, or is not there, is a failure with its reason', async () => {
  const silent = { ...(await receiver(() => undefined)), timeout: millis(50) };
  expect((await told(silent)).report).toMatchObject({ type: 'failed', attempts: 3, detail: 'no answer within 50 ms' });
  const gone = await receiver(() => undefined);
  await ends.pop()?.();
  expect((await told(gone)).report).toMatchObject({ type: 'failed', detail: expect.stringContaining('ECONNREFUSED') as unknown });
});

test('the events of a channel arrive in order, one after the other, and a stuck channel holds up no other', async () => {
  const texts: string[] = [];
  let atOnce = 0;
  const slow = await receiver(async (request, response) => {
    atOnce += 1;
    expect(atOnce).toBe(1);
    texts.push(((await json(request)) as DirectorEvent).text);
    atOnce -= 1;
    response.end();
  });
  const { alerts, next } = watched([await receiver(() => undefined), slow]);
  for (const text of ['one', 'two', 'three']) alerts.send(event(text));
  for (let count = 0; count < 3; count += 1) expect(await next()).toMatchObject({ type: 'delivered' });
  expect(texts).toEqual(['one', 'two', 'three']);
});

test('more events than the bound push out the oldest that wait, and each is counted', async () => {
  const { alerts, reports } = watched([await receiver(() => undefined)], { limit: 2 });
  for (const text of ['under way', 'one', 'two', 'three']) alerts.send(event(text));
  expect(reports).toMatchObject([{ type: 'failed', event: { text: 'one' }, attempts: 0, detail: 'more than 2 alerts wait' }]);
  expect(alerts.state()).toMatchObject({ failed: 1, channels: [{ waiting: 3 }] });
});

test('the end waits for what is under way, then gives up the rest and counts it', async () => {
  const started: PromiseWithResolvers<() => unknown> = Promise.withResolvers();
  const { alerts, reports } = watched([await receiver((_request, response) => started.resolve(() => response.end()))]);
  alerts.send(event('under way'));
  const finish = await started.promise;
  const closed = alerts.close(60_000);
  finish();
  await closed;
  expect(reports).toMatchObject([{ type: 'delivered' }]);

  const stuck = watched([await receiver(() => undefined)]);
  for (const text of ['stuck', 'waiting']) stuck.alerts.send(event(text));
  await stuck.alerts.close(10);
  expect(stuck.reports).toMatchObject([
    { type: 'failed', event: { text: 'stuck' } },
    { type: 'failed', event: { text: 'waiting' }, detail: 'the daemon ended before it was told' },
  ]);
});

test('trying the channels out makes one attempt on each and tells its outcome', async () => {
  const { alerts } = watched([await program('exit 0'), await receiver((_request, response) => response.writeHead(500).end())]);
  expect(await alerts.tryOut(event())).toMatchObject([
    { channel: expect.stringMatching(/^alerts\[0\] exec \//) as unknown, delivery: { ok: true } },
    {
      channel: expect.stringMatching(/^alerts\[1\] webhook http:\/\/127.0.0.1:\d+$/) as unknown,
      delivery: { ok: false, detail: 'HTTP status 500' },
    },
  ]);
  expect(alerts.state()).toMatchObject({ delivered: 0, failed: 0 });
});

/** A killed process that nobody has waited for is a zombie: it runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !/\) [ZX]/.test(status);
}
