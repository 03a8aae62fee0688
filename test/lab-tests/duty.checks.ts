// Runs where IPVS is: the rules through mistakes, crashes of the daemon and a Redis that forgets and dies. Adverts are slow
// enough for a killed daemon to be back before anybody misses it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../lab/checks.ts';
import { labNow } from '../lab/clock.ts';
import type { Director } from '../lab/director.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { rulesText } from '../lab/texts.ts';
import { echoServicePort, type LastingConnection, openLastingConnection, startEchoServers } from './lasting.ts';
import { startMs } from './pair.ts';
import { assertServed, assertTable, type Scene, servicesOf, startScene, untilTable } from './scene.ts';
import { assertAnswered, underTraffic } from './traffic.ts';
import { saysActive, Wire } from './wire.ts';

const { outside } = virtualAddresses;

const rules = `${rulesText('dr')}  - address: ${outside}:${echoServicePort}
    protocol: tcp
    scheduler: rr
    forward: dr
    servers:
      - { address: 10.0.0.11:${echoServicePort} }
      - { address: 10.0.0.12:${echoServicePort} }
`;

const services = [
  ...servicesOf('dr'),
  `-A -t ${outside}:${echoServicePort} -s rr`,
  ...[11, 12].map((number) => `-a -t ${outside}:${echoServicePort} -r 10.0.0.${number}:${echoServicePort} -g -w 1`),
];

const calmTrafficMs = 100;

let scene: Scene;

export const dutyChecks: readonly Check[] = [
  {
    title: 'a rules file with one wrong line is refused with its place, and changes nothing in any kernel',
    async run() {
      scene = await startScene({ method: 'dr', interval: '8s', sections: ['ipvs: { connectionSync: { dev: eth1 } }'] });
      startEchoServers([scene.cluster.real1, scene.cluster.real2]);
      await scene.vs1.applyRules(rules);
      for (const { host } of scene.directors) await untilTable(host, services);
      await applyWrongRules(scene);
    },
  },
  {
    title: 'a killed and restarted daemon adopts what its kernel has: every request is answered, and no service is made anew',
    run: () => crashAndStart(scene),
  },
  {
    title: 'Redis frozen, and full: an apply is refused, no virtual IP moves, and the kernels keep their rules',
    run: () => frozenAndFull(scene),
  },
  {
    title: 'Redis emptied: the kernels keep their rules, status says that the store has lost them, and publish gives them back',
    async run() {
      await scene.cluster.store.exec(['redis-cli', '-u', scene.redis.url, 'flushall']);
      await scene.vs1.until(({ problems }) => problems.some((problem) => problem.includes('vspair rules publish')), 20_000);
      for (const { host } of scene.directors) await assertTable(host, services);
      await publish(scene);
      for (const { host } of scene.directors) await assertTable(host, services);
    },
  },
  {
    title: 'Redis gone: a director that starts has the rules from its own disk',
    async run() {
      const { redis, vsbak } = scene;
      await redis.stop();
      await vsbak.stop('SIGTERM');
      for (const port of [80, echoServicePort]) await vsbak.host.exec(['ipvsadm', '-D', '-t', `${outside}:${port}`]);
      vsbak.start();
      await untilTable(vsbak.host, services, startMs);
    },
  },
  {
    title: 'connectionSync: a connection that is open goes on when the active host dies, with Redis gone too',
    async run() {
      try {
        await connectionSurvives(scene);
      } finally {
        await scene.cluster.close();
      }
    },
  },
];

async function applyWrongRules({ vs1, directors }: Scene): Promise<void> {
  const file = join(vs1.folder, 'wrong.yaml');
  writeFileSync(file, rules.replace('10.0.0.12:80, weight: 1', '10.0.0.12:80, weight: -1'));
  const { exitCode, output } = await vs1.command('rules', 'apply', file);
  assert.equal(exitCode, 6, output);
  assert.match(output, /wrong\.yaml:8:\d+: /);
  for (const { host } of directors) await assertTable(host, services);
}

async function frozenAndFull({ cluster, redis, vs1, directors, watch }: Scene): Promise<void> {
  await watch.forget();
  redis.process.signal('SIGSTOP');
  await vs1.until(({ self }) => !self.daemon.store.connected, 20_000);
  await assertRefused(vs1);
  redis.process.signal('SIGCONT');
  await vs1.until(({ self }) => self.daemon.store.connected, 20_000);
  await cluster.store.exec(['redis-cli', '-u', redis.url, 'config', 'set', 'maxmemory', '1']);
  await assertRefused(vs1);
  await cluster.store.exec(['redis-cli', '-u', redis.url, 'config', 'set', 'maxmemory', '0']);
  for (const { host } of directors) await assertTable(host, services);
  assert.deepEqual(await watch.allChanges(), []);
}

async function publish({ cluster, redis, vsbak }: Scene): Promise<void> {
  const { exitCode, output } = await vsbak.command('rules', 'publish');
  assert.equal(exitCode, 0, output);
  await vsbak.until(({ self }) => self.daemon.rules.errors.length === 0, 20_000);
  const revision = await cluster.store.exec(['redis-cli', '-u', redis.url, 'hget', 'vspair:lab:rules', 'revision']);
  assert.equal(revision.trim(), '2');
}

/** Exit code 7: the shared state does not answer, or does not take it. */
async function assertRefused(director: Director): Promise<void> {
  const file = join(director.folder, 'other.yaml');
  writeFileSync(file, rulesText('dr'));
  const { exitCode, output } = await director.command('rules', 'apply', file);
  assert.equal(exitCode, 7, output);
}

async function crashAndStart(active: Scene): Promise<void> {
  const { vs1, vsbak, watch } = active;
  const wire = await Wire.tap(vsbak);
  await watch.forget();
  const countedBefore = await connectionsCounted(active);
  const answers = await underTraffic(active, () => killAndStart(vs1, wire), calmTrafficMs);
  await vs1.until(({ healthy }) => healthy, startMs);
  await wire.stop();
  assertAnswered(answers);
  assert.deepEqual(await watch.allChanges(), []);
  await assertTable(vs1.host, services);
  assert.ok((await connectionsCounted(active)) >= countedBefore + answers.length / 2, 'the counters of the service began anew');
}

/** Right behind an advert, and with nothing else to do for the guest's CPU: how long a start takes is not the rule. */
async function killAndStart(director: Director, wire: Wire): Promise<void> {
  await wire.advert(director.name, saysActive, labNow());
  await director.stop('SIGKILL');
  director.start();
  await wire.advert(director.name, saysActive, labNow(), startMs);
}

/** By the kernel, for the HTTP service since it was made. It adds its counters up every two seconds. */
async function connectionsCounted({ vs1 }: Scene): Promise<number> {
  const statistics = await vs1.host.exec(['ipvsadm', '-Ln', '--stats', '--exact', '-t', `${outside}:80`]);
  return Number(/^TCP +\S+ +(\d+)/m.exec(statistics)?.[1]);
}

async function connectionSurvives({ cluster, client, vsbak, watch }: Scene): Promise<void> {
  await vsbak.until(({ self }) => self.keeper.peers.every(({ heard, hearsUs }) => heard && hearsUs), startMs);
  const connection: LastingConnection = await openLastingConnection(cluster.client, outside);
  await connection.answers(10, 20_000);
  await untilSynchronised(vsbak);
  cluster.vs1.crash();
  await watch.untilHeldBy('vsbak', outside, 60_000);
  await connection.answers(10, 60_000);
  await assertServed(client);
}

/** The kernel tells the other one of a connection after its third packet, in a message that it may hold back for seconds. */
async function untilSynchronised({ host }: Director): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const connections = await host.exec(['ipvsadm', '-Lnc']);
    if (connections.includes(`${outside}:${echoServicePort}`)) return;
    assert.ok(performance.now() < deadline, `${host.name} was not told of the connection:\n${connections}`);
    await sleep(200);
  }
}
