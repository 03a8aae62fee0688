// What the metrics say of a director in each situation.
import { describe, expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import { createCounts } from '../../src/metrics/counts.ts';
import { createExposition } from '../../src/metrics/exposition.ts';
import { seriesOf } from '../../src/metrics/ipvsSeries.ts';
import { daemon, group, keeper, link, peer } from '../daemon/pair.ts';
import { sampleValue, scraped } from './scraped.ts';
import { counters, noCounters, seen } from './seen.ts';

const render = (more: Parameters<typeof seen>[0] = {}): Promise<string> =>
  createExposition({ cluster: 'web', node: 'vs1' }).render(seen(more));

test('each sample says of which director of which cluster it is', async () => {
  const samples = [...scraped(await render()).values()].flatMap((family) => family.samples);
  expect(samples.length).toBeGreaterThan(100);
  expect(samples.filter(({ labels }) => labels['cluster'] !== 'web' || labels['node'] !== 'vs1')).toEqual([]);
});

describe('groups', () => {
  test('are active on one director and backup on the other', async () => {
    const text = await render();
    const active = (director: string): number => sampleValue(text, 'vspair_group_active', { group: 'web', director });
    expect([active('vs1'), active('vsbak')]).toEqual([1, 0]);
    expect(sampleValue(text, 'vspair_group_state', { director: 'vsbak', state: 'backup' })).toBe(1);
    expect(sampleValue(text, 'vspair_group_state', { director: 'vsbak', state: 'active' })).toBe(0);
    expect(sampleValue(text, 'vspair_group_state_age_seconds', { group: 'web' })).toBe(60);
  });

  test('are nothing on a director that is not heard, whatever it said last', async () => {
    const text = await render({ keeper: keeper({ peers: [peer({ heard: false }, 'active')] }) });
    expect(
      scraped(text)
        .get('vspair_group_active')
        ?.samples.map(({ labels }) => labels['director']),
    ).toEqual(['vs1']);
  });

  test('whose virtual IPs are not all here are missing some, unless another director is active', async () => {
    const vips = group().vips.map((vip) => ({ ...vip, held: false }));
    const missing = async (phase: 'active' | 'backup'): Promise<number> =>
      sampleValue(await render({ keeper: keeper({ groups: [group({ phase, vips })] }) }), 'vspair_group_vips_missing');
    expect([await missing('active'), await missing('backup')]).toEqual([2, 0]);
  });

  test('have the parts of their last takeover in seconds, which add up to the whole', async () => {
    const lastTakeover = {
      ...{ vrid: 51, decidedAt: millis(1_000), rulesInAt: millis(1_500), vipAddedAt: millis(1_502), announcedAt: millis(1_510) },
    };
    const counts = createCounts(new Map([[51, 'web']]), () => 1_700_000_000_500);
    counts.keeper({ type: 'takeover', timeline: lastTakeover });
    const text = await render({ keeper: keeper({ groups: [group({ lastTakeover })] }), counts: counts.seen() });
    const phase = (name: string): number => sampleValue(text, 'vspair_last_takeover_phase_seconds', { phase: name });
    expect([phase('rules'), phase('addresses'), phase('announcement')]).toEqual([0.5, 0.002, 0.008]);
    expect(sampleValue(text, 'vspair_last_takeover_timestamp_seconds')).toBe(1_700_000_000.5);
  });

  test('that nobody took over have no last takeover', async () => {
    const families = scraped(await render());
    expect(families.get('vspair_last_takeover_phase_seconds')?.samples).toEqual([]);
    expect(families.get('vspair_last_takeover_timestamp_seconds')?.samples).toEqual([]);
  });
});

describe('transitions', () => {
  test('are counted by state and reason, each of which is there with 0 before the first', async () => {
    const counts = createCounts(new Map([[51, 'web']]));
    const of = async (state: string, reason: string): Promise<number> =>
      sampleValue(await render({ counts: counts.seen() }), 'vspair_transitions_total', { group: 'web', state, reason });
    const evidence = { active: undefined, lastHeardAgo: undefined, activeDownInterval: undefined, late: millis(0) };
    expect(await of('active', 'active-down')).toBe(0);
    for (let time = 0; time < 2; time += 1)
      counts.keeper({ type: 'fact', at: millis(0), fact: { type: 'becameActive', vrid: 51, reason: 'active-down', evidence } });
    counts.keeper({ type: 'fact', at: millis(0), fact: { type: 'enteredMaintenance', vrid: 51 } });
    expect([await of('active', 'active-down'), await of('active', 'handover'), await of('maintenance', 'maintenance')]).toEqual([2, 0, 1]);
  });
});

describe('links', () => {
  const text = (more: Parameters<typeof link>[1]): Promise<string> =>
    render({ keeper: keeper({ peers: [peer({ links: [link(0), link(1, more)] })] }) });
  const second = { peer: 'vsbak', link: '1' };

  test('have loss, round-trip time and counters, in seconds and shares', async () => {
    const said = await text({ loss: 0.25, roundTrip: millis(0.5), arrived: 75, missed: 25, lastHeardAgo: millis(40) });
    expect(sampleValue(said, 'vspair_link_loss_ratio', second)).toBe(0.25);
    expect(sampleValue(said, 'vspair_link_round_trip_seconds', second)).toBe(0.0005);
    expect(sampleValue(said, 'vspair_link_adverts_received_total', second)).toBe(75);
    expect(sampleValue(said, 'vspair_link_adverts_missed_total', second)).toBe(25);
    expect(sampleValue(said, 'vspair_link_last_heard_age_seconds', second)).toBe(0.04);
  });

  test('that were never heard have no loss and no time, but are not heard', async () => {
    const said = await text({ heard: false, lastHeardAgo: undefined, roundTrip: undefined, loss: 0 });
    expect(sampleValue(said, 'vspair_link_heard', second)).toBe(0);
    for (const name of ['vspair_link_loss_ratio', 'vspair_link_round_trip_seconds', 'vspair_link_last_heard_age_seconds'])
      expect(() => sampleValue(said, name, second)).toThrow('0 samples');
  });
});

test('adverts that were dropped are counted by cause, each of which is there with 0 before the first', async () => {
  const text = await render({ keeper: keeper({ adverts: { sent: 5, received: 4, dropped: { stale: 3 }, sendFailures: 1 } }) });
  const dropped = (cause: string): number => sampleValue(text, 'vspair_adverts_dropped_total', { cause });
  expect([dropped('stale'), dropped('wrong-key')]).toEqual([3, 0]);
  expect(['sent', 'received'].map((what) => sampleValue(text, `vspair_adverts_${what}_total`))).toEqual([5, 4]);
});

test('the lateness of the keeper is a histogram in seconds', async () => {
  const buckets = [
    { upTo: 1, count: 90 },
    { upTo: 100, count: 98 },
  ];
  const text = await render({ keeper: keeper({ lateness: { p50: 0.1, p99: 0.3, max: 2_000, count: 100, sum: 4_500, buckets } }) });
  const family = scraped(text).get('vspair_keeper_lateness_seconds');
  expect(
    family?.samples.map(({ name, labels, value }) => [name.replace('vspair_keeper_lateness_seconds_', ''), labels['le'], value]),
  ).toEqual([
    ['bucket', '0.001', 90],
    ['bucket', '0.1', 98],
    ['bucket', '+Inf', 100],
    ['sum', undefined, 4.5],
    ['count', undefined, 100],
  ]);
  expect(sampleValue(text, 'vspair_keeper_lateness_max_seconds')).toBe(2);
});

describe('IPVS', () => {
  const service = 'tcp 10.0.0.1:80';
  const server = '10.0.0.11:80';

  test('is counted in all, by service and by server', async () => {
    const text = await render();
    expect(sampleValue(text, 'vspair_ipvs_connections_total')).toBe(9);
    expect(sampleValue(text, 'vspair_ipvs_open_connections', { state: 'active' })).toBe(3);
    expect(sampleValue(text, 'vspair_ipvs_service_bytes_total', { service, direction: 'out' })).toBe(600);
    expect(sampleValue(text, 'vspair_ipvs_server_packets_total', { service, server, direction: 'in' })).toBe(66);
    expect(sampleValue(text, 'vspair_ipvs_server_weight', { service, server })).toBe(5);
    expect(sampleValue(text, 'vspair_ipvs_server_open_connections', { service, server, state: 'persistent' })).toBe(1);
  });

  test('costs as many series for a service and a server as the bound reckons with', async () => {
    const samples = [...scraped(await render()).values()].flatMap((family) => family.samples);
    const ofServices = samples.filter(({ name }) => name.startsWith('vspair_ipvs_service_')).length;
    const ofServers = samples.filter(({ name }) => name.startsWith('vspair_ipvs_server_')).length;
    expect({ perService: ofServices, perServer: ofServers }).toEqual(seriesOf);
  });

  test('that is left out is told of', async () => {
    expect(sampleValue(await render({ ipvs: { counters: { ...counters, leftOut: 14 }, readAt: 0 } }), 'vspair_ipvs_series_left_out')).toBe(
      14,
    );
  });

  test('that cannot be read has no counters, which are not 0', async () => {
    const text = await render({ ipvs: undefined });
    expect(sampleValue(text, 'vspair_ipvs_readable')).toBe(0);
    const told = [...scraped(text).values()].filter(({ name, samples }) => name.startsWith('vspair_ipvs_') && samples.length > 0);
    expect(told.map(({ name }) => name).sort()).toEqual(['vspair_ipvs_readable', 'vspair_ipvs_settings_refused']);
  });

  test('of a service that is gone is gone', async () => {
    const exposition = createExposition({ cluster: 'web', node: 'vs1' });
    await exposition.render(seen());
    const text = await exposition.render(seen({ ipvs: { counters: noCounters, readAt: 2_000 } }));
    expect(scraped(text).get('vspair_ipvs_service_bytes_total')?.samples).toEqual([]);
  });
});

test('rules have the newest revision, the one in the kernel, and what is wrong with them', async () => {
  const said = { ...daemon().rules, revision: 2, errors: ['a', 'b'], drift: ['c'], comparedAt: 5_000 };
  const text = await render({ newestRevision: 3, daemon: daemon({ rules: said }) });
  const names = ['revision', 'applied_revision', 'errors', 'drift', 'last_reconcile_timestamp_seconds'];
  expect(names.map((name) => sampleValue(text, `vspair_rules_${name}`))).toEqual([3, 2, 2, 1, 5]);
});

test('alerts are told by channel', async () => {
  const channel = 'alerts[0] https://ops.example';
  const text = await render({ alerts: [{ name: channel, waiting: 1, delivered: 2, failed: 3 }] });
  const names = ['queued', 'delivered_total', 'failed_total'];
  expect(names.map((name) => sampleValue(text, `vspair_alerts_${name}`, { channel }))).toEqual([1, 2, 3]);
});
