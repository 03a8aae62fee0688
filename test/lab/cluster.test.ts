// The lab itself: hosts that hear each other, and the ways in which they stop to.
import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import type { Host } from './host.ts';
import { ipBatch } from './ip.ts';
import { namespacePrefix, sweepLeftovers } from './leftovers.ts';

const namespaces = (prefix: string): readonly string[] => readdirSync('/run/netns').filter((name) => name.startsWith(prefix));

describe('a cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterEach(() => {
    for (const host of cluster.hosts) host.heal();
  });
  afterAll(() => cluster.close());

  test('every host outside reaches every other one, by IPv4 and IPv6', async () => {
    for (const host of [cluster.vs1, cluster.vsbak, cluster.real1, cluster.real2, cluster.store]) {
      await expect(ping(cluster.client, host.leg().address)).resolves.toBeDefined();
      await expect(ping(cluster.client, host.leg().address6)).resolves.toBeDefined();
    }
  });

  test('the directors reach each other on the inside too, the client does not', async () => {
    const inside = cluster.vsbak.leg('eth1').address;
    await expect(ping(cluster.vs1, inside)).resolves.toBeDefined();
    await expect(ping(cluster.client, inside)).rejects.toThrow('Network is unreachable');
  });

  test('a host whose cable is cut loses its carrier, on that device alone', async () => {
    cluster.vs1.cutCable('eth0');
    await expect(cluster.vs1.exec(['ip', '-br', 'link', 'show', 'eth0'])).resolves.toContain('NO-CARRIER');
    await expect(cluster.vs1.exec(['ip', '-br', 'link', 'show', 'eth1'])).resolves.not.toContain('NO-CARRIER');
    await expect(ping(cluster.client, '10.0.0.2', 1)).rejects.toThrow('100% packet loss');
    cluster.vs1.heal();
    await expect(ping(cluster.client, '10.0.0.2')).resolves.toBeDefined();
  });

  test('a host whose cable is muted keeps its carrier and is not heard', async () => {
    cluster.vs1.muteCable('eth0');
    await expect(cluster.vs1.exec(['ip', '-br', 'link', 'show', 'eth0'])).resolves.not.toContain('NO-CARRIER');
    await expect(ping(cluster.client, '10.0.0.2', 1)).rejects.toThrow('100% packet loss');
    cluster.vs1.heal();
    await expect(ping(cluster.client, '10.0.0.2')).resolves.toBeDefined();
  });

  test('a host that drops what comes in from another one still hears the rest', async () => {
    cluster.vs1.dropIncoming('eth0', cluster.vsbak);
    await expect(ping(cluster.vsbak, '10.0.0.2', 1)).rejects.toThrow('100% packet loss');
    await expect(ping(cluster.client, '10.0.0.2')).resolves.toBeDefined();
    cluster.vs1.heal();
    await expect(ping(cluster.vsbak, '10.0.0.2')).resolves.toBeDefined();
  });

  test('a crashed host is silent and its processes are dead; rebooted it has its own addresses and no virtual one', async () => {
    const sleeper = cluster.vsbak.spawn(['sleep', '1000']);
    ipBatch(['addr add 10.0.0.1/24 dev eth0'], cluster.vsbak.namespace);
    cluster.vsbak.crash();
    await expect(sleeper.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    await expect(ping(cluster.client, '10.0.0.3', 1)).rejects.toThrow('100% packet loss');
    await cluster.vsbak.reboot();
    await expect(ping(cluster.client, '10.0.0.3')).resolves.toBeDefined();
    await expect(ping(cluster.client, '2001:db8:10::3')).resolves.toBeDefined();
    await expect(ping(cluster.client, '10.0.0.1', 1)).rejects.toThrow('100% packet loss');
  });

  test('a frozen process does nothing until it is thawed', async () => {
    const ticker = cluster.vs1.spawn(['sh', '-c', 'echo ready; sleep 0.2; echo ticked']);
    await ticker.line(/ready/);
    cluster.vs1.freeze();
    await expect(ticker.line(/ticked/, 500)).rejects.toThrow('wrote no line');
    cluster.vs1.thaw();
    await ticker.line(/ticked/);
  });
});

test('closing a cluster removes its namespaces and ends its processes', async () => {
  const cluster = await createCluster();
  const prefix = cluster.vs1.namespace.slice(0, -'vs1'.length);
  const sleeper = cluster.vs1.spawn(['sleep', '1000']);
  expect(namespaces(prefix)).toHaveLength(cluster.hosts.length + 1);
  await cluster.close();
  expect(namespaces(prefix)).toEqual([]);
  await expect(sleeper.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
});

test('what a killed run left behind is removed, what a living one uses is not', async () => {
  const living = await createCluster();
  // No process has a pid above the kernel's own limit of 2^22.
  const abandoned = `${namespacePrefix}4194305-test-vs1`;
  ipBatch([`netns add ${abandoned}`]);
  sweepLeftovers();
  expect(namespaces(abandoned)).toEqual([]);
  expect(namespaces(living.vs1.namespace)).toHaveLength(1);
  await living.close();
});

// Until the first answer: after a cable was healed the switch may lose a first packet.
const ping = (host: Host, address: string, patienceSeconds = 5): Promise<string> =>
  host.exec(['ping', '-n', '-c', '1', '-i', '0.2', '-w', String(patienceSeconds), address]);
