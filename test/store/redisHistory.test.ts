// The history of the rules in a real Redis: what it keeps, how much of it, and what reading it costs.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { RulesRevision } from '../../src/rules/document.ts';
import { revisionOf } from '../../src/rules/revision.ts';
import { factsOf } from '../../src/store/redisFields.ts';
import { historyIn, pack, type RedisHistory } from '../../src/store/redisHistory.ts';
import { keysUnder } from '../../src/store/redisKeys.ts';
import { applied, connected, redis, rules } from './redisDirector.ts';
import type { RedisServer } from './redisServer.ts';

const numbered = (revision: number, weight = revision): RulesRevision =>
  revisionOf(rules(weight), { revision, writtenBy: '0.1.0', author: 'op', time: '2026-01-02T03:04:05.000Z', message: '' });

const historyOn = (server: RedisServer): RedisHistory => historyIn(server.client(), keysUnder('test:'), '0.1.0');

/** What the server has sent since it started, in bytes. */
const sentBy = async (server: RedisServer): Promise<number> =>
  Number(/total_net_output_bytes:(\d+)/.exec(await server.client().info('stats'))?.[1]);

test('a history keeps a thousand small documents, fewer large ones, and never fewer than ten', async () => {
  expect((await pack(JSON.stringify(rules(1)))).keep).toBe(1000);
  const megabytes = async (count: number): Promise<number> => (await pack(randomBytes(count * 1024 * 1024).toString('base64'))).keep;
  expect(await megabytes(1)).toBeLessThan(64);
  expect(await megabytes(1)).toBeGreaterThan(30);
  expect(await megabytes(10)).toBe(10);
});

test('a list reads no document, and finding a revision reads one', async () => {
  const server = await redis();
  const { store } = await connected(server);
  for (let weight = 1; weight <= 60; weight += 1) await applied(store, rules(weight));
  // As large as rules can be, so that reading one of them shows.
  const documents = await server.client().xrange('test:documents', '-', '+');
  await server.client().del('test:documents');
  for (const [id] of documents)
    await server.client().xadd('test:documents', id, 'document', (await pack(JSON.stringify(rules(1)))).text, 'pad', 'x'.repeat(500_000));
  const before = await sentBy(server);
  expect(await store.history.entries(60)).toHaveLength(60);
  const listed = await sentBy(server);
  expect(listed - before).toBeLessThan(100_000);
  expect((await store.history.find(1))?.document).toEqual(rules(1));
  expect((await sentBy(server)) - listed).toBeLessThan(700_000);
});

test('entries and documents are dropped together, the oldest first', async () => {
  const server = await redis();
  const { store } = await connected(server);
  const first = await applied(store, rules(1));
  const [[id] = ['']] = await server.client().xrange('test:history', '-', '+');
  const filled = server.client().pipeline();
  for (let revision = 2; revision <= 1000; revision += 1) {
    filled.xadd('test:history', `${id}${revision}`, 'revision', revision, ...Object.entries(factsOf(numbered(revision))).flat());
    filled.xadd('test:documents', `${id}${revision}`, 'document', '');
  }
  await filled.hset('test:rules', 'revision', 1000).exec();
  expect(await store.history.find(1)).toEqual(first);
  expect(await applied(store, rules(2))).toMatchObject({ revision: 1001 });
  for (const stream of ['test:history', 'test:documents']) {
    expect(await server.client().xlen(stream)).toBe(1000);
    expect(await server.client().xrange(stream, id, id)).toEqual([]);
  }
  expect(await store.history.find(1)).toBeUndefined();
});

test('a revision that the history lacks is added, once; the one that has another of its number is superseded', async () => {
  const history = historyOn(await redis());
  expect(await history.remember(numbered(1))).toBe('added');
  expect(await history.remember(numbered(1))).toBe('known');
  expect(await history.remember(numbered(1, 9))).toBe('superseded');
  expect(await history.find(1)).toEqual({ ok: true, revision: numbered(1) });
  expect(await history.find(numbered(1, 9).digest)).toEqual({ ok: true, revision: numbered(1, 9) });
});

test('what two directors remembered at the same time is listed once', async () => {
  const server = await redis();
  const [one, two] = [historyOn(server), historyOn(server)];
  await Promise.all([one.remember(numbered(1)), two.remember(numbered(1))]);
  expect(await one.entries(10)).toHaveLength(1);
});

test('a director that was away for long does not bring back what the history has dropped', async () => {
  const history = historyOn(await redis());
  for (let revision = 100; revision < 110; revision += 1) await history.remember(numbered(revision));
  expect(await history.remember(numbered(3))).toBe('known');
  expect(await history.find(3)).toBeUndefined();
});
