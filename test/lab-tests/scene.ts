// A pair that balances HTTP in a real IPVS kernel: web servers, a Redis, a client, and services that are not vspair's.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../lab/cluster.ts';
import type { Host } from '../lab/host.ts';
import { type HttpAnswer, type HttpClient, startHttpClient, startWebServers } from '../lab/http.ts';
import { type ForwardingMethod, virtualAddresses } from '../lab/plan.ts';
import { type Redis, startRedis } from '../lab/redis.ts';
import { type Pair, type PairWishes, startPair } from './pair.ts';

export interface Scene extends Pair {
  readonly redis: Redis;
  readonly client: HttpClient;
}

export interface SceneWishes extends Omit<PairWishes, 'before' | 'shape' | 'echo'> {
  readonly method: ForwardingMethod;
}

export const url = `http://${virtualAddresses.outside}/`;

/** A guest has one CPU, on which a process start takes half a second. */
const interval = '250ms';

export async function startScene({ method, ...wishes }: SceneWishes): Promise<Scene> {
  let redis: Redis | undefined;
  const before = async (cluster: Cluster): Promise<readonly string[]> => {
    for (const host of cluster.directors) await addForeignServices(host);
    const servers = startWebServers([cluster.real1, cluster.real2]);
    cluster.onClose(() => servers.close());
    redis = await startRedis(cluster.store);
    return [`state: { backend: redis, url: "${redis.url}", poll: 500ms }`];
  };
  const pair = await startPair({ interval, ...wishes, shape: { method }, echo: false, before });
  const client = await startHttpClient(pair.cluster.client);
  if (redis === undefined) throw new Error('a scene has a Redis');
  return { ...pair, redis, client };
}

/** What somebody else balances on these directors. */
const foreignServices = [
  '-A -t 10.0.0.200:80 -s wlc',
  '-a -t 10.0.0.200:80 -r 10.0.0.11:8080 -m -w 3',
  '-A -f 7 -s rr',
  '-a -f 7 -r 10.0.0.12:0 -g -w 1',
];

export async function addForeignServices(host: Host): Promise<void> {
  for (const command of foreignServices) await host.exec(['ipvsadm', ...command.split(' ')]);
}

const flags: Readonly<Record<ForwardingMethod, string>> = { dr: '-g -w 1', nat: '-m -w 1', tun: '-i -w 1 --tun-type ipip' };

/** The rules of `rulesText`, as `ipvsadm -Sn` writes them. */
export function servicesOf(method: ForwardingMethod): readonly string[] {
  const network = method === 'nat' ? '192.168.1' : '10.0.0';
  const service = `-t ${virtualAddresses.outside}:80`;
  return [`-A ${service} -s rr`, ...[11, 12].map((number) => `-a ${service} -r ${network}.${number}:80 ${flags[method]}`)];
}

/** What `ipvsadm -Sn` reads in this director's kernel, sorted. */
export async function tableOf(host: Host): Promise<readonly string[]> {
  const saved = await host.exec(['ipvsadm', '-Sn']);
  return saved.trimEnd().split('\n').toSorted();
}

/** Until the kernel's table is exactly this beside the foreign services. */
export async function untilTable(host: Host, services: readonly string[], timeoutMs = 20_000): Promise<void> {
  const wanted = [...services, ...foreignServices].toSorted();
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const table = await tableOf(host);
    if (table.join('\n') === wanted.join('\n')) return;
    if (performance.now() > deadline) assert.deepEqual(table, wanted, `the IPVS table of ${host.name}`);
    await sleep(200);
  }
}

export async function assertTable(host: Host, services: readonly string[]): Promise<void> {
  assert.deepEqual(await tableOf(host), [...services, ...foreignServices].toSorted(), `the IPVS table of ${host.name}`);
}

/** Six requests one after the other, all answered, by both real servers. */
export async function assertServed(client: HttpClient): Promise<void> {
  const answers: HttpAnswer[] = [];
  while (answers.length < 6) answers.push(await client.get(`${url}?bytes=20000`, 5_000));
  const told = JSON.stringify(answers);
  assert.ok(
    answers.every(({ bytes }) => bytes === 20_006),
    told,
  );
  assert.deepEqual(new Set(answers.map(({ by }) => by)), new Set(['real1', 'real2']), told);
}
