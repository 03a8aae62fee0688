// Directors' stores on a real Redis, and what the tests do with them.
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import type { RedisState } from '../../src/config/config.ts';
import { millis } from '../../src/core/types.ts';
import type { RulesDocument, RulesRevision } from '../../src/rules/document.ts';
import { openRulesStore } from '../../src/store/openRulesStore.ts';
import type { ApplyRequest, RulesStore, StoreEvent } from '../../src/store/rulesStore.ts';
import { server, service } from '../rules/documents.ts';
import { type RedisServer, type RedisServerOptions, redisServer } from './redisServer.ts';

const ends: (() => unknown)[] = [];
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vspair-rules-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(folder, { recursive: true });
});

/** Of this test alone. */
export const directory = (): string => folder;

/** At the end of the test, the last first. */
export function atEnd(end: () => unknown): void {
  ends.push(end);
}

export async function redis(options?: RedisServerOptions): Promise<RedisServer> {
  const started = await redisServer(options);
  atEnd(() => started.dispose());
  return started;
}

export interface Watched {
  readonly store: RulesStore;
  readonly events: StoreEvent[];
  /** Waits until the condition holds, looking again after each event and each change of the rules. */
  until(condition: () => boolean): Promise<void>;
}

export interface DirectorOptions {
  readonly name?: string;
  /** By default so rarely that only notices bring changes. */
  readonly pollMs?: number;
  /** Short only where the server does not answer: a busy machine must not look like one. */
  readonly commandMs?: number;
  readonly state?: Partial<RedisState>;
}

export type Reachable = Pick<RedisServer, 'port'>;

export async function director(
  { port }: Reachable,
  { name = 'vs1', pollMs = 60_000, commandMs = 3000, state = {} }: DirectorOptions = {},
): Promise<Watched> {
  const events: StoreEvent[] = [];
  const news = new EventEmitter();
  const store = await openRulesStore({
    state: {
      backend: 'redis',
      servers: { kind: 'single', node: { host: '127.0.0.1', port } },
      db: 0,
      username: undefined,
      passwordFile: undefined,
      tls: undefined,
      prefix: 'test:',
      poll: millis(pollMs),
      ...state,
    },
    node: name,
    writtenBy: '0.1.0',
    directory: join(folder, name),
    onProblem: (problem) => {
      throw new Error(problem.detail);
    },
    report(event) {
      events.push(event);
      news.emit('news');
    },
    timings: { connectMs: 3000, commandMs, firstPauseMs: 20, longestPauseMs: 50 },
  });
  atEnd(() => store.close());
  store.onChange(() => news.emit('news'));
  return {
    store,
    events,
    async until(condition) {
      while (!condition()) await once(news, 'news');
    },
  };
}

export async function connected(at: Reachable, options?: DirectorOptions): Promise<Watched> {
  const watched = await director(at, options);
  await watched.until(() => watched.store.state().connected);
  return watched;
}

export const rules = (weight: number): RulesDocument => ({
  services: [service('10.0.0.1', [server('10.0.0.11', { weight })], { scheduler: 'wlc' })],
});

export const by = { author: 'op', message: 'because' };

/** The revision that came of it; throws when it was refused. */
export async function applied(store: RulesStore, document: RulesDocument, request: Partial<ApplyRequest> = {}): Promise<RulesRevision> {
  const result = await store.apply(document, { ...by, ...request });
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result.revision;
}

/** Applies until it is taken, and says after how many milliseconds that was. */
export async function untilApplied(watched: Watched, weight: number, request: Partial<ApplyRequest> = {}): Promise<number> {
  const begin = performance.now();
  for (;;) {
    await watched.until(() => watched.store.state().connected);
    const result = await watched.store.apply(rules(weight), { ...by, ...request });
    if (result.ok) return Math.round(performance.now() - begin);
    await sleep(20);
  }
}
