// A real redis-server on a free port of the loopback, which can be killed, frozen and started again in its place.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { serverProgram } from '../lab/redis.ts';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** With nothing in it, unless `persistent`. */
  start(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** A client of the test's own. */
  client(): Redis;
  /** Ends it and removes its files. */
  dispose(): Promise<void>;
}

export interface RedisServerOptions {
  readonly password?: string;
  readonly persistent?: boolean;
}

export async function redisServer({ password, persistent = false }: RedisServerOptions = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'vspair-redis-'));
  const port = await freePort();
  const clients: Redis[] = [];
  let child: ChildProcess | undefined;

  const kill = async (): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined) return;
    ending.kill('SIGKILL');
    if (ending.exitCode === null && ending.signalCode === null) await once(ending, 'exit');
  };

  const start = async (): Promise<void> => {
    const store = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
    const secret = password === undefined ? [] : ['--requirepass', password];
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', ...store, ...secret];
    child = spawn(serverProgram(directory), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await said(child, 'Ready to accept connections');
  };

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}/0`,
    start,
    kill,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    client() {
      const client = new Redis(port, '127.0.0.1', {
        ...(password === undefined ? {} : { password }),
        protocol: 2,
        retryStrategy: () => null,
      });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    async dispose() {
      for (const client of clients) client.disconnect();
      await kill();
      await rm(directory, { recursive: true });
    },
  };
}

export interface Cable {
  readonly url: string;
  /** Connections that were made through it so far. */
  opened(): number;
  /** From now on nothing passes on the connections that are there, and neither side is told; new ones work. */
  cut(): void;
  pull(): void;
}

/** A way to the server on which connections can die without a word, as behind a cut cable. */
export async function cableTo(server: RedisServer): Promise<Cable> {
  const ends = new Set<Socket>();
  let opened = 0;
  const relay = createServer((near) => {
    opened += 1;
    const far = connect(server.port, '127.0.0.1');
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => end.destroy());
    }
    near.pipe(far).pipe(near);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    url: `redis://127.0.0.1:${portOf(relay)}/0`,
    opened: () => opened,
    cut() {
      for (const end of ends) end.unpipe().pause();
    },
    pull() {
      for (const end of ends) end.destroy();
      relay.close();
    },
  };
}

async function said(child: ChildProcess, text: string): Promise<void> {
  if (child.stdout === null) throw new Error('redis-server has no output');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (line.includes(text)) break;
  }
  child.stdout.resume();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
