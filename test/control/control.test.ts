import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectControl } from '../../src/control/client.ts';
import type { ControlShapes } from '../../src/control/protocol.ts';
import { type ControlServer, type ControlServerOptions, startControlServer } from '../../src/control/server.ts';
import { type Handlers, RpcRefusal } from '../../src/rpc/methods.ts';

let directory: string;
let socket: string;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-control-'));
  socket = join(directory, 'run', 'control.sock');
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

const text = (part: string): unknown => expect.stringContaining(part);
const forever = (): Promise<never> => Promise.withResolvers<never>().promise;

const handlers: Handlers<ControlShapes> = {
  status: () => {
    throw new Error('the status is out');
  },
  events: () => [],
  eventViews: () => [],
  eventsFollow: () => null,
  failover: ({ group, to }, call) => {
    call.progress('asking');
    return [{ group: group ?? 'all', outcome: { ok: true, detail: `to ${to ?? 'the fittest'}` } }];
  },
  reload: () => ({ ok: true, changes: [], warnings: [] }),
  maintenance: ({ on }) => {
    if (on) throw new RpcRefusal('refused', 'not now');
    return { ok: true, detail: 'off' };
  },
  alertsTest: () => [],
  rulesShow: () => null,
  rulesHistory: () => [],
  rulesTrouble: () => null,
  rulesPlanned: () => [],
  rulesApply: ({ expectedRevision }) => ({ ok: true, revision: (expectedRevision ?? 0) + 1, digest: 'd' }),
  rulesAwait: ({ revision, digest }) => ({ revision, digest, complete: true, directors: [] }),
};

async function serve(options: Partial<ControlServerOptions> = {}): Promise<ControlServer> {
  const server = await startControlServer({ socket, handlers, onFailure: () => undefined, ...options });
  ends.push(() => server.close());
  return server;
}

async function client() {
  const opened = await connectControl(socket);
  ends.push(() => opened.close());
  return opened;
}

/** A connection on which the test writes by hand. */
async function rawConnection(): Promise<{ readonly raw: Socket; readonly line: () => Promise<unknown> }> {
  const raw = connect(socket);
  ends.push(() => raw.destroy());
  await once(raw, 'connect');
  const lines = raw.setEncoding('utf8').iterator({ destroyOnReturn: false });
  return { raw, line: async (): Promise<unknown> => JSON.parse(String((await lines.next()).value)) };
}

/** However it ends. */
function closed(raw: Socket): Promise<boolean> {
  const { promise, resolve }: PromiseWithResolvers<boolean> = Promise.withResolvers();
  raw.on('error', () => undefined);
  raw.on('close', resolve);
  return promise;
}

test('a command is answered, its progress told before', async () => {
  await serve();
  const progress: unknown[] = [];
  const outcome = await (await client()).ask('failover', { group: 'web', to: 'vsbak' }, { onProgress: (value) => progress.push(value) });
  expect(outcome).toEqual([{ group: 'web', outcome: { ok: true, detail: 'to vsbak' } }]);
  expect(progress).toEqual(['asking']);
});

test('the socket can be opened by its owner and group only, in a directory that the server makes', async () => {
  await serve();
  expect((await stat(socket)).mode & 0o777).toBe(0o660);
});

test('a handler that refuses, and one that fails, reach the asker with the reason; only the failure is reported', async () => {
  const failures: string[] = [];
  await serve({ onFailure: (method, error) => failures.push(`${method}: ${String(error)}`) });
  const asker = await client();
  await expect(asker.ask('maintenance', { on: true })).rejects.toMatchObject({ code: 'VSP_REFUSED', message: text('not now') });
  await expect(asker.ask('status', {})).rejects.toMatchObject({ code: 'VSP_UNEXPECTED', message: text('the status is out') });
  expect(failures).toEqual(['status: Error: the status is out']);
});

test('a line that is no request is answered with an error, and the connection goes on', async () => {
  await serve();
  const { raw, line } = await rawConnection();
  raw.write('what?\n');
  expect(await line()).toEqual({ id: null, error: { code: 'malformed', message: 'not JSON' } });
  raw.write('{"id":1,"method":"rulesDrop"}\n');
  expect(await line()).toMatchObject({ id: 1, error: { code: 'unknown-method' } });
  raw.write('{"id":2,"method":"toString","params":{}}\n');
  expect(await line()).toMatchObject({ id: 2, error: { code: 'unknown-method' } });
  raw.write('{"id":3,"method":"maintenance","params":{"on":"yes"}}\n');
  expect(await line()).toMatchObject({ id: 3, error: { code: 'bad-params', message: text('on: ') } });
  raw.write('{"id":4,"method":"rulesShow","params":{}}\n');
  expect(await line()).toEqual({ id: 4, result: null });
});

test('a line over the limit is answered with an error and ends the connection', async () => {
  await serve({ limits: { lineBytes: 100 } });
  const { raw, line } = await rawConnection();
  raw.write('x'.repeat(101));
  expect(await line()).toMatchObject({ id: null, error: { code: 'too-long' } });
  await closed(raw);
});

test('requests over the limit of one connection are refused as busy', async () => {
  const blocked = Promise.withResolvers<null>();
  await serve({ limits: { calls: 1 }, handlers: { ...handlers, rulesShow: () => blocked.promise } });
  const { raw, line } = await rawConnection();
  raw.write('{"id":1,"method":"rulesShow","params":{}}\n{"id":2,"method":"rulesShow","params":{}}\n');
  expect(await line()).toMatchObject({ id: 2, error: { code: 'busy' } });
  blocked.resolve(null);
  expect(await line()).toEqual({ id: 1, result: null });
});

test('a client that never reads loses its own connection, and others are served meanwhile', async () => {
  const much = 'x'.repeat(1024 * 1024);
  await serve({
    limits: { unreadBytes: 2 * 1024 * 1024, calls: 100 },
    handlers: { ...handlers, failover: () => [{ group: much, outcome: { ok: true, detail: '' } }] },
  });
  const { raw } = await rawConnection();
  raw.pause();
  const lost = closed(raw);
  for (let id = 0; id < 8; id += 1) raw.write(`{"id":${id},"method":"failover","params":{}}\n`);
  expect(await (await client()).ask('maintenance', { on: false })).toEqual({ ok: true, detail: 'off' });
  raw.resume();
  await lost;
});

test('a handler learns by its signal that the asker is gone', async () => {
  const aborted: PromiseWithResolvers<void> = Promise.withResolvers();
  const started: PromiseWithResolvers<void> = Promise.withResolvers();
  await serve({
    handlers: {
      ...handlers,
      rulesShow: async (_params, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        started.resolve();
        await aborted.promise;
        return null;
      },
    },
  });
  const { raw } = await rawConnection();
  raw.write('{"id":1,"method":"rulesShow","params":{}}\n');
  await started.promise;
  raw.destroy();
  await aborted.promise;
});

test('an idle connection is closed, one with a request under way is not', async () => {
  const blocked = Promise.withResolvers<null>();
  await serve({ limits: { idleMs: 50 }, handlers: { ...handlers, rulesShow: () => blocked.promise } });
  const busy = (await client()).ask('rulesShow', {});
  const { raw } = await rawConnection();
  raw.resume();
  await closed(raw);
  blocked.resolve(null);
  expect(await busy).toBeNull();
});

test('a command gives up in time when the daemon does not answer', async () => {
  await serve({ handlers: { ...handlers, rulesShow: () => forever() } });
  await expect((await client()).ask('rulesShow', {}, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'VSP_DAEMON_NOT_REACHABLE',
    message: text('20 ms'),
  });
});

test('a daemon that ends while a command waits is told as unreachable', async () => {
  const asked: PromiseWithResolvers<void> = Promise.withResolvers();
  const server = await serve({
    handlers: {
      ...handlers,
      rulesShow: () => {
        asked.resolve();
        return forever();
      },
    },
  });
  const waiting = (await client()).ask('rulesShow', {});
  await Promise.all([
    expect(waiting).rejects.toMatchObject({ code: 'VSP_DAEMON_NOT_REACHABLE' }),
    asked.promise.then(() => server.close()),
  ]);
});

test('without a daemon the error names the socket and says so', async () => {
  await expect(connectControl(socket)).rejects.toMatchObject({
    code: 'VSP_DAEMON_NOT_REACHABLE',
    object: socket,
    message: text('no such socket'),
  });
});

test('the socket of a killed daemon is refused, then replaced by the next daemon', async () => {
  await killedDaemonAt(socket);
  await expect(connectControl(socket)).rejects.toMatchObject({ code: 'VSP_DAEMON_NOT_REACHABLE', message: text('nobody answers') });
  await serve();
  expect(await (await client()).ask('rulesShow', {})).toBeNull();
});

test('the socket of a living daemon is never replaced', async () => {
  await serve();
  await expect(startControlServer({ socket, handlers, onFailure: () => undefined })).rejects.toMatchObject({ code: 'VSP_ALREADY_RUNNING' });
  expect(await (await client()).ask('rulesShow', {})).toBeNull();
});

test('a file that is no socket is left where it is', async () => {
  const file = join(directory, 'precious');
  await writeFile(file, 'data');
  await expect(startControlServer({ socket: file, handlers, onFailure: () => undefined })).rejects.toMatchObject({ code: 'VSP_STATE_DIR' });
  expect((await stat(file)).isFile()).toBe(true);
});

test('closing removes the socket', async () => {
  await (await serve()).close();
  await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
});

async function killedDaemonAt(path: string): Promise<void> {
  const script = `const fs = require('fs'); fs.mkdirSync(require('path').dirname(process.argv[1]), { recursive: true });
    require('net').createServer().listen(process.argv[1], () => console.log('listening'));`;
  const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}
