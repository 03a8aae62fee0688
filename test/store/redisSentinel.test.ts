// Directors that find their Redis through sentinels, while the master dies, freezes and is replaced.
import { expect, test } from 'vitest';
import { applied, connected, rules, untilApplied, type Watched } from './redisDirector.ts';
import { type Watch, watchedByThree } from './redisSentinels.ts';
import type { RedisServer } from './redisServer.ts';

const patienceMs = 150_000;
const timings = { commandMs: 500, pollMs: 100 };

const pairAt = ({ master, servers }: Watch): Promise<[Watched, Watched]> =>
  Promise.all([
    connected(master, { ...timings, state: { servers } }),
    connected(master, { ...timings, name: 'vsbak', state: { servers } }),
  ]);

/** A server whose role changes closes its connections. When the sentinels change it is up to them: seconds, but for a repeated election. */
const untilRole = (server: RedisServer, role: readonly unknown[]): Promise<void> =>
  expect.poll(async () => (await server.client().role()).slice(0, role.length), { timeout: 90_000, interval: 100 }).toEqual(role);

const disconnectedIn = ({ events }: Watched): boolean => events.some(({ type }) => type === 'disconnected');

test(
  'the master is killed: both directors find the new one, nothing is lost, and rules can be applied again',
  async ({ annotate }) => {
    const watch = await watchedByThree();
    const [one, two] = await pairAt(watch);
    await applied(one.store, rules(1));
    const kept = await applied(one.store, rules(2));
    await two.until(() => two.store.current()?.revision === 2);
    await watch.master.client().wait(1, 5000);
    await watch.master.kill();
    const took = await untilApplied(one, 3);
    await annotate(`the first apply after the kill was taken after ${took} ms`);
    await two.until(() => two.store.current()?.revision === 3);
    expect(await two.store.history.find(2)).toEqual(kept);
    // Sentinels tell of a new master more than once, and each time a director looks for it anew.
    for (const director of [one, two])
      await director.until(() => director.store.state().connected && director.store.state().trouble === undefined);
    await oldMasterIsLeftAlone(watch, [one, two]);
  },
  patienceMs,
);

/** It comes back with nothing, as a master, until the sentinels make it a replica. */
async function oldMasterIsLeftAlone({ master, replica }: Watch, [one, two]: [Watched, Watched]): Promise<void> {
  await master.start();
  await untilRole(master, ['slave', '127.0.0.1', replica.port]);
  await untilApplied(two, 4);
  await one.until(() => one.store.current()?.revision === 4);
  expect(await replica.client().hget('test:rules', 'digest')).toBe(two.store.current()?.digest);
}

test(
  'the master freezes: the directors keep their rules, follow to the new one, and do not go back when it thaws',
  async ({ annotate }) => {
    const watch = await watchedByThree();
    const [one, two] = await pairAt(watch);
    const kept = await applied(one.store, rules(1));
    await two.until(() => two.store.current()?.revision === 1);
    await watch.master.client().wait(1, 5000);
    watch.master.freeze();
    await one.until(() => disconnectedIn(one));
    expect(one.store.current()).toEqual(kept);
    await annotate(`the first apply after it was noticed was taken after ${await untilApplied(one, 2)} ms`);
    watch.master.thaw();
    await two.until(() => two.store.current()?.revision === 2);
    await applied(two.store, rules(3));
    await one.until(() => one.store.current()?.revision === 3);
    expect(await watch.replica.client().hget('test:rules', 'revision')).toBe('3');
  },
  patienceMs,
);

test(
  'a revision that the dead master had not passed on stays in use where it is known, and is written again',
  async () => {
    const watch = await watchedByThree();
    const [one, two] = await pairAt(watch);
    await applied(one.store, rules(1));
    await watch.master.client().wait(1, 5000);
    // The replica hears nothing more; for the sentinels it is as alive as before.
    await watch.replica.client().call('REPLICAOF', '127.0.0.1', '1');
    const unsaved = await applied(one.store, rules(2));
    await two.until(() => two.store.current()?.revision === 2);
    await watch.master.kill();
    for (const director of [one, two]) await director.until(() => director.store.state().trouble?.what === 'behind');
    for (const director of [one, two]) expect(director.store.current()).toEqual(unsaved);
    await untilApplied(two, 2, { expectedRevision: 2 });
    await one.until(() => one.store.current()?.revision === 3);
    expect(one.store.current()?.digest).toBe(unsaved.digest);
  },
  patienceMs,
);

test(
  'a failover that an operator orders is followed by both directors',
  async () => {
    const watch = await watchedByThree();
    const [one, two] = await pairAt(watch);
    await applied(one.store, rules(1));
    await watch.sentinels[0]?.client().call('SENTINEL', 'FAILOVER', 'mymaster');
    // Until then the old master takes what it will forget.
    await untilRole(watch.master, ['slave', '127.0.0.1', watch.replica.port]);
    await untilApplied(two, 2);
    await one.until(() => one.store.current()?.revision === 2);
    expect(await watch.replica.client().hget('test:rules', 'revision')).toBe('2');
  },
  patienceMs,
);
