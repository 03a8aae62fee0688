// The real command on directors of the lab, with faults planted where doctor has to find them. The lab's kernel has no
// IPVS, which is a finding of its own in all of them.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { like } from '../cli/terminal.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { type Director, startDirector } from '../lab/director.ts';
import { ipBatch } from '../lab/ip.ts';
import { Keepalived } from '../lab/keepalived.ts';
import { ensurePackages } from '../lab/packages.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { type Redis, startRedis } from '../lab/redis.ts';
import { configText, vip } from '../lab/texts.ts';
import { startMs } from '../lab-tests/pair.ts';
import { type Examined, examine } from './examine.ts';

const { outside, outside6, inside } = virtualAddresses;

const rulesText = `services:
  - { address: "${outside}:80", protocol: tcp, scheduler: rr, forward: tun, servers: [{ address: "10.0.0.11:80" }] }
  - { address: "${outside}:81", protocol: tcp, scheduler: rr, forward: nat, servers: [{ address: "192.168.1.11:80" }] }
`;

const vips = [vip(outside, 'eth0'), vip(outside6, 'eth0'), vip(inside, 'eth1')];

let cluster: Cluster;
let redis: Redis;
let vs1: Director;
let vsbak: Director;

beforeAll(async () => {
  ensurePackages('bench');
  cluster = await createCluster();
  redis = await startRedis(cluster.store);
  const config = (group: readonly string[]): string =>
    configText(cluster, { interval: '200ms', vips, group, sections: [`state: { backend: redis, url: "${redis.url}" }`] });
  vs1 = startDirector(cluster.vs1, config([]));
  await vs1.untilPhase('active', startMs);
  vsbak = startDirector(cluster.vsbak, config([]));
  await hearingEachOther();
}, 120_000);
afterAll(() => cluster.close());

async function hearingEachOther(): Promise<void> {
  for (const director of [vs1, vsbak])
    await director.until(
      ({ self, peers }) =>
        self.keeper.peers.every(({ hearsUs, links }) => hearsUs && links.every(({ lastHeardAgo }) => lastHeardAgo !== undefined)) &&
        peers.every(({ via }) => via === 'channel'),
      startMs,
    );
}

describe('a pair that works', () => {
  test('has no problem but the IPVS that this kernel lacks, whichever side is asked', async () => {
    for (const director of [vs1, vsbak]) {
      const { findings, exitCode } = await examine(director);
      expect(findings.filter(({ level, check }) => level === 'problem' && check !== 'ipvs')).toEqual([]);
      expect(exitCode).toBe(exitCodes.problemsFound);
    }
  });

  test('is told to be one: links both ways, MTU, ports, the owner of each virtual IP, the other side', async () => {
    const found = await examine(vsbak);
    expect(found.of('heartbeat').filter((line) => /^ok: vs1 on link [12] .* (?:is heard|hears us)/.test(line))).toHaveLength(4);
    expect(found.of('mtu')).toEqual([like(/^ok: packets of 1500 bytes reach vs1 on link 1/), like(/^ok: .*link 2/)]);
    expect(found.of('ports')).toEqual([like(/^ok: UDP 1112 and TCP 1112 belong to the daemon/)]);
    expect(found.of('vip-owner')).toEqual([
      like(/^ok: 10.0.0.1 is answered for by vs1/),
      like(/^ok: 2001:db8:10::1 is answered for by vs1/),
      like(/^ok: 192.168.1.254 is answered for by vs1/),
    ]);
    expect(found.of('same-version')).toEqual([like(/^ok: vs1 runs/)]);
    expect(found.of('clocks')).toEqual([like(/^ok/)]);
    expect(found.of('redis')).toEqual([like(/^ok: Redis at 10.0.0.9:6379 is read and written/)]);
  });

  test('is not disturbed: no advert is dropped, no role changes, nobody is asked in the place of a daemon', async () => {
    const before = await vs1.status();
    await examine(vsbak);
    const after = await vs1.status();
    expect(after.self.keeper.adverts.dropped).toEqual(before.self.keeper.adverts.dropped);
    expect(after.self.keeper.groups.map(({ phase, active }) => [phase, active])).toEqual([['active', 'vs1']]);
    expect(after.peers).toMatchObject([{ node: 'vsbak', via: 'channel' }]);
    expect(vs1.process.output).not.toMatch(/vsbak is lost|refused/);
  });
});

test('without a daemon the peer is heard on the wire and asked over the peer channel, and no port is taken', async () => {
  await vsbak.stop('SIGTERM');
  const found = await examine(vsbak);
  vsbak.start();
  expect(found.of('daemon')).toEqual([like(/^note: no daemon runs here/)]);
  expect(found.of('heartbeat')).toEqual([like(/^ok: vs1 on link 1 .* is heard/), like(/^ok: vs1 on link 2 .* is heard/)]);
  expect(found.of('ports')).toEqual([like(/^ok: UDP 1112 and TCP 1112 are free/)]);
  expect(found.of('peer-channel')).toEqual([like(/^ok: vs1 answers/)]);
  expect(found.of('same-version')).toEqual([like(/^ok/)]);
  await hearingEachOther();
});

describe('planted faults are found', () => {
  let onVs1: Examined;
  let onVsbak: Examined;

  beforeAll(async () => {
    await vs1.command('rules', 'apply', rulesFile(), '--no-wait');
    await plant();
    await silentSince(2_500);
    onVs1 = await examine(vs1);
    onVsbak = await examine(vsbak);
  }, 120_000);

  function rulesFile(): string {
    const file = join(vs1.folder, 'rules.yaml');
    writeFileSync(file, rulesText);
    return file;
  }

  /** All at once: none hides another. */
  async function plant(): Promise<void> {
    const { store } = cluster;
    await vs1.host.exec(['nft', firewall]);
    await vs1.host.exec(['sysctl', '-q', '-w', 'net.ipv4.conf.eth0.rp_filter=1']);
    vsbak.host.dropIncoming('eth1', vs1.host);
    ipBatch(['link set eth0 mtu 1400'], vsbak.host.namespace);
    chmodSync(join(vsbak.folder, 'secret'), 0o644);
    writeFileSync(join(vsbak.folder, 'vspair.yaml'), changedConfig(), { flag: 'w' });
    await store.exec(['redis-cli', '-u', redis.url, 'replicaof', '10.0.0.250', '6379']);
    await new Keepalived(store, [], 100, { intervalSeconds: 0.2 }).untilMaster();
    // Once a second.
    store.spawn(['arping', '-U', '-c', '60', '-I', 'eth0', outside]);
  }

  /** Until vsbak has not heard vs1 on the second link for so long: more than what counts as heard. */
  async function silentSince(ms: number): Promise<void> {
    await vsbak.until(({ self }) => self.keeper.peers.every(({ links }) => (links[1]?.lastHeardAgo ?? 0) > ms));
  }

  const firewall = `table inet filter {
    chain input { type filter hook input priority 0; iifname eth0 udp dport 1112 drop; }
  }`;

  const changedConfig = (): string =>
    `${configText(cluster, { interval: '200ms', vips, group: ['preempt: true'], sections: [`state: { backend: redis, url: "${redis.url}" }`] })}secretFile: ${join(vsbak.folder, 'secret')}\n`;

  test('a rule of nft that drops the adverts on one link, with the command that deletes it', () => {
    expect(onVs1.of('firewall-adverts')).toContainEqual(like(/^problem: adverts of vsbak reach the interface on link 1/));
    expect(onVs1.of('firewall-adverts')).toContainEqual(
      like(/^problem: the packet filter drops .* nft delete rule inet filter input handle \d+/),
    );
    expect(onVs1.of('heartbeat')).toContainEqual(like(/^problem: vsbak on link 1 .* dropped by this machine's packet filter/));
  });

  test('a link that is cut in one direction, from both ends', () => {
    expect(onVs1.of('heartbeat')).toContainEqual(like(/^problem: vsbak on link 2 .* does not hear us/));
    expect(onVs1.of('heartbeat')).toContainEqual(like(/^ok: vsbak on link 2 .* is heard/));
    expect(onVsbak.of('heartbeat')).toContainEqual(like(/^problem: vs1 on link 2 .* is not heard/));
    expect(onVsbak.of('firewall-adverts')).toContainEqual(like(/^problem: adverts of vs1 reach the interface on link 2/));
  });

  test('a smaller MTU on the way', () => {
    expect(onVs1.of('mtu')).toContainEqual(like(/^warning: packets of 1500 bytes, the MTU of eth0, do not reach vsbak on link 1/));
  });

  test('another VRRP router with our VRID and our virtual IP', () => {
    expect(onVs1.of('vrrp')).toEqual([
      like(/^problem: 10.0.0.9 \(02:00:0a:00:00:09\) speaks VRRPv3 on eth0 for VRID 51, priority 100, with our/),
    ]);
  });

  test('a stranger that claims a virtual IP, and answers for it', () => {
    expect(onVs1.of('vip-claims')).toEqual([like(/^problem: 02:00:0a:00:00:09, .* claims 10.0.0.1 on eth0/)]);
    expect(onVs1.of('vip-owner')).toContainEqual(like(/^problem: 02:00:0a:00:00:09, .* answers for 10.0.0.1 on eth0/));
    expect(onVs1.of('vip-owner')).toContainEqual(like(/^ok: 192.168.1.254 is on this director/));
  });

  test('a secret that others can read', () => {
    expect(onVsbak.of('secret')).toEqual([like(/^problem: .*0644/)]);
    expect(onVs1.of('secret')).toEqual([like(/^ok/)]);
  });

  test('a configuration that is not the one of the other side, nor of the daemon', () => {
    expect(onVsbak.of('same-config')).toEqual([
      like(/^warning: the daemon runs with another configuration than the file has: groups differ/),
      like(/^problem: vs1 has another configuration: .*groups/),
    ]);
  });

  test('a Redis that can be read, and not written', () => {
    expect(onVs1.of('redis')).toEqual([like(/^problem: .* is read, but not written: READONLY/)]);
  });

  test('a strict reverse path filter with tun, and no forwarding with nat', () => {
    expect(onVs1.of('rp-filter')).toEqual([like(/^warning: the reverse path filter of eth0 is strict, and services forward by tun/)]);
    expect(onVs1.of('ip-forward')).toEqual([like(/^problem: net.ipv4.ip_forward is 0/)]);
  });
});
