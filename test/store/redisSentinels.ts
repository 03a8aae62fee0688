// A master, a replica, and three sentinels that watch them.
import type { RedisServers } from '../../src/config/config.ts';
import { eventually } from '../eventually.ts';
import { redis } from './redisDirector.ts';
import type { RedisServer } from './redisServer.ts';

export interface Watch {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
  readonly servers: RedisServers;
}

export const downAfterMs = 500;
const name = 'mymaster';

/** Resolves when the sentinels know each other and the replica, so that they could fail over. */
export async function watchedByThree(): Promise<Watch> {
  const options = ['--repl-diskless-sync-delay', '0'];
  const master = await redis({ options });
  const replica = await redis({ options: [...options, '--replicaof', '127.0.0.1', String(master.port)] });
  const file = [
    `sentinel monitor ${name} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 5000`,
    '',
  ].join('\n');
  const sentinels = await Promise.all([1, 2, 3].map(() => redis({ sentinel: file })));
  for (const sentinel of sentinels) {
    const client = sentinel.client();
    // They look every ten seconds, and let a master that came back be one for eight.
    await client.call('SENTINEL', 'DEBUG', 'info-period', '200', 'publish-period', '200');
    await eventually(() => factsFrom(client.call('SENTINEL', 'master', name))).toMatchObject({
      'num-other-sentinels': '2',
      'num-slaves': '1',
    });
    // Before it has read that, a sentinel has nobody to make the new master.
    await eventually(() => replicasIn(client.call('SENTINEL', 'replicas', name))).toMatchObject([{ 'master-link-status': 'ok' }]);
  }
  const nodes = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  return { master, replica, sentinels, servers: { kind: 'sentinel', name, nodes, username: undefined, passwordFile: undefined } };
}

async function replicasIn(answer: Promise<unknown>): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const lists: unknown = await answer;
  return Array.isArray(lists) ? Promise.all(lists.map((list: unknown) => factsFrom(Promise.resolve(list)))) : [];
}

async function factsFrom(answer: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  const list: unknown = await answer;
  if (!Array.isArray(list)) throw new Error('a sentinel answers with a list of names and values');
  return Object.fromEntries(list.flatMap((each: unknown, index) => (index % 2 === 0 ? [[String(each), list[index + 1] as unknown]] : [])));
}
