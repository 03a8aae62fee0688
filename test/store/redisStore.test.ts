import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventOf } from '../../src/events/draft.ts';
import { digestOf } from '../../src/rules/digest.ts';
import type { FileProblem } from '../../src/store/fileProblem.ts';
import { openLocalCopy } from '../../src/store/localCopy.ts';
import { teller } from '../events/teller.ts';
import { eventually } from '../eventually.ts';
import { applied, atEnd, by, connected, director, directory, redis, rules } from './redisDirector.ts';
import { cableTo } from './redisServer.ts';

test('what one director applies the other has, told by the notice, and both have it on disk', async () => {
  const server = await redis();
  const [one, two] = await Promise.all([connected(server), connected(server, { name: 'vsbak' })]);
  const revision = await applied(one.store, rules(1));
  expect(revision).toMatchObject({ revision: 1, author: 'op', message: 'because', digest: digestOf(rules(1)) });
  await two.until(() => two.store.current()?.revision === 1);
  expect(two.store.current()).toEqual(revision);
  await Promise.all([one.store.close(), two.store.close()]);
  for (const name of ['vs1', 'vsbak']) {
    const onProblem = ({ detail }: FileProblem): never => expect.fail(detail);
    const copy = await openLocalCopy({ directory: join(directory(), name), version: '0.1.0', onProblem });
    expect(copy.initial).toEqual(revision);
    expect(copy.history.names()).toMatchObject([{ revision: 1 }]);
  }
});

test('every applied revision is in the history', async () => {
  const server = await redis();
  const { store } = await connected(server);
  await applied(store, rules(1));
  await applied(store, rules(2));
  const entries = await store.history.entries(10);
  expect(entries.map(({ revision, digest, servers }) => [revision, digest, servers])).toEqual([
    [2, digestOf(rules(2)), 1],
    [1, digestOf(rules(1)), 1],
  ]);
  expect((await store.history.find(1))?.document).toEqual(rules(1));
  expect(await store.history.find(3)).toBeUndefined();
});

test('of two that change the same revision one wins, and the other learns the rules that won', async () => {
  const server = await redis();
  const [one, two] = await Promise.all([connected(server), connected(server, { name: 'vsbak' })]);
  await applied(one.store, rules(1));
  const results = await Promise.all([
    one.store.apply(rules(2), { ...by, expectedRevision: 1 }),
    two.store.apply(rules(3), { ...by, expectedRevision: 1 }),
  ]);
  const won = results.filter((result) => result.ok);
  const lost = results.filter((result) => !result.ok);
  expect(won).toHaveLength(1);
  expect(lost).toEqual([{ ok: false, reason: 'conflict', detail: 'the newest revision is 2, not 1', current: won[0]?.revision }]);
});

test('expecting revision 0 means: only if there are no rules yet', async () => {
  const { store } = await connected(await redis());
  expect(await store.apply(rules(1), { ...by, expectedRevision: 0 })).toMatchObject({ ok: true });
  expect(await store.apply(rules(1), { ...by, expectedRevision: 0 })).toMatchObject({ ok: false, reason: 'conflict' });
});

test('a change whose notice was lost is found by the poll', async () => {
  const server = await redis();
  const [writer, reader] = await Promise.all([connected(server), connected(server, { name: 'vsbak', pollMs: 20 })]);
  const client = server.client();
  await client.call('ACL', 'SETUSER', 'default', 'resetchannels');
  await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const revision = await applied(writer.store, rules(1));
  await reader.until(() => reader.store.current()?.revision === 1);
  expect(reader.store.current()).toEqual(revision);
  await reader.until(() => reader.events.some(({ type }) => type === 'noticesRefused'));
  expect(reader.store.state().connected).toBe(true);
});

test('when the store cannot keep the history it changes nothing', async () => {
  const server = await redis();
  const watched = await connected(server);
  const client = server.client();
  await client.set('test:history', 'not a stream');
  expect(await watched.store.apply(rules(1), by)).toMatchObject({
    ok: false,
    reason: 'unavailable',
    detail: expect.stringContaining('WRONGTYPE') as unknown,
  });
  expect(await client.exists('test:rules')).toBe(0);
});

test('a killed server is told, nothing is applied meanwhile, the rules stay, and the connection comes back by itself', async () => {
  const server = await redis({ persistent: true });
  const watched = await connected(server);
  const revision = await applied(watched.store, rules(1));
  await server.kill();
  await watched.until(() => !watched.store.state().connected);
  expect(await watched.store.apply(rules(2), by)).toMatchObject({ ok: false, reason: 'unavailable', current: revision });
  await server.start();
  await watched.until(() => watched.store.state().connected);
  expect(watched.store.current()).toEqual(revision);
  expect(await applied(watched.store, rules(2))).toMatchObject({ revision: 2 });
  expect(watched.events.map(({ type }) => type)).toEqual(['connected', 'disconnected', 'connected']);
});

test('a frozen server is left: an apply says that nobody knows whether it was carried out, and the rules stay', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 30, commandMs: 200 });
  const revision = await applied(watched.store, rules(1));
  server.freeze();
  const unknown = { ok: false, reason: 'unconfirmed', detail: 'Command timed out', current: revision };
  expect(await watched.store.apply(rules(2), by)).toEqual(unknown);
  await watched.until(() => !watched.store.state().connected);
  server.thaw();
  await watched.until(() => watched.store.state().connected);
});

test('connections that died without a word, also the listening one, are left and made again', async () => {
  const cable = await cableTo(await redis());
  atEnd(() => cable.pull());
  const watched = await connected(cable, { pollMs: 20, commandMs: 200 });
  await eventually(() => cable.opened()).toBe(2);
  cable.cut();
  await watched.until(() => !watched.store.state().connected);
  await watched.until(() => watched.store.state().connected);
  await eventually(() => cable.opened()).toBe(4);
});

test('a server that was away from the start is found when it comes', async () => {
  const server = await redis();
  await server.kill();
  const watched = await director(server);
  await watched.until(() => watched.events.length > 0);
  expect(watched.store.state()).toMatchObject({ connected: false, source: 'none' });
  expect(watched.store.state().detail).toContain('ECONNREFUSED');
  await server.start();
  await watched.until(() => watched.store.state().connected);
  expect(watched.store.state().detail).toBeUndefined();
});

test('an emptied server never takes the rules away; it is told, and the next apply goes above the revision in use', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  await applied(watched.store, rules(1));
  const revision = await applied(watched.store, rules(2));
  await server.client().flushall();
  await watched.until(() => watched.store.state().trouble?.what === 'gone');
  expect(watched.store.current()).toEqual(revision);
  expect(await watched.store.apply(rules(3), { ...by, expectedRevision: 1 })).toMatchObject({ ok: false, reason: 'conflict' });
  expect(await watched.store.apply(rules(3), { ...by, expectedRevision: 2 })).toMatchObject({ ok: true, revision: { revision: 3 } });
  await watched.store.apply(rules(4), by);
  expect(watched.store.current()?.revision).toBe(4);
});

test('a server that was set back to an older revision is told, and the newer rules stay', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  await applied(watched.store, rules(1));
  const older = await server.client().dumpBuffer('test:rules');
  const newer = await applied(watched.store, rules(2));
  await server.client().restore('test:rules', 0, older, 'REPLACE');
  await watched.until(() => watched.store.state().trouble?.what === 'behind');
  expect(watched.store.current()).toEqual(newer);
});

test.each([
  ['a document that is no JSON', { document: '{' }],
  ['a document that is not rules', { document: '{"services":[{}]}' }],
  ['a digest of other rules', { digest: '0000000000000000' }],
])('%s in the store is told, and the good rules stay', async (_what, fields) => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  const good = await applied(watched.store, rules(1));
  await server.client().hset('test:rules', { revision: 2, digest: 'x', ...fields });
  await watched.until(() => watched.store.state().trouble?.what === 'invalid');
  expect(watched.store.current()).toEqual(good);
});

test('a director starts from its disk when the server is away, and says so', async () => {
  const server = await redis();
  const first = await connected(server);
  const revision = await applied(first.store, rules(1));
  await first.store.close();
  await server.kill();
  const { store } = await director(server);
  expect(store.current()).toEqual(revision);
  expect(store.state().source).toBe('disk');
});

test('a wrong password is told without showing it, and the right one is read from its file', async () => {
  const server = await redis({ password: 'correct-horse' });
  const file = join(directory(), 'password');
  await writeFile(file, 'wrong-horse\n');
  const refused = await director(server, { state: { passwordFile: file } });
  await refused.until(() => refused.events.length > 0);
  expect(refused.store.state().detail).toContain('WRONGPASS');
  expect(JSON.stringify([refused.events, refused.store.state()])).not.toContain('wrong-horse');
  await writeFile(file, 'correct-horse\n');
  await connected(server, { name: 'vsbak', state: { passwordFile: file } });
});

test('each director leaves when it was last seen', async () => {
  const server = await redis();
  const { store } = await connected(server, { pollMs: 20 });
  const client = server.client();
  await eventually(() => client.hget('test:directors', 'vs1')).not.toBeNull();
  expect(JSON.parse((await client.hget('test:directors', 'vs1')) ?? '')).toMatchObject({
    time: expect.stringMatching(/^\d{4}-/) as unknown,
  });
  await store.close();
});

test('what was told while the server was away is in the stream when it is back, in order', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  await server.kill();
  await watched.until(() => !watched.store.state().connected);
  const told = ['one', 'two'].map((text) => eventOf({ type: 'takeover', text }, teller));
  for (const event of told) watched.store.recordEvent({ ...event });
  await server.start();
  const client = server.client();
  await eventually(() => client.xlen('test:events')).toBe(2);
  const entries = await client.xrange('test:events', '-', '+');
  expect(entries.map(([, fields]) => fields)).toEqual(
    told.map((event) => ['id', event.id, 'type', 'takeover', 'node', 'vsbak', 'event', JSON.stringify(event)]),
  );
});

test('of what is told while the server is away only the newest are kept, and the rest is counted', async () => {
  const server = await redis();
  const watched = await connected(server, { pollMs: 20 });
  await server.kill();
  await watched.until(() => !watched.store.state().connected);
  for (let number = 1; number <= 1_005; number += 1) watched.store.recordEvent({ number });
  expect(watched.store.state().eventsLost).toBe(5);
  await server.start();
  const client = server.client();
  await eventually(() => client.xlen('test:events')).toBe(1_000);
  const [oldest] = await client.xrange('test:events', '-', '+', 'COUNT', 1);
  expect(oldest?.[1]).toEqual(['event', '{"number":6}']);
});
