// The main thread's handle on a real keeper, in a thread of its own on a host of the lab.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import { type KeeperThread, startKeeperThread } from '../../src/daemon/keeperThread.ts';
import type { FromKeeper, KeeperBoot } from '../../src/keeper/messages.ts';
import { eventually } from '../eventually.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';

let cluster: Cluster;
let keeper: KeeperThread | undefined;
let told: FromKeeper[];
let deaths: Error[];

beforeEach(async () => {
  cluster = await createCluster({ links: 1 });
  [told, deaths] = [[], []];
});
afterEach(async () => {
  await keeper?.shutdown('handover');
  keeper = undefined;
  await cluster.close();
});

const rules = { revision: 0, digest: '0'.repeat(16), ready: true };

const boot: KeeperBoot = {
  core: {
    self: 'vs1',
    incarnation: 1,
    interval: millis(50),
    nodes: [
      { name: 'vs1', addressRank: 0 },
      { name: 'vsbak', addressRank: 1 },
    ],
    groups: [
      {
        name: 'web',
        vrid: 51,
        vips: [{ family: 4, address: '10.0.0.1', prefix: 24, dev: 'eth0' }],
        preempt: false,
        preemptDelay: millis(0),
        priorities: new Map([
          ['vs1', 150],
          ['vsbak', 100],
        ]),
      },
    ],
  },
  cluster: 'lab',
  keys: [{ id: 1, key: new Uint8Array(32).fill(7) }],
  port: 1112,
  links: [{ local: '10.0.0.2', peers: [{ node: 'vsbak', address: '10.0.0.3' }] }],
  marks: [],
  maintenance: false,
  leaseSeconds: 2,
  rules,
};

const start = (): Promise<KeeperThread> =>
  cluster.vs1.on(() => startKeeperThread(boot, { told: (message) => told.push(message), died: (error) => deaths.push(error) }));

async function started(): Promise<KeeperThread> {
  keeper = await start();
  return keeper;
}

const addresses = (): Promise<string> => cluster.vs1.exec(['ip', '-br', 'address', 'show', 'dev', 'eth0']);

test('a keeper that hears nobody takes over, and its snapshot says what the kernel has', async () => {
  const thread = await started();
  expect(told.map(({ type }) => type)).toContain('ready');
  await eventually(async () => (await thread.snapshot()).groups[0]).toMatchObject({ name: 'web', phase: 'active', active: 'vs1' });
  expect((await thread.snapshot()).groups[0]?.vips).toEqual([{ address: '10.0.0.1', prefix: 24, dev: 'eth0', held: true }]);
  expect(await addresses()).toContain('10.0.0.1/24');
  await eventually(() => told.map(({ type }) => type)).toContain('takeover');
});

test('questions that are asked at once get each its own answer', async () => {
  const thread = await started();
  const [first, outcome, second] = await Promise.all([thread.snapshot(), thread.maintenance(true), thread.snapshot()]);
  expect(outcome).toMatchObject({ ok: true });
  expect([first.self, second.self]).toEqual(['vs1', 'vs1']);
  await eventually(() => told).toContainEqual({ type: 'maintenanceChanged', on: true });
});

test('a failover that cannot be is refused with the reason', async () => {
  const thread = await started();
  expect(await thread.failover(52, undefined)).toMatchObject({ ok: false, reason: 'unknown-group' });
  await eventually(async () => (await thread.snapshot()).groups[0]?.phase).toBe('active');
  expect(await thread.failover(51, undefined)).toMatchObject({ ok: false, reason: 'peer-not-heard' });
  expect(await thread.failover(51, 'vs9')).toMatchObject({ ok: false, reason: 'unknown-node' });
});

test('rules that are posted are those that the snapshot shows', async () => {
  const thread = await started();
  const mark = { revision: 3, digest: '00112233aabbccdd', ready: true };
  thread.post({ type: 'rules', mark, batch: { revision: 3, digest: mark.digest, messages: new Uint8Array(), labels: [] } });
  await eventually(async () => (await thread.snapshot()).rules).toEqual(mark);
});

test('a keeper that is asked to stop has released its addresses when it says so, and that is no death', async () => {
  const thread = await started();
  await eventually(addresses).toContain('10.0.0.1/24');
  await thread.shutdown('handover');
  keeper = undefined;
  expect(await addresses()).not.toContain('10.0.0.1/24');
  await eventually(() => told.at(-1)?.type).toBe('exited');
  expect(deaths).toEqual([]);
});

test('a keeper that stops in place leaves them', async () => {
  const thread = await started();
  await eventually(addresses).toContain('10.0.0.1/24');
  await thread.shutdown('inPlace');
  keeper = undefined;
  expect(await addresses()).toContain('10.0.0.1/24');
});
