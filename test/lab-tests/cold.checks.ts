// Runs where IPVS is: cold standby, for directors that are real servers too. A backup has no services in its kernel, and at
// a takeover they are there before the virtual IP.
import assert from 'node:assert/strict';
import { startCapture } from '../lab/capture.ts';
import type { Check } from '../lab/checks.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { rulesText } from '../lab/texts.ts';
import { startMs } from './pair.ts';
import { assertServed, assertTable, type Scene, servicesOf, startScene, untilTable } from './scene.ts';
import { assertNobodyRefused, underTraffic } from './traffic.ts';

const { outside } = virtualAddresses;
const services = servicesOf('dr');

let scene: Scene;

export const coldChecks: readonly Check[] = [
  {
    title: 'cold standby: rules are in the active’s kernel, and not in the backup’s',
    async run() {
      scene = await startScene({ method: 'dr', sections: ['ipvs: { standby: cold }'] });
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
    title: 'cold standby: when the active host dies no client is refused, and the rules are in the new active’s kernel',
    async run() {
      try {
        const { cluster, vs1, watch } = scene;
        await vs1.until(({ healthy }) => healthy, startMs);
        await nobodyRefused(scene, async () => {
          cluster.vsbak.crash();
          await watch.untilHeldBy('vs1', outside);
        });
        await untilTable(vs1.host, services);
        await assertServed(scene.client);
      } finally {
        await scene.cluster.close();
      }
    },
  },
];

/** Neither by what the client was told nor by what was on its wire: RST and ACK together answer a SYN. */
async function nobodyRefused(active: Scene, act: () => Promise<unknown>): Promise<void> {
  const capture = await startCapture(active.cluster.client, `tcp[tcpflags] & (tcp-rst|tcp-ack) == tcp-rst|tcp-ack and src host ${outside}`);
  const answers = await underTraffic(active, act);
  const refusals = await capture.stop();
  assertNobodyRefused(answers);
  assert.deepEqual(refusals, []);
}
