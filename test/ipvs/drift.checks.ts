// In a real kernel, with the reconciler in its thread: what somebody does with ipvsadm to what is ours, what drains, and
// that two directors send a client to the same server however their tables came about.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReconcilerThread, startReconcilerThread } from '../../src/reconciler/thread.ts';
import { createReconciler, type ReconcileResult } from '../../src/rules/reconciler.ts';
import type { Check } from '../lab/checks.ts';
import { revised, rules, server, service } from '../rules/documents.ts';
import { checkWith, type Director } from './director.ts';

const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12', { weight: 5 })]);
const mail = service('10.0.0.2', [server('10.0.0.13')], { port: 25, scheduler: 'wlc' });
const dns = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12')], { protocol: 'udp', port: 53, drain: 30 });

/** What ipvsadm is told, and what is then told of it. */
const misdeeds: readonly (readonly [string, readonly string[]])[] = [
  ['-e -t 10.0.0.1:80 -r 10.0.0.12:80 -g -w 9', ['server 10.0.0.12:80 of tcp 10.0.0.1:80: weight is 9, should be 5']],
  ['-e -t 10.0.0.1:80 -r 10.0.0.11:80 -m -w 1', ['server 10.0.0.11:80 of tcp 10.0.0.1:80: forward is nat, should be dr']],
  ['-E -t 10.0.0.1:80 -s wlc', ['service tcp 10.0.0.1:80: scheduler is wlc, should be rr']],
  ['-E -t 10.0.0.1:80 -s rr -p 60', ['service tcp 10.0.0.1:80: persistence is 60 s, should be off']],
  ['-d -t 10.0.0.1:80 -r 10.0.0.11:80', ['server 10.0.0.11:80 of tcp 10.0.0.1:80: is missing']],
  ['-a -t 10.0.0.1:80 -r 10.0.0.99:80 -g', ['server 10.0.0.99:80 of tcp 10.0.0.1:80: is not in the rules']],
  ['-D -t 10.0.0.2:25', ['service tcp 10.0.0.2:25: is missing', 'server 10.0.0.13:80 of tcp 10.0.0.2:25: is missing']],
];

export const driftChecks: readonly Check[] = [
  checkWith('whatever somebody does to what is ours is put right and told', (newDirector) =>
    withReconciler(newDirector(), 'repair', async ({ ipvsadm, saved }, reconciler) => {
      await applied(reconciler);
      const before = saved();
      for (const [command, differences] of misdeeds) {
        ipvsadm(command.split(' '));
        assert.deepEqual((await applied(reconciler)).drift, { differences, count: differences.length, standing: 0, isNews: true });
        assert.deepEqual(saved(), before);
        assert.equal((await applied(reconciler)).drift, undefined);
      }
    }),
  ),
  checkWith('with onDrift: report it is told and stays; what is not ours is neither', (newDirector) =>
    withReconciler(newDirector(), 'report', async ({ ipvsadm, saved }, reconciler) => {
      await applied(reconciler);
      ipvsadm(['-R'], '-e -t 10.0.0.1:80 -r 10.0.0.12:80 -g -w 9\n-A -t 10.9.9.9:80 -s rr\n');
      const spoilt = saved();
      assert.deepEqual((await applied(reconciler)).drift, {
        differences: ['server 10.0.0.12:80 of tcp 10.0.0.1:80: weight is 9, should be 5'],
        count: 1,
        standing: 1,
        isNews: true,
      });
      assert.deepEqual(saved(), spoilt);
    }),
  ),
  checkWith('the thread knows its services again after a restart, from its disk', async (newDirector) => {
    const director = newDirector();
    const folder = mkdtempSync(join(tmpdir(), 'vspair-reconciler-'));
    try {
      const first = await threadIn(director, 'repair', folder);
      await first.apply(revised(rules(web, mail)));
      await first.close();
      assert.match(readFileSync(join(folder, 'owned-services.json'), 'utf8'), /tcp 10\.0\.0\.2:25/);
      const second = await threadIn(director, 'repair', folder);
      assert.deepEqual(await second.planned(rules(web)), ['remove service tcp 10.0.0.2:25']);
      assert.equal((await second.apply(revised(rules(web), 2))).written, 1);
      await second.close();
      assert.equal(director.saved().length, 3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }),
  checkWith('what was prepared crosses between the threads once, and anew when the keeper may have written it', (newDirector) =>
    withReconciler(newDirector(), 'repair', async (_director, reconciler) => {
      const { batch } = await reconciler.prepare(document);
      assert.equal((await reconciler.prepare(document)).batch, batch);
      await reconciler.withdraw();
      const again = await reconciler.prepare(document);
      assert.notEqual(again.batch, batch);
      assert.deepEqual(again.batch, batch);
    }),
  ),
  checkWith('a server that the rules lose keeps its connection until the time is over', drainsForItsTime),
  checkWith('a server that comes back while it drains gets its weight, and its connection was never touched', comesBack),
  checkWith('two directors with different pasts send each client to the same server', sameChoice),
  checkWith('a server that moves in the list keeps its connections and counters', movesWithConnections),
];

async function withReconciler(
  director: Director,
  onDrift: 'repair' | 'report',
  act: (director: Director, reconciler: ReconcilerThread) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vspair-reconciler-'));
  const reconciler = await threadIn(director, onDrift, folder);
  try {
    await act(director, reconciler);
  } finally {
    await reconciler.close();
    rmSync(folder, { recursive: true });
  }
}

const threadIn = ({ within }: Director, onDrift: 'repair' | 'report', stateDir: string): Promise<ReconcilerThread> =>
  within(() =>
    startReconcilerThread({ stateDir, onDrift }, ({ detail }) => {
      throw new Error(detail);
    }),
  );

const document = revised(rules(web, mail));
const applied = (reconciler: ReconcilerThread): Promise<ReconcileResult> => reconciler.apply(document);

/** In this thread, with a clock of our own. */
function clocked({ ipvs }: Director) {
  const time = { now: 0 };
  const ownership = { load: () => Promise.resolve([]), save: () => Promise.resolve() };
  return { time, reconciler: createReconciler({ ipvs, ownership, now: () => time.now }) };
}

/** One connection to each server: rr takes them in turn. */
async function serving(director: Director): Promise<ReturnType<typeof clocked>> {
  const { time, reconciler } = clocked(director);
  await reconciler.apply(revised(rules(dns)));
  director.sendDatagram('10.0.0.1', 53, [40_001, 40_002]);
  assert.equal(director.connections().length, 2);
  return { time, reconciler };
}

const without = revised(rules({ ...dns, servers: [server('10.0.0.11', { port: 80 })] }), 2);
const kept = 'UDP 10.0.0.1:53 10.0.0.12:80';

async function drainsForItsTime(newDirector: () => Director): Promise<void> {
  const director = newDirector();
  const { time, reconciler } = await serving(director);
  const { draining } = await reconciler.apply(without);
  assert.deepEqual(draining, [{ service: 'udp 10.0.0.1:53', server: '10.0.0.12:80', connections: 1, leftMs: 30_000 }]);
  time.now = 29_999;
  await reconciler.apply(without);
  assert(director.connections().includes(kept));
  assert(director.saved().includes('-a -u 10.0.0.1:53 -r 10.0.0.12:80 -g -w 0'));
  director.sendDatagram('10.0.0.1', 53, [40_003, 40_004]);
  assert.equal(director.connections().filter((line) => line === kept).length, 1);
  time.now = 30_000;
  await reconciler.apply(without);
  assert.equal(director.saved().length, 2);
}

async function comesBack(newDirector: () => Director): Promise<void> {
  const director = newDirector();
  const { reconciler } = await serving(director);
  const before = director.picks();
  await reconciler.apply(without);
  await reconciler.apply(revised(rules(dns), 3));
  assert(director.saved().includes('-a -u 10.0.0.1:53 -r 10.0.0.12:80 -g -w 1'));
  assert.deepEqual(director.picks(), before);
}

const clients = Array.from({ length: 12 }, (_, number) => 40_001 + number);
const hashed = (scheduler: 'sh' | 'mh', ...hosts: readonly number[]) =>
  rules(
    service(
      '10.0.0.1',
      hosts.map((host) => server(`10.0.0.${host}`)),
      { protocol: 'udp', port: 53, scheduler, schedulerFlags: [`${scheduler}-port`] },
    ),
  );

async function sameChoice(newDirector: () => Director): Promise<void> {
  for (const scheduler of ['sh', 'mh'] as const) {
    const [old, young] = [newDirector(), newDirector()];
    const last = revised(hashed(scheduler, 14, 11, 12, 13), 2);
    const [past, present] = [clocked(old).reconciler, clocked(young).reconciler];
    await past.apply(revised(hashed(scheduler, 13, 12, 11)));
    assert.equal((await past.apply(last)).unfinished, true);
    await past.apply(last);
    await present.apply(last);
    assert.deepEqual(old.ipvs.dump(), young.ipvs.dump());
    for (const { sendDatagram } of [old, young]) sendDatagram('10.0.0.1', 53, clients);
    assert.equal(Object.keys(old.picks()).length, clients.length);
    assert.deepEqual(old.picks(), young.picks());
  }
}

async function movesWithConnections(newDirector: () => Director): Promise<void> {
  const director = newDirector();
  const { reconciler } = clocked(director);
  await reconciler.apply(revised(hashed('sh', 11, 12, 13)));
  director.sendDatagram('10.0.0.1', 53, clients);
  const before = director.picks();
  const counted = director.ipvs.dump().flatMap(({ servers }) => servers.map(({ address, connections }) => `${address} ${connections}`));
  await reconciler.apply(revised(hashed('sh', 13, 12, 11), 2));
  const [held] = director.ipvs.dump();
  assert.deepEqual(
    held?.servers.map(({ address }) => address),
    ['10.0.0.11', '10.0.0.12', '10.0.0.13'],
  );
  assert.deepEqual(director.picks(), before);
  assert.deepEqual(held.servers.map(({ address, connections }) => `${address} ${connections}`).sort(), counted.sort());
}
