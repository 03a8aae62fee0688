// Runs where IPVS is: HTTP through the virtual IP by each forwarding method, through a host's death and a handover.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../lab/checks.ts';
import { labNow } from '../lab/clock.ts';
import type { Director } from '../lab/director.ts';
import type { HttpAnswer } from '../lab/http.ts';
import { type ForwardingMethod, virtualAddresses } from '../lab/plan.ts';
import { rulesText } from '../lab/texts.ts';
import { metricsSection, scrape } from '../metrics/scrape.ts';
import { sampleValue } from '../metrics/scraped.ts';
import { assertForeignUntouched } from './pair.ts';
import { assertServed, assertTable, type Scene, servicesOf, startScene, untilTable } from './scene.ts';
import { assertAnswered, assertNobodyRefused, underTraffic } from './traffic.ts';
import { Wire } from './wire.ts';

const { outside, inside } = virtualAddresses;

export const methodChecks = (method: ForwardingMethod): readonly Check[] => {
  let scene: Scene;
  return [
    {
      title: `${method}: rules applied on one director are in both kernels, as ipvsadm reads them, beside foreign ones`,
      async run() {
        scene = await startScene({ method, sections: [metricsSection] });
        await scene.vs1.applyRules(rulesText(method));
        for (const { host } of scene.directors) await untilTable(host, servicesOf(method));
      },
    },
    { title: `${method}: a client is served by both real servers`, run: () => assertServed(scene.client) },
    // One method is enough; with nat the answers pass the director too.
    ...(method === 'nat'
      ? [{ title: 'the metrics of the active director count what it forwards', run: () => forwardedCounted(scene) }]
      : []),
    {
      title: `${method}: a failover by hand under traffic: nobody is refused, and only what is under way in that moment may be lost`,
      run: () => failover(scene),
    },
    { title: `${method}: both real servers go on serving through the second director`, run: () => assertServed(scene.client) },
    {
      title: `${method}: the active host dies under traffic: whoever asks after the announcement is answered, and nobody is refused`,
      run: () => hostDeath(scene),
    },
    { title: `${method}: both real servers go on serving through the first director`, run: () => assertServed(scene.client) },
    {
      title: `${method}: SIGTERM leaves foreign services and addresses alone`,
      async run() {
        try {
          await stop(scene, method);
        } finally {
          await scene.cluster.close();
        }
      },
    },
  ];
};

/** What assertServed has sent; the kernel adds up every two seconds, and the counters are read every five. */
async function forwardedCounted({ vs1 }: Scene): Promise<void> {
  const service = `tcp ${outside}:80`;
  const served = { service, direction: 'out' };
  let page = await scrape(vs1.host);
  for (let tries = 0; tries < 30 && sampleValue(page, 'vspair_ipvs_service_bytes_total', served) < 6 * 20_006; tries += 1) {
    await sleep(1_000);
    page = await scrape(vs1.host);
  }
  assert.ok(sampleValue(page, 'vspair_ipvs_service_bytes_total', served) >= 6 * 20_006, page);
  assert.equal(sampleValue(page, 'vspair_ipvs_service_connections_total', { service }), 6);
  for (const server of ['192.168.1.11:80', '192.168.1.12:80']) {
    assert.equal(sampleValue(page, 'vspair_ipvs_server_connections_total', { service, server }), 3);
    assert.equal(sampleValue(page, 'vspair_ipvs_server_weight', { service, server }), 1);
  }
  // Two services are somebody else's.
  assert.equal(sampleValue(page, 'vspair_ipvs_services'), 3);
  assert.equal(sampleValue(page, 'vspair_rules_applied_revision'), 1);
}

async function failover(scene: Scene): Promise<void> {
  const { watch, vs1, vsbak } = scene;
  await watch.forget();
  const { answers, movedAt } = await movingTo(vsbak, scene, async () => {
    const { exitCode, output } = await vs1.command('failover', '--yes');
    assert.equal(exitCode, 0, output);
    await watch.until(outside, ['vsbak']);
  });
  assertAnswered(before(answers, movedAt));
  assertAnswered(after(answers, movedAt));
  assertNobodyRefused(answers);
  assert.deepEqual(await watch.changes(outside), ['vsbak added', 'vs1 removed']);
}

async function hostDeath(scene: Scene): Promise<void> {
  const { cluster, vs1, watch } = scene;
  const { answers, movedAt } = await movingTo(vs1, scene, async () => {
    cluster.vsbak.crash();
    await watch.untilHeldBy('vs1', outside);
  });
  assertAnswered(after(answers, movedAt));
  assertNobodyRefused(answers);
}

/** `movedAt`: when the last virtual IP was announced on its network, the inside one being the gateway with NAT. */
async function movingTo(director: Director, scene: Scene, act: () => Promise<unknown>) {
  const { host } = director;
  const [outsideWire, insideWire] = [
    await Wire.tap(director, { host: scene.cluster.client }),
    await Wire.tap(director, { host, dev: 'eth1' }),
  ];
  const begin = labNow();
  const answers = await underTraffic(scene, act);
  for (const wire of [outsideWire, insideWire]) await wire.stop();
  const announcements = [outsideWire.announcements(host, outside, begin)[0], insideWire.announcements(host, inside, begin)[0]];
  return { answers, movedAt: Math.max(...announcements.map((frame) => frame?.at ?? Number.NaN)) };
}

function before(answers: readonly HttpAnswer[], movedAt: number): readonly HttpAnswer[] {
  return some(answers.filter(({ endedAt }) => endedAt < movedAt));
}

function after(answers: readonly HttpAnswer[], movedAt: number): readonly HttpAnswer[] {
  return some(answers.filter(({ startedAt }) => startedAt > movedAt));
}

function some(answers: readonly HttpAnswer[]): readonly HttpAnswer[] {
  assert.ok(answers.length > 0, 'nobody asked, or the moment was not seen');
  return answers;
}

async function stop({ directors, vs1, watch }: Scene, method: ForwardingMethod): Promise<void> {
  await vs1.stop('SIGTERM');
  await watch.until(outside, []);
  for (const { host } of directors) {
    await assertTable(host, servicesOf(method));
    await assertForeignUntouched(host);
  }
}
