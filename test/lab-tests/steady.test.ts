// What must not move a virtual IP: Redis that dies, freezes or forgets, a wrong configuration, a stranger's hand.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labNow } from '../lab/clock.ts';
import type { Cluster } from '../lab/cluster.ts';
import { isAnnouncement } from '../lab/frame.ts';
import { ipBatch } from '../lab/ip.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { type Redis, startRedis } from '../lab/redis.ts';
import { assertForeignUntouched, type Pair, startPair } from './pair.ts';
import { isAdvertisement, Wire } from './wire.ts';

const { outside, outside6 } = virtualAddresses;

describe('while vs1 serves', () => {
  let redis: Redis;
  let pair: Pair;
  let wire: Wire;
  beforeAll(async () => {
    const before = async (cluster: Cluster): Promise<readonly string[]> => {
      redis = await startRedis(cluster.store);
      return [`state: { backend: redis, url: "${redis.url}", poll: 200ms }`];
    };
    pair = await startPair({ before, echo: false });
    wire = await Wire.tap(pair.vs1);
  });
  afterAll(() => pair.cluster.close());

  test('a virtual IP that somebody removes comes back, and is announced again', async () => {
    const { vs1, watch } = pair;
    await watch.forget();
    const begin = labNow();
    ipBatch([`addr del ${outside}/24 dev eth0`, `addr del ${outside6}/64 dev eth0`], vs1.host.namespace);
    const announcements = Promise.all([
      wire.capture.frame((frame) => frame.at > begin && isAnnouncement(frame, outside) && frame.senderMac === vs1.host.leg().mac),
      wire.capture.frame((frame) => frame.at > begin && isAdvertisement(frame, outside6)),
    ]);
    for (const address of [outside, outside6]) await watch.until(address, ['vs1']);
    await announcements;
    expect(await watch.changes(outside)).toEqual(['vs1 removed', 'vs1 added']);
    expect(await watch.changes(outside6)).toEqual(['vs1 removed', 'vs1 added']);
  });

  test('a virtual IP that somebody adds on the backup is taken away there', async () => {
    const { vsbak, watch } = pair;
    await watch.forget();
    ipBatch([`addr add ${outside}/24 dev eth0`], vsbak.host.namespace);
    await watch.until(outside, ['vs1', 'vsbak']);
    await watch.until(outside, ['vs1']);
    expect(await watch.changes(outside)).toEqual(['vsbak added', 'vsbak removed']);
    expect(wire.announcements(vsbak.host, outside)).toEqual([]);
  });

  test('a wrong configuration and SIGHUP leave the running daemon alone', () =>
    nothingMoves(async () => {
      const { vs1 } = pair;
      const file = join(vs1.folder, 'vspair.yaml');
      const right = readFileSync(file, 'utf8');
      appendFileSync(file, 'heartbeat: { interval: 1 }\nsurprise: yes\n');
      vs1.process.signal('SIGHUP');
      await vs1.process.line(/vspair\.yaml:\d+:\d+:/);
      writeFileSync(file, right);
    }));

  test('Redis frozen: nothing moves', () =>
    nothingMoves(async () => {
      redis.process.signal('SIGSTOP');
      await bothNotice(false);
      redis.process.signal('SIGCONT');
      await bothNotice(true);
    }));

  test('Redis full: nothing moves, both directors say so, and neither takes itself for cut off', () =>
    nothingMoves(async () => {
      await configureRedis('maxmemory', '1');
      await bothSay((problem) => problem.includes('OOM'));
      await bothNotice(true);
      await configureRedis('maxmemory', '0');
      await bothSay(undefined);
    }));

  test('Redis made a replica that takes no writes: nothing moves', () =>
    nothingMoves(async () => {
      await pair.cluster.store.exec(['redis-cli', '-u', redis.url, 'replicaof', '192.0.2.1', '6379']);
      await bothSay((problem) => problem.includes('READONLY'));
      await pair.cluster.store.exec(['redis-cli', '-u', redis.url, 'replicaof', 'no', 'one']);
      await bothSay(undefined);
    }));

  test('Redis emptied: nothing moves', () =>
    nothingMoves(async () => {
      await pair.cluster.store.exec(['redis-cli', '-u', redis.url, 'flushall']);
    }));

  test('Redis killed: nothing moves', () =>
    nothingMoves(async () => {
      await redis.stop();
      await bothNotice(false);
    }));

  test('and with Redis gone the backup takes over all the same', async () => {
    const { vs1, watch, vsbak } = pair;
    await vs1.stop('SIGKILL');
    await watch.until(outside, ['vsbak']);
    for (const { host } of [vs1, vsbak]) await assertForeignUntouched(host);
  });

  async function nothingMoves(act: () => Promise<void>): Promise<void> {
    await pair.watch.forget();
    const begin = labNow();
    await act();
    await wire.rounds('vs1', 10);
    expect(await pair.watch.allChanges()).toEqual([]);
    expect(await pair.watch.holders(outside)).toEqual(['vs1']);
    expect(wire.announcements(pair.vsbak.host, outside, begin)).toEqual([]);
  }

  const configureRedis = (option: string, value: string): Promise<unknown> =>
    pair.cluster.store.exec(['redis-cli', '-u', redis.url, 'config', 'set', option, value]);

  /** A problem like this, or none at all. */
  async function bothSay(problem: ((text: string) => boolean) | undefined): Promise<void> {
    for (const director of [pair.vs1, pair.vsbak]) {
      await director.until(({ self }) => {
        const { errors } = self.daemon.rules;
        return problem === undefined ? errors.length === 0 : errors.some(problem);
      }, 20_000);
    }
  }

  async function bothNotice(connected: boolean): Promise<void> {
    for (const director of [pair.vs1, pair.vsbak]) await director.until(({ self }) => self.daemon.store.connected === connected, 20_000);
  }
});
