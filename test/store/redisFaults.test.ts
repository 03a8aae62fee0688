// What a Redis can do to the rules of its directors, and how each director goes on: with the rules that it has.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rulesFormat } from '../../src/rules/document.ts';
import type { RulesStore } from '../../src/store/rulesStore.ts';
import { eventually } from '../eventually.ts';
import { applied, by, connected, director, directory, redis, rules } from './redisDirector.ts';

/** What `vspair rules publish` asks for: the rules in use, again. */
function publish(store: RulesStore) {
  const current = store.current();
  if (current === undefined) throw new Error('there are no rules to publish');
  return store.apply(current.document, { author: 'op', message: 'published', expectedRevision: current.revision });
}

test('a flushed store gets back what the directors hold, above it and with its history', async () => {
  const server = await redis();
  const [one, two] = await Promise.all([connected(server, { pollMs: 20 }), connected(server, { name: 'vsbak', pollMs: 20 })]);
  await applied(one.store, rules(1));
  const revision = await applied(one.store, rules(2));
  await two.until(() => two.store.current()?.revision === 2);
  await server.client().flushall();
  for (const director of [one, two]) await director.until(() => director.store.state().trouble?.what === 'gone');
  expect(two.store.state().trouble?.detail).toContain('vspair rules publish');
  expect(await publish(two.store)).toMatchObject({ ok: true, revision: { revision: 3, digest: revision.digest } });
  await one.until(() => one.store.current()?.revision === 3);
  await eventually(() => one.store.state().trouble).toBeUndefined();
  await eventually(async () => (await one.store.history.entries(10)).map((entry) => [entry.revision, entry.superseded])).toEqual([
    [3, false],
    [2, false],
  ]);
});

test('a store that lost the last revision gets it again from the director that has it', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  await applied(watched.store, rules(1));
  const older = await server.client().dumpBuffer('test:rules');
  const newer = await applied(watched.store, rules(2));
  await server.client().restore('test:rules', 0, older, 'REPLACE');
  await watched.until(() => watched.store.state().trouble?.what === 'behind');
  expect(watched.store.current()).toEqual(newer);
  expect(await publish(watched.store)).toMatchObject({ ok: true, revision: { revision: 3, document: rules(2) } });
});

test('of two documents of one number the store has the one that counts; the other is told, and stays in the history', async () => {
  const server = await redis();
  const lost = await connected(server, { pollMs: 20 });
  await applied(lost.store, rules(1));
  const older = await server.client().dumpBuffer('test:rules');
  const loser = await applied(lost.store, rules(2));
  const client = server.client();
  // As after a failover to a replica that had not got the second revision, and a director that had not either.
  await client.multi().restore('test:rules', 0, older, 'REPLACE').del('test:history', 'test:documents').exec();
  const other = await connected(server, { name: 'vsbak' });
  const winner = await applied(other.store, rules(3));
  expect(winner.revision).toBe(loser.revision);
  await lost.until(() => lost.store.current()?.digest === winner.digest);
  await lost.until(() => lost.events.some(({ type }) => type === 'superseded'));
  expect(lost.events).toContainEqual({ type: 'superseded', revision: 2, digest: loser.digest, author: 'op' });
  expect(await lost.store.history.find(loser.digest)).toEqual(loser);
  expect(await lost.store.history.find(2)).toEqual(winner);
  const entries = await lost.store.history.entries(10);
  expect(entries.map(({ digest, superseded }) => [digest, superseded])).toContainEqual([loser.digest, true]);
});

test('a full server takes no rules and says so in its own words; nothing is half written, and it can be read', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  const good = await applied(watched.store, rules(1));
  const client = server.client();
  await client.config('SET', 'maxmemory', '1');
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  const refused = await watched.store.apply(rules(2), by);
  expect(refused).toMatchObject({ ok: false, reason: 'unavailable', current: good });
  expect(refused).toMatchObject({ detail: expect.stringContaining('OOM') as unknown });
  await watched.until(() => watched.store.state().trouble?.what === 'unwritable');
  expect(watched.store.state()).toMatchObject({ connected: true, trouble: { detail: expect.stringContaining('maxmemory') as unknown } });
  expect(await client.hget('test:rules', 'revision')).toBe('1');
  expect([await client.xlen('test:history'), await client.xlen('test:documents')]).toEqual([1, 1]);
  await client.config('SET', 'maxmemory', '0');
  await eventually(() => watched.store.state().trouble).toBeUndefined();
  expect(await applied(watched.store, rules(2))).toMatchObject({ revision: 2 });
});

test('a read-only replica is read from, and told to be one; it is not left and joined for ever', async () => {
  const master = await redis({ options: ['--repl-diskless-sync-delay', '0'] });
  const writer = await connected(master, { name: 'vsbak' });
  await applied(writer.store, rules(1));
  const replica = await redis({ options: ['--replicaof', '127.0.0.1', String(master.port)] });
  const watched = await connected(replica, { pollMs: 20 });
  await watched.until(() => watched.store.current()?.revision === 1);
  await watched.until(() => watched.store.state().trouble?.what === 'unwritable');
  expect(watched.store.state()).toMatchObject({ connected: true, trouble: { detail: expect.stringContaining('READONLY') as unknown } });
  await applied(writer.store, rules(2));
  await watched.until(() => watched.store.current()?.revision === 2);
  await eventually(() => watched.store.apply(rules(3), by)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('READONLY') as unknown,
    current: { revision: 2 },
  });
  expect(watched.events.map(({ type }) => type)).toEqual(['connected', 'trouble']);
});

const newer = { format: `${rulesFormat + 1}`, writtenBy: '9.0.0', document: '{"services":[],"weather":"fine"}' };
const versions = `the rules are of format ${rulesFormat + 1}, written by vspair 9.0.0; this is vspair 0.1.0, which reads formats up to ${rulesFormat}`;

test('rules of a newer vspair are not used and not overwritten; both versions are named', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  const good = await applied(watched.store, rules(1));
  await server.client().hset('test:rules', { ...newer, revision: 2, digest: 'x' });
  await watched.until(() => watched.store.state().trouble?.what === 'newer');
  expect(watched.store.state().trouble?.detail).toBe(versions);
  expect(await watched.store.apply(rules(2), by)).toEqual({ ok: false, reason: 'newer', detail: versions, current: good });
  expect(await publish(watched.store)).toMatchObject({ reason: 'newer' });
  expect(await server.client().hgetall('test:rules')).toMatchObject({ ...newer, revision: '2' });
});

test('spoilt rules in the store are replaced by whoever writes the rules in use again', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  await applied(watched.store, rules(1));
  await server.client().hset('test:rules', { document: '{', revision: 5, digest: 'x' });
  await watched.until(() => watched.store.state().trouble?.what === 'invalid');
  expect(await publish(watched.store)).toMatchObject({ ok: true, revision: { revision: 6, document: rules(1) } });
  await eventually(() => watched.store.state().trouble).toBeUndefined();
});

const secret = 'correct-horse';

/** Somebody who may do what config/vspair.yaml says, and `changes` to that. */
async function userOf(changes: readonly string[]) {
  const server = await redis();
  const allowed = ['~test:*', '&test:*', '+@read', '+@write', '+@scripting', '+@pubsub', '+@connection', '+info'];
  await server.client().call('ACL', 'SETUSER', 'vspair', 'on', `>${secret}`, ...allowed, ...changes);
  await server.client().call('ACL', 'SETUSER', 'default', 'off');
  const passwordFile = join(directory(), 'acl');
  await writeFile(passwordFile, `${secret}\n`);
  return { server, state: { username: 'vspair', passwordFile } };
}

test('an ACL user with the documented permissions can do everything', async () => {
  const { server, state } = await userOf([]);
  const [one, two] = await Promise.all([connected(server, { state, pollMs: 20 }), connected(server, { state, name: 'vsbak' })]);
  const revision = await applied(one.store, rules(1));
  await two.until(() => two.store.current()?.revision === 1);
  expect(await two.store.history.find(1)).toEqual(revision);
  await eventually(() => one.store.state().trouble).toBeUndefined();
  expect([...one.events, ...two.events].map(({ type }) => type)).toEqual(['connected', 'connected']);
});

test.each([
  ['eval', ['-eval'], /NOPERM.*'eval'/],
  ['the history', ['resetkeys', '~test:rules', '~test:directors'], /NOPERM|key/],
])('a user who may not use %s is told what is missing, without the password', async (_what, changes, says) => {
  const { server, state } = await userOf(changes);
  const watched = await connected(server, { state, pollMs: 20 });
  const refused = await watched.store.apply(rules(1), by);
  expect(refused).toMatchObject({ ok: false, reason: 'unavailable', detail: expect.stringMatching(says) as unknown });
  expect(JSON.stringify([refused, watched.events, watched.store.state()])).not.toContain(secret);
});

test('a user who may not read the rules is told so', async () => {
  const { server, state } = await userOf(['-hmget']);
  const watched = await director(server, { state });
  await watched.until(() => watched.events.length > 0);
  expect(watched.store.state()).toMatchObject({ connected: false, detail: expect.stringContaining('NOPERM') as unknown });
});
