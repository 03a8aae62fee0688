// A Redis Cluster of three masters, and a replica of the one that has a given key.
import type { RedisServers } from '../../src/config/config.ts';
import { eventually } from '../eventually.ts';
import { redis } from './redisDirector.ts';
import { freePort, type RedisServer } from './redisServer.ts';

export interface Nodes {
  readonly owner: RedisServer;
  readonly replica: RedisServer;
  readonly others: readonly RedisServer[];
  readonly servers: RedisServers;
}

const slots = 16_384;
const nodeTimeoutMs = 1000;

/** Resolves when every node says that all is well. */
export async function clusterWith(key: string): Promise<Nodes> {
  const buses = await Promise.all([1, 2, 3, 4].map(() => freePort()));
  const nodes = await Promise.all(buses.map((bus) => redis({ options: optionsOf(bus) })));
  const [first, second, third, replica] = nodes;
  if (first === undefined || second === undefined || third === undefined || replica === undefined) throw new Error('four nodes');
  const masters = [first, second, third];
  const share = Math.ceil(slots / masters.length);
  for (const [index, master] of masters.entries()) {
    await master.client().call('CLUSTER', 'ADDSLOTSRANGE', share * index, Math.min(slots, share * (index + 1)) - 1);
  }
  for (const [index, node] of nodes.entries()) await node.client().call('CLUSTER', 'MEET', '127.0.0.1', first.port, buses[0] ?? index);
  for (const node of nodes) await untilFine(node, nodes.length);
  const owner = masters[Math.floor(Number(await first.client().call('CLUSTER', 'KEYSLOT', key)) / share)] ?? first;
  await replica.client().call('CLUSTER', 'REPLICATE', String(await owner.client().call('CLUSTER', 'MYID')));
  for (const node of nodes) await eventually(() => replicasIn(node)).toBe(1);
  await eventually(() => replica.client().info('replication')).toContain('master_link_status:up');
  const servers: RedisServers = { kind: 'cluster', nodes: masters.map(({ port }) => ({ host: '127.0.0.1', port })) };
  return { owner, replica, others: masters.filter((master) => master !== owner), servers };
}

const optionsOf = (bus: number): readonly string[] => [
  ...['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', String(nodeTimeoutMs)],
  ...['--repl-diskless-sync-delay', '0'],
];

async function untilFine(node: RedisServer, known: number): Promise<void> {
  const client = node.client();
  await eventually(async () => String(await client.call('CLUSTER', 'INFO'))).toMatch(
    new RegExp(`cluster_state:ok[^]*cluster_known_nodes:${known}\\b`),
  );
}

const replicasIn = async (node: RedisServer): Promise<number> =>
  String(await node.client().call('CLUSTER', 'NODES'))
    .split('\n')
    .filter((line) => / (myself,)?slave /.test(line)).length;
