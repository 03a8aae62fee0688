// The dashboard for Grafana, as far as it can be judged without one: its structure, its places, and every expression by
// Prometheus' own parser and against the metrics that there are.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metricsIn, unknownIn } from './expression.ts';
import { promtoolOn } from './promtool.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string; readonly titleFormat: string }[] };
}

const file = new URL('../../config/grafana/vspair.json', import.meta.url);
const { panels, templating, annotations } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const shown = panels.filter(({ type }) => type !== 'row');
/** A template of Grafana's, not of TypeScript's. */
const chosen = ['$', '{datasource}'].join('');
const variables = new Set(templating.list.map(({ name }) => name));

const expressions = [
  ...shown.flatMap(({ targets = [] }) => targets.map(({ expr, legendFormat }) => ({ expr, legend: legendFormat }))),
  ...annotations.list.map(({ expr, titleFormat }) => ({ expr, legend: titleFormat })),
];

/** As Grafana sends it. */
const filledIn = (expr: string): string => expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*');

test('each panel has a number of its own, a title, what it means, and a place that is no other’s', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(shown.filter(({ title, description = '' }) => title === '' || description === '').map(({ id }) => id)).toEqual([]);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x < 0 || x + w > 24)).toEqual([]);
});

test('each panel asks something, of the data source that the reader chooses', () => {
  expect(shown.filter(({ targets = [], datasource }) => targets.length === 0 || datasource?.uid !== chosen)).toEqual([]);
  const repeated = shown.filter(({ targets = [] }) => new Set(targets.map(({ refId }) => refId)).size !== targets.length);
  expect(repeated).toEqual([]);
});

test('Prometheus takes every expression', () => {
  const rules = expressions.map(({ expr }, index) => ({ record: `dashboard:${index}`, expr: filledIn(expr) }));
  const said = promtoolOn({ groups: [{ name: 'dashboard', rules }] }, (written) => ['check', 'rules', written]);
  expect(said).toContain(`${expressions.length} rules found`);
});

test.each(expressions)('$expr asks for what exists', ({ expr, legend }) => {
  expect(metricsIn(expr).length).toBeGreaterThan(0);
  expect(unknownIn(expr)).toEqual([]);
  const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
  expect(unknownIn(`${metricsIn(expr).join(' + ')} by (${labels.join(', ')})`)).toEqual([]);
  const names = [...expr.matchAll(/\$(\w+)/g)].map(([, name = '']) => name);
  expect(names.filter((name) => name !== '__rate_interval' && !variables.has(name))).toEqual([]);
});

test.each(templating.list.flatMap(({ definition }) => (definition === undefined ? [] : [definition])))(
  'the choice %s asks for what exists',
  (definition) => {
    const [, asked = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
    expect(unknownIn(`${asked} by (${label})`)).toEqual([]);
    expect(metricsIn(asked)).toHaveLength(1);
  },
);

test('who is active, would it survive, links, lateness, takeovers, IPVS and alerts are all shown', () => {
  const told = new Set(expressions.flatMap(({ expr }) => metricsIn(expr)));
  for (const name of [
    ...['vspair_healthy', 'vspair_group_active', 'vspair_link_loss_ratio', 'vspair_link_round_trip_seconds'],
    ...['vspair_keeper_lateness_seconds_bucket', 'vspair_last_takeover_phase_seconds', 'vspair_ipvs_service_bytes_total'],
    ...['vspair_ipvs_server_open_connections', 'vspair_alerts_queued'],
  ])
    expect(told).toContain(name);
});
