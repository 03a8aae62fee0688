// The metrics of a real pair, scraped as Prometheus does, while things happen to it.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { families, lateness } from '../../src/metrics/exposition.ts';
import { eventually } from '../eventually.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { startForger } from '../lab-tests/forger.ts';
import { type Pair, startMs, startPair } from '../lab-tests/pair.ts';
import { metricsPort, metricsSection, scrape, scrapes } from './scrape.ts';
import { sampleValue, scraped } from './scraped.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({ sections: [metricsSection] });
});
afterAll(() => pair.cluster.close());

const { outside } = virtualAddresses;
const web = { group: 'web' };

test('every metric is there, each once and of its type, from the director itself and from its network', async () => {
  const { vs1, vsbak } = pair;
  const existing = [...families.map(({ name, type }) => `${name} ${type}`), `${lateness.name} histogram`].sort();
  for (const text of [await scrape(vs1.host), await scrape(vsbak.host, vs1.host.leg().address)]) {
    expect([...scraped(text).values()].map(({ name, type }) => `${name} ${type}`).sort()).toEqual(existing);
    expect(sampleValue(text, 'vspair_group_active', { director: 'vs1', node: 'vs1' })).toBe(1);
  }
});

test('a healthy pair would survive, as both directors say', async () => {
  for (const { host } of pair.directors) {
    const text = await scrape(host);
    expect([sampleValue(text, 'vspair_healthy'), sampleValue(text, 'vspair_problems')]).toEqual([1, 0]);
  }
});

test('the links of a healthy pair have lost nothing and have a round-trip time', async () => {
  const text = await scrape(pair.vsbak.host);
  for (const link of ['0', '1']) {
    expect(sampleValue(text, 'vspair_link_heard', { peer: 'vs1', link })).toBe(1);
    expect(sampleValue(text, 'vspair_link_adverts_received_total', { peer: 'vs1', link })).toBeGreaterThan(0);
    expect(sampleValue(text, 'vspair_link_round_trip_seconds', { peer: 'vs1', link })).toBeLessThan(10);
  }
});

test('a forged packet is counted by its cause', async () => {
  const { vs1, vsbak, cluster } = pair;
  const malformed = async (): Promise<number> =>
    sampleValue(await scrape(vs1.host), 'vspair_adverts_dropped_total', { cause: 'malformed' });
  expect(await malformed()).toBe(0);
  const forger = await startForger(cluster.real1);
  forger.send({ to: vs1.host, source: vsbak.host.leg().address, payload: randomBytes(200) });
  await eventually(malformed).toBe(1);
});

test('a handover is counted on both directors by its reason, with the parts that it took', async () => {
  const { vs1, vsbak, watch } = pair;
  const counted = async (host: Pair['vs1']['host'], state: string, reason: string): Promise<number> =>
    sampleValue(await scrape(host), 'vspair_transitions_total', { ...web, state, reason });
  expect(await counted(vsbak.host, 'active', 'handover')).toBe(0);
  expect((await vs1.command('failover', '--yes')).exitCode).toBe(0);
  await watch.until(outside, ['vsbak'], startMs);
  await eventually(() => counted(vsbak.host, 'active', 'handover')).toBe(1);
  await eventually(() => counted(vs1.host, 'backup', 'handed-over')).toBe(1);
  const text = await scrape(vsbak.host);
  const parts = ['rules', 'addresses', 'announcement'].map((phase) =>
    sampleValue(text, 'vspair_last_takeover_phase_seconds', { ...web, phase }),
  );
  expect(parts.every((part) => part >= 0)).toBe(true);
  expect(sampleValue(text, 'vspair_last_takeover_timestamp_seconds', web)).toBeGreaterThan(1_700_000_000);
  expect(sampleValue(text, 'vspair_events_total', { type: 'handover' })).toBe(1);
});

test('fifty scrapes at once, again and again, beside readers that take nothing, move no virtual IP', async () => {
  const { vs1, vsbak, watch } = pair;
  await watch.forget();
  const slow = vsbak.host.spawn([process.execPath, join(import.meta.dirname, 'slowReaders.ts'), '127.0.0.1', String(metricsPort)]);
  await slow.line(/reading nothing/, startMs);
  for (let round = 0; round < 3; round += 1) {
    const all = await scrapes(vsbak.host, 50);
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
  }
  await slow.stop('SIGKILL');
  expect(await watch.allChanges()).toEqual([]);
  expect((await vs1.status()).self.keeper.peers[0]?.heard).toBe(true);
});
