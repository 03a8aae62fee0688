// Runs where IPVS is: cold standby, for directors that are real servers too. A backup has no services in its kernel, and at
// a takeover they are there before the virtual IP, also when there are thousands of them. How long that took is printed.
import assert from 'node:assert/strict';
import { activeDownInterval } from '../../src/core/timers.ts';
import type { KeeperSnapshot } from '../../src/keeper/messages.ts';
import { startCapture } from '../lab/capture.ts';
import type { Check } from '../lab/checks.ts';
import type { Director } from '../lab/director.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { rulesText } from '../lab/texts.ts';
import { startMs } from './pair.ts';
import { assertServed, assertTable, type Scene, servicesOf, startScene, untilTable } from './scene.ts';
import { assertNobodyRefused, underTraffic } from './traffic.ts';
import { longestSilence, type SeenAdvert, saysActive, Wire } from './wire.ts';

const { outside } = virtualAddresses;
const services = servicesOf('dr');

/** With a port for each of them, beside the one that the client uses. */
const manyPorts = Array.from({ length: 1_999 }, (_, index) => 10_000 + index);
const manyRules = rulesText('dr') + manyPorts.map(ruleOf).join('');
const manyServices = [...services, ...manyPorts.flatMap(linesOf)];

let scene: Scene;

export const coldChecks: readonly Check[] = [
  {
    title: 'cold standby: rules are in the active’s kernel, and not in the backup’s',
    async run() {
      scene = await startScene({ method: 'dr', interval: '500ms', sections: ['ipvs: { standby: cold }'] });
      const { vs1, vsbak } = scene;
      await vs1.applyRules(rulesText('dr'));
      await untilTable(vs1.host, services);
      await vsbak.until(({ healthy }) => healthy, startMs);
      await assertTable(vsbak.host, []);
      await assertServed(scene.client);
    },
  },
  {
    title: 'cold standby: a failover by hand refuses no client, moves the rules, and takes them out behind itself',
    async run() {
      const { vs1, vsbak, watch } = scene;
      await nobodyRefused(scene, async () => {
        const { exitCode, output } = await vs1.command('failover', '--yes');
        assert.equal(exitCode, 0, output);
        await watch.until(outside, ['vsbak']);
      });
      await untilTable(vsbak.host, services);
      await untilTable(vs1.host, []);
      await assertServed(scene.client);
    },
  },
  {
    title: 'cold standby, 2,000 services: a handover waits for them, and the one that loads them is heard all the time',
    async run() {
      const { vs1, vsbak } = scene;
      await vs1.applyRules(manyRules);
      await untilTable(vsbak.host, manyServices, 60_000);
      await vsbak.until(({ healthy }) => healthy, startMs);
      const adverts = await advertsDuring(scene, vs1, async () => {
        const { exitCode, output } = await vsbak.command('failover', '--yes');
        assert.equal(exitCode, 0, output);
      });
      const said = adverts.map(({ advert }) => advert.groups[0]?.handover?.phase);
      assert.ok(said.includes('loading') && said.indexOf('loading') < said.indexOf('taken'), said.join(' '));
      await untilTable(vs1.host, manyServices, 60_000);
      await assertServed(scene.client);
    },
  },
  {
    title: 'cold standby, 2,000 services: when the active host dies the other says at once that it is active, and no client is refused',
    async run() {
      try {
        const { cluster, vsbak, watch } = scene;
        await vsbak.until(({ healthy }) => healthy, startMs);
        const adverts = await advertsDuring(scene, vsbak, async () => {
          cluster.vs1.crash();
          await watch.untilHeldBy('vsbak', outside, 30_000);
        });
        const said = adverts.flatMap(({ advert }) => advert.groups.filter(saysActive));
        assert.equal(said[0]?.holding, false);
        await untilTable(vsbak.host, manyServices, 60_000);
        await assertServed(scene.client);
      } finally {
        await scene.cluster.close();
      }
    },
  },
];

function ruleOf(port: number): string {
  return `  - address: ${outside}:${port}
    protocol: tcp
    scheduler: rr
    forward: dr
    servers: [{ address: 10.0.0.11:${port} }, { address: 10.0.0.12:${port} }]
`;
}

function linesOf(port: number): readonly string[] {
  const service = `-t ${outside}:${port}`;
  return [`-A ${service} -s rr`, ...[11, 12].map((number) => `-a ${service} -r 10.0.0.${number}:${port} -g -w 1`)];
}

/**
 * What `taker` says while the other one is replaced, from the last advert before it on. No client is refused meanwhile, and
 * the taker is never silent for so long that a backup would take its place.
 */
async function advertsDuring(active: Scene, taker: Director, act: () => Promise<unknown>): Promise<readonly SeenAdvert[]> {
  const wire = await Wire.tap(taker);
  await wire.rounds(taker.name, 1);
  await nobodyRefused(active, act);
  await wire.rounds(taker.name, 1);
  await wire.stop();
  const adverts = wire.adverts(taker.name);
  const silence = longestSilence(adverts);
  const { keeper } = (await taker.until(({ self }) => self.keeper.groups[0]?.lastTakeover !== undefined, startMs)).self;
  console.log(`${taker.name} takes over: ${toldOf(keeper)}, longest silence ${silence.toFixed(0)} ms`);
  const patience = Math.min(...adverts.map(({ advert }) => activeDownInterval(254, advert.interval)));
  assert.ok(silence < patience, `${taker.name} was silent for ${silence} ms`);
  return adverts;
}

function toldOf({ groups, lateness }: KeeperSnapshot): string {
  const takeover = groups[0]?.lastTakeover;
  if (takeover === undefined) return 'it did not';
  const { decidedAt, rulesInAt, announcedAt } = takeover;
  const after = (moment: number): string => `after ${(moment - decidedAt).toFixed(1)} ms`;
  return `rules in ${after(rulesInAt)}, announced ${after(announcedAt)}; wakes at most ${lateness.max.toFixed(1)} ms late since its start`;
}

/** Neither by what the client was told nor by what was on its wire: RST and ACK together answer a SYN. */
async function nobodyRefused(active: Scene, act: () => Promise<unknown>): Promise<void> {
  const capture = await startCapture(active.cluster.client, `tcp[tcpflags] & (tcp-rst|tcp-ack) == tcp-rst|tcp-ack and src host ${outside}`);
  const answers = await underTraffic(active, act);
  const refusals = await capture.stop();
  assertNobodyRefused(answers);
  assert.deepEqual(refusals, []);
}
