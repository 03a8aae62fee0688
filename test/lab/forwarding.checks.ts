// Runs where IPVS is: the lab forwards HTTP by each method, with directors that are set up by hand. So what a test with
// vspair finds wrong is not the lab's.
import assert from 'node:assert/strict';
import { type Check, runChecks } from './checks.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { Device, Host } from './host.ts';
import { type HttpAnswer, type HttpClient, startHttpClient, startWebServers } from './http.ts';
import { ipBatch } from './ip.ts';
import { type ForwardingMethod, virtualAddresses } from './plan.ts';

const methods: readonly ForwardingMethod[] = ['dr', 'nat', 'tun'];

export const checks: readonly Check[] = [
  ...methods.map((method) => ({
    title: `${method}: a client reaches both real servers through either director`,
    run: () => withCluster(method, forwardsThroughEither),
  })),
  {
    title: 'dr: IPv6 too',
    run: () => withCluster('dr', forwardsIpv6),
  },
];

async function withCluster(
  method: ForwardingMethod,
  check: (cluster: Cluster, client: HttpClient, method: ForwardingMethod) => Promise<void>,
): Promise<void> {
  const cluster = await createCluster({ method });
  try {
    startWebServers([cluster.real1, cluster.real2]);
    await check(cluster, await startHttpClient(cluster.client), method);
  } finally {
    await cluster.close();
  }
}

async function forwardsThroughEither(cluster: Cluster, client: HttpClient, method: ForwardingMethod): Promise<void> {
  for (const director of cluster.directors) await balance(director, method);
  takeOver(cluster.vs1, 'add');
  await servedByBoth(client);
  takeOver(cluster.vs1, 'del');
  assert.notEqual((await client.get(url, 500)).error, undefined, 'nobody holds the virtual IP');
  takeOver(cluster.vsbak, 'add');
  await Promise.all([announce(cluster.vsbak, 'eth0', virtualAddresses.outside), announce(cluster.vsbak, 'eth1', virtualAddresses.inside)]);
  await servedByBoth(client);
}

const url = `http://${virtualAddresses.outside}/`;

async function balance(director: Host, method: ForwardingMethod): Promise<void> {
  const network = method === 'nat' ? '192.168.1' : '10.0.0';
  const flag = { dr: '-g', nat: '-m', tun: '-i' }[method];
  const service = `${virtualAddresses.outside}:80`;
  await director.exec(['ipvsadm', '-A', '-t', service, '-s', 'rr']);
  for (const number of [11, 12]) await director.exec(['ipvsadm', '-a', '-t', service, '-r', `${network}.${number}:80`, flag]);
}

function takeOver(director: Host, action: 'add' | 'del'): void {
  const { outside, inside } = virtualAddresses;
  ipBatch([`addr ${action} ${outside}/24 dev eth0`, `addr ${action} ${inside}/24 dev eth1`], director.namespace);
}

const announce = (director: Host, dev: Device, address: string): Promise<string> =>
  director.exec(['arping', '-q', '-c', '1', '-A', '-I', dev, address]);

async function servedByBoth(client: HttpClient, address = url): Promise<void> {
  const answers: HttpAnswer[] = [];
  while (answers.length < 4) answers.push(await client.get(`${address}?bytes=100000`, 3000));
  assert.deepEqual(new Set(answers.map(({ by }) => by)), new Set(['real1', 'real2']), JSON.stringify(answers));
  assert.ok(answers.every(({ bytes }) => bytes === 100_006));
}

async function forwardsIpv6(cluster: Cluster, client: HttpClient): Promise<void> {
  const service = `[${virtualAddresses.outside6}]:80`;
  await cluster.vs1.exec(['ipvsadm', '-A', '-t', service, '-s', 'rr']);
  for (const host of [cluster.real1, cluster.real2]) {
    await cluster.vs1.exec(['ipvsadm', '-a', '-t', service, '-r', `[${host.leg().address6}]:80`, '-g']);
  }
  ipBatch([`addr add ${virtualAddresses.outside6}/64 dev eth0 nodad`], cluster.vs1.namespace);
  await servedByBoth(client, `http://[${virtualAddresses.outside6}]/`);
}

if (import.meta.main) await runChecks(checks);
