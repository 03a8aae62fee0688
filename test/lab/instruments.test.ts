// The lab's instruments: captures and probes see what happens, in order and in time.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCapture } from './capture.ts';
import { labNow } from './clock.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { startEcho } from './echo.ts';
import { isAnnouncement } from './frame.ts';
import type { Host } from './host.ts';
import { startHttpClient, startWebServers } from './http.ts';
import { ipBatch } from './ip.ts';
import { answerers, longestOutage } from './outage.ts';
import { startProbe } from './probe.ts';
import { startRedis } from './redis.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await createCluster();
  await startEcho(cluster.directors);
});
afterAll(() => cluster.close());

const announce = (host: Host) => host.spawn(['arping', '-c', '1', '-A', '-I', 'eth0', '10.0.0.1']);
const virtual = 'addr add 10.0.0.1/24 dev eth0';

test('a capture sees a gratuitous ARP with its sender and the time', async () => {
  ipBatch([virtual], cluster.vs1.namespace);
  const capture = await startCapture(cluster.client, 'arp');
  const before = labNow();
  announce(cluster.vs1);
  const frame = await capture.frame((candidate) => isAnnouncement(candidate, '10.0.0.1'));
  expect(frame).toMatchObject({ kind: 'arp', operation: 'reply', senderMac: cluster.vs1.leg().mac, to: 'ff:ff:ff:ff:ff:ff' });
  expect(frame.at).toBeGreaterThan(before - 1);
  expect(frame.at).toBeLessThan(labNow() + 1);
  await capture.stop();
  ipBatch(['addr del 10.0.0.1/24 dev eth0'], cluster.vs1.namespace);
});

test('a capture sees a datagram whole', async () => {
  const capture = await startCapture(cluster.vs1, 'udp port 7');
  ipBatch([virtual], cluster.vs1.namespace);
  const probe = await startProbe(cluster.client);
  const frame = await capture.frame((candidate) => candidate.kind === 'udp' && candidate.sourcePort === 7);
  expect(frame).toMatchObject({ source: '10.0.0.2', destination: '10.0.0.100', from: cluster.vs1.leg().mac, ttl: 64 });
  expect(frame.kind === 'udp' && frame.payload.toString('latin1', 8)).toBe('vs1');
  await probe.stop();
  await capture.stop();
  ipBatch(['addr del 10.0.0.1/24 dev eth0'], cluster.vs1.namespace);
});

test('a capture loses nothing of a burst', async () => {
  const capture = await startCapture(cluster.vs1, 'udp port 9');
  const burst = 'for i in $(seq 2000); do echo $i > /dev/udp/10.0.0.2/9; done';
  await cluster.client.exec(['bash', '-c', burst]);
  await capture.frame((frame) => frame.kind === 'udp' && frame.payload.toString() === '2000\n');
  expect(capture.frames).toHaveLength(2000);
  await capture.stop();
});

test('a capture on a host that crashes goes on', async () => {
  const capture = await startCapture(cluster.vsbak, 'icmp');
  cluster.vsbak.crash();
  await cluster.vsbak.reboot();
  await cluster.client.exec(['ping', '-c', '1', '-i', '0.2', '-w', '5', cluster.vsbak.leg().address]);
  await capture.frame((frame) => frame.from === cluster.client.leg().mac);
  await capture.stop();
});

test('a probe tells who answered, and how long nobody did', async () => {
  ipBatch([virtual], cluster.vs1.namespace);
  announce(cluster.vs1);
  const probe = await startProbe(cluster.client);
  const removed = labNow();
  ipBatch(['addr del 10.0.0.1/24 dev eth0'], cluster.vs1.namespace);
  ipBatch([virtual], cluster.vsbak.namespace);
  await cluster.vsbak.exec(['sleep', '0.2']);
  announce(cluster.vsbak);
  const first = await probe.answerBy('vsbak');
  const report = await probe.stop();
  const outage = longestOutage(report.answers, removed);
  expect(answerers(report.answers)).toEqual(['vs1', 'vsbak']);
  expect(outage).toMatchObject({ before: { by: 'vs1' }, after: { by: 'vsbak' } });
  expect(outage?.after).toEqual(first);
  expect(outage?.lengthMs).toBeGreaterThan(150);
  expect(report.sent.length).toBeGreaterThan(report.answers.length);
});

test('a Redis answers every host at the address of its own', async () => {
  const redis = await startRedis(cluster.store);
  await expect(cluster.vs1.exec(['redis-cli', '-u', redis.url, 'ping'])).resolves.toBe('PONG\n');
  await redis.stop();
});

test('an HTTP client opens a connection for each request and tells who answered, or why nobody did', async () => {
  const servers = startWebServers([cluster.real1, cluster.real2]);
  const client = await startHttpClient(cluster.client);
  await expect(client.get('http://10.0.0.11/')).resolves.toMatchObject({ by: 'real1', bytes: 6, error: undefined });
  await expect(client.get('http://10.0.0.12/?bytes=5000000')).resolves.toMatchObject({ by: 'real2', bytes: 5_000_006 });
  await expect(client.get('http://10.0.0.12:81/')).resolves.toMatchObject({ by: undefined, error: 'ECONNREFUSED' });
  cluster.real1.muteCable();
  await expect(client.get('http://10.0.0.11/', 100)).resolves.toMatchObject({ by: undefined, error: 'TIMEOUT' });
  cluster.real1.heal();
  await client.close();
  await servers.close();
});
