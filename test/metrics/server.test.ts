// The HTTP server of the metrics, over real sockets.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ListenAddress } from '../../src/config/config.ts';
import { type MetricsServerEvent, type MetricsServerLimits, startMetricsServer } from '../../src/metrics/server.ts';
import { eventually } from '../eventually.ts';

let folder: string;
let path: string;
let events: MetricsServerEvent[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vspair-metrics-'));
  path = join(folder, 'metrics.sock');
  events = [];
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const page = Buffer.from('# TYPE up gauge\nup 1\n');

interface Wishes {
  readonly listen?: ListenAddress;
  readonly page?: () => Promise<Buffer>;
  readonly limits?: Partial<MetricsServerLimits>;
}

/** Ends with the test. */
function start({ listen = { kind: 'unix', path }, page: made = () => Promise.resolve(page), limits = {} }: Wishes = {}): void {
  const report = (event: MetricsServerEvent): number => events.push(event);
  const server = startMetricsServer({ listen, page: made, report, limits });
  onTestFinished(() => server.close());
}

const listening = (): Promise<void> => eventually(() => events.map(({ type }) => type)).toContain('listening');

async function serving(wishes: Wishes = {}): Promise<void> {
  start(wishes);
  await listening();
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function ask(method: string, url: string, body?: string): Promise<Answer> {
  const headers = body === undefined ? {} : { 'content-length': body.length };
  const asked = request({ socketPath: path, method, path: url, agent: false, headers });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

/** Undefined when it is turned away. */
const askedStatus = (): Promise<number | undefined> =>
  ask('GET', '/metrics').then(
    ({ status }) => status,
    () => undefined,
  );

describe('the page', () => {
  test('is told as the text format of Prometheus', async () => {
    await serving();
    const answer = await ask('GET', '/metrics');
    expect(answer).toMatchObject({ status: 200, body: page.toString() });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'content-length': '21' });
  });

  test('is under its path whatever else is asked for with it', async () => {
    await serving();
    expect((await ask('GET', '/metrics?collect[]=all')).status).toBe(200);
  });

  test('has its head alone for who asks for no more', async () => {
    await serving();
    expect(await ask('HEAD', '/metrics')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '21' } });
  });

  test.each([
    ['another path', 'GET', '/', undefined, 404],
    ['a path below', 'GET', '/metrics/', undefined, 404],
    ['another method', 'POST', '/metrics', undefined, 405],
    ['a body', 'GET', '/metrics', 'collect=all', 400],
  ])('is not told for %s', async (_, method, url, body, status) => {
    let made = 0;
    await serving({ page: () => Promise.resolve(Buffer.from(String(++made))) });
    const answer = await ask(method, url, body);
    expect(answer).toMatchObject({ status, headers: { connection: 'close', ...(status === 405 ? { allow: 'GET, HEAD' } : {}) } });
    expect(made).toBe(0);
  });

  test('that cannot be made is refused for now, and that is told', async () => {
    await serving({ page: () => Promise.reject(new Error('the kernel is away')) });
    expect(await ask('GET', '/metrics')).toMatchObject({ status: 503, body: 'no metrics now: the kernel is away\n' });
    expect(events).toContainEqual({ type: 'scrapeFailed', detail: 'the kernel is away' });
  });

  test('that is never made is not waited for for ever', async () => {
    await serving({ page: () => Promise.withResolvers<never>().promise, limits: { answerMs: 20 } });
    expect(await ask('GET', '/metrics')).toMatchObject({ status: 503, body: 'no metrics now: no answer from the daemon in 20 ms\n' });
  });
});

describe('a reader', () => {
  const large = Buffer.alloc(8 * 1024 * 1024, 'x');

  /** Has asked, and takes nothing. */
  async function slowReader(): Promise<void> {
    const slow = connect(path);
    onTestFinished(() => void slow.destroy());
    slow.pause();
    await once(slow, 'connect');
    slow.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  }

  test('that takes nothing keeps nobody else from the page', async () => {
    await serving({ page: () => Promise.resolve(large) });
    for (let readers = 0; readers < 10; readers += 1) await slowReader();
    expect((await ask('GET', '/metrics')).body).toHaveLength(large.length);
  });

  test('that takes nothing makes room for others after a time', async () => {
    await serving({ page: () => Promise.resolve(large), limits: { connections: 1, answerMs: 50, readMs: 50 } });
    await slowReader();
    await eventually(askedStatus).toBe(200);
  });

  test('that never ends its request loses its connection too', async () => {
    await serving({ limits: { requestMs: 50 } });
    const slow = connect(path);
    slow.write('GET /metrics HTTP/1.1\r\n');
    expect(await text(slow)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('one too many is turned away, and comes in when there is room again', async () => {
    await serving({ limits: { connections: 1 } });
    const first = connect(path);
    await once(first, 'connect');
    expect(await text(connect(path)).catch(() => '')).toBe('');
    first.destroy();
    await eventually(askedStatus).toBe(200);
  });
});

describe('an address', () => {
  test('that is taken is told once, and tried again until it is free', async () => {
    const { server, port } = await takenPort();
    start({ listen: { kind: 'tcp', host: '127.0.0.1', port, isLoopback: true }, limits: { againMs: 20 } });
    await eventually(() => events).toEqual([
      { type: 'listenFailed', address: `127.0.0.1:${port}`, detail: expect.stringContaining('EADDRINUSE') as unknown },
    ]);
    server.close();
    await listening();
    expect(events.map(({ type }) => type)).toEqual(['listenFailed', 'listening']);
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toBe(page.toString());
  });

  test('of IPv6 is one too', async () => {
    const { server, port } = await takenPort('::1');
    server.close();
    await once(server, 'close');
    await serving({ listen: { kind: 'tcp', host: '::1', port, isLoopback: true } });
    expect(events).toEqual([{ type: 'listening', address: `[::1]:${port}` }]);
    expect((await fetch(`http://[::1]:${port}/metrics`)).status).toBe(200);
  });

  test('that a dead process left as a socket is taken over', async () => {
    await once(createServer().listen(path), 'listening');
    await serving();
    expect((await ask('GET', '/metrics')).status).toBe(200);
  });

  test('that is a file of another kind is left alone', async () => {
    writeFileSync(path, 'mine');
    start();
    await eventually(() => events.map(({ type }) => type)).toEqual(['listenFailed']);
  });

  test('that cannot be had keeps the daemon from ending no longer than one that can', async () => {
    const server = startMetricsServer({
      ...{ listen: { kind: 'unix', path: join(folder, 'nowhere/metrics.sock') }, page: () => Promise.resolve(page) },
      report: (event) => events.push(event),
    });
    await eventually(() => events.map(({ type }) => type)).toEqual(['listenFailed']);
    await server.close();
  });
});

async function takenPort(host = '127.0.0.1'): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port };
}
