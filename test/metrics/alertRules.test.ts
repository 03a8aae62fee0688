// The alert rules for Prometheus: each fires for what it is about, by Prometheus' own judgement, and none for a healthy pair.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { unknownIn } from './expression.ts';
import { promtool, promtoolOn } from './promtool.ts';

const file = new URL('../../config/prometheus/vspair.rules.yml', import.meta.url).pathname;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}
const { groups } = parse(readFileSync(file, 'utf8')) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

type Series = Readonly<Record<string, string>>;

/** Of vs1, which is active, once a minute for six hours. */
const healthy: Series = {
  'up{job="vspair"}': '1x360',
  'vspair_healthy{}': '1x360',
  'vspair_group_active{group="web", director="vs1"}': '1x360',
  'vspair_group_active{group="web", director="vsbak"}': '0x360',
  'vspair_group_state{group="web", director="vs1", state="fault"}': '0x360',
  'vspair_group_vips_missing{group="web"}': '0x360',
  'vspair_transitions_total{group="web", state="active", reason="active-down"}': '0x360',
  'vspair_transitions_total{group="web", state="active", reason="handover"}': '1x360',
  'vspair_maintenance{}': '0x360',
  'vspair_peer_heard{peer="vsbak"}': '1x360',
  'vspair_heard_by_peer{peer="vsbak"}': '1x360',
  'vspair_peer_rules_same{peer="vsbak"}': '1x360',
  'vspair_link_heard{peer="vsbak", link="0"}': '1x360',
  'vspair_link_loss_ratio{peer="vsbak", link="0"}': '0.01x360',
  'vspair_adverts_dropped_total{cause="stale"}': '0+9x360',
  'vspair_adverts_dropped_total{cause="wrong-key"}': '2x360',
  'vspair_keeper_lateness_seconds_bucket{le="0.005"}': '0+600x360',
  'vspair_keeper_lateness_seconds_bucket{le="0.5"}': '0+600x360',
  'vspair_keeper_lateness_seconds_bucket{le="+Inf"}': '0+600x360',
  'vspair_keeper_realtime{}': '1x360',
  'vspair_rules_ready{}': '1x360',
  'vspair_rules_revision{}': '3x360',
  'vspair_rules_applied_revision{}': '3x360',
  'vspair_rules_errors{}': '0x360',
  'vspair_rules_drift{}': '0x360',
  'vspair_rules_last_reconcile_timestamp_seconds{}': '0+60x360',
  'vspair_store_connected{backend="redis"}': '1x360',
  'vspair_alerts_failed_total{channel="mail"}': '7x360',
  'vspair_alerts_queued{channel="mail"}': '0x360',
};

const rows: readonly { readonly alert: string; readonly when: Series; readonly after?: string }[] = [
  { alert: 'VspairDown', when: { 'up{job="vspair"}': '0x360' } },
  { alert: 'VspairNobodyActive', when: { 'vspair_group_active{group="web", director="vs1"}': '0x360' } },
  { alert: 'VspairBothActive', when: { 'vspair_group_active{group="web", director="vsbak"}': '1x360' } },
  { alert: 'VspairVipsMissing', when: { 'vspair_group_vips_missing{group="web"}': '2x360' } },
  { alert: 'VspairNotProtected', when: { 'vspair_healthy{}': '0x360' } },
  {
    alert: 'VspairTakeover',
    when: { 'vspair_transitions_total{group="web", state="active", reason="active-down"}': '0x17 1x343' },
  },
  { alert: 'VspairFlapping', when: { 'vspair_transitions_total{group="web", state="active", reason="handover"}': '0+1x360' } },
  {
    alert: 'VspairInFault',
    when: { 'vspair_group_state{group="web", director="vs1", state="fault"}': '1x360' },
  },
  { alert: 'VspairMaintenanceForgotten', when: { 'vspair_maintenance{}': '1x360' }, after: '5h' },
  { alert: 'VspairPeerLost', when: { 'vspair_peer_heard{peer="vsbak"}': '0x360' } },
  { alert: 'VspairOneWay', when: { 'vspair_heard_by_peer{peer="vsbak"}': '0x360' } },
  { alert: 'VspairLinkLost', when: { 'vspair_link_heard{peer="vsbak", link="0"}': '0x360' } },
  { alert: 'VspairLinkLossy', when: { 'vspair_link_loss_ratio{peer="vsbak", link="0"}': '0.2x360' } },
  { alert: 'VspairAdvertsRefused', when: { 'vspair_adverts_dropped_total{cause="wrong-key"}': '0+5x360' } },
  { alert: 'VspairKeeperLate', when: { 'vspair_keeper_lateness_seconds_bucket{le="0.005"}': '0+500x360' } },
  { alert: 'VspairNotRealtime', when: { 'vspair_keeper_realtime{}': '0x360' } },
  { alert: 'VspairRulesNotReady', when: { 'vspair_rules_ready{}': '0x360' } },
  { alert: 'VspairRulesBehind', when: { 'vspair_rules_revision{}': '4x360' } },
  { alert: 'VspairRulesRefused', when: { 'vspair_rules_errors{}': '2x360' } },
  { alert: 'VspairRulesDiffer', when: { 'vspair_peer_rules_same{peer="vsbak"}': '0x360' } },
  { alert: 'VspairRulesDrift', when: { 'vspair_rules_drift{}': '1x360' } },
  { alert: 'VspairReconcileStopped', when: { 'vspair_rules_last_reconcile_timestamp_seconds{}': '60x360' } },
  { alert: 'VspairStoreLost', when: { 'vspair_store_connected{backend="redis"}': '0x360' } },
  { alert: 'VspairAlertsFailed', when: { 'vspair_alerts_failed_total{channel="mail"}': '0x17 1x343' } },
  { alert: 'VspairAlertsWaiting', when: { 'vspair_alerts_queued{channel="mail"}': '1x360' } },
];

/** Throws what Prometheus has to say when other alerts than these fire then. */
function demandFiring(when: Series, alerts: readonly string[], after = '20m'): void {
  const series = Object.entries({ ...healthy, ...when }).map(([name, values]) => ({ series: withTarget(name), values }));
  const firing = alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 }));
  const expr = 'count by (alertname) (ALERTS{alertstate="firing"}) > bool 0';
  const checked = [{ interval: '1m', input_series: series, promql_expr_test: [{ expr, eval_time: after, exp_samples: firing }] }];
  promtoolOn({ rule_files: [file], evaluation_interval: '1m', tests: checked }, (written) => ['test', 'rules', written]);
}

const withTarget = (series: string): string =>
  series.startsWith('up') ? series : series.replace(/\{/, '{cluster="web", node="vs1", ').replace(', }', '}');

test('Prometheus takes the file', () => {
  expect(promtool(['check', 'rules', file])).toContain(`${rules.length} rules found`);
});

test('a healthy pair is none of their business', () => {
  demandFiring({}, []);
});

test.each(rows)('$alert fires for what it is about, alone', ({ alert, when, after }) => {
  demandFiring(when, [alert], after);
});

test('each rule is seen firing', () => {
  expect(rules.map(({ alert }) => alert)).toEqual(rows.map(({ alert }) => alert));
});

test.each(rules)('$alert asks for metrics and labels that exist, has a severity, and says what to do', ({ expr, labels, annotations }) => {
  expect(unknownIn(expr)).toEqual([]);
  expect(['critical', 'warning', 'info']).toContain(labels.severity);
  expect(annotations['summary']).not.toBe('');
  expect(annotations['description']).toMatch(/\.$/);
});

test('a metric or label that does not exist is noticed', () => {
  expect(unknownIn('vspair_link_lost == 0 and on (cluster, pear) vspair_link_heard{line="0"} == 1')).toEqual([
    'vspair_link_lost',
    'line',
    'pear',
  ]);
});
