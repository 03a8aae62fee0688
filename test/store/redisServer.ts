// A real redis-server on a free port of the loopback, which can be killed, frozen and started again in its place.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { serverProgram } from '../lab/redis.ts';

export interface RedisServer {
  readonly port: number;
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
  /** Other options of its command line: '--maxmemory', '2mb'. */
  readonly options?: readonly string[];
  /** What the file of a sentinel says; then it is one. */
  readonly sentinel?: string;
  /** It speaks TLS only, and asks its clients for a certificate of this authority. */
  readonly tls?: Certificate;
}

/** Paths of PEM files. */
export interface Certificate {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export async function redisServer(wishes: RedisServerOptions = {}): Promise<RedisServer> {
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
    const file = join(directory, 'sentinel.conf');
    if (wishes.sentinel !== undefined) await writeFile(file, wishes.sentinel);
    const sentinel = wishes.sentinel === undefined ? [] : [file, '--sentinel'];
    const args = [...sentinel, '--port', String(port), '--bind', '127.0.0.1', '--dir', directory, ...optionsOf(wishes, port)];
    child = spawn(serverProgram(directory), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await said(child, wishes.sentinel === undefined ? 'Ready to accept connections' : 'Sentinel ID is');
  };

  await start();
  return {
    port,
    start,
    kill,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    client() {
      const client = new Redis(port, '127.0.0.1', {
        ...(wishes.password === undefined ? {} : { password: wishes.password }),
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
  readonly port: number;
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
    port: portOf(relay),
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

function optionsOf({ password, persistent = false, options = [], sentinel, tls }: RedisServerOptions, port: number): readonly string[] {
  if (sentinel !== undefined) return options;
  const store = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const secret = password === undefined ? [] : ['--requirepass', password];
  return ['--save', '', ...store, ...secret, ...(tls === undefined ? [] : tlsOptions(tls, port)), ...options];
}

function tlsOptions({ ca, certificate, key }: Certificate, port: number): readonly string[] {
  const files = ['--tls-ca-cert-file', ca, '--tls-cert-file', certificate, '--tls-key-file', key];
  return ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'yes', ...files];
}

async function said(child: ChildProcess, text: string): Promise<void> {
  if (child.stdout === null) throw new Error('redis-server has no output');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (line.includes(text)) break;
  }
  child.stdout.resume();
}

export async function freePort(): Promise<number> {
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
