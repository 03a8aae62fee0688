// METRICS.md says of every metric what a scrape says of it, and of no other; Prometheus' own tool has nothing against them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createExposition, families, lateness } from '../../src/metrics/exposition.ts';
import { promtool } from './promtool.ts';
import { scraped } from './scraped.ts';
import { seen } from './seen.ts';

const document = readFileSync(new URL('../../src/metrics/METRICS.md', import.meta.url), 'utf8');

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly meaning: string;
}

const rows: readonly Row[] = document.split('\n').flatMap((line) => {
  const [, name, type, labels, unit, meaning] = /^\| `(\w+)` \| (\w+) \| (.*?) ?\| (.*?) ?\| (.+) \|$/.exec(line) ?? [];
  if (name === undefined || type === undefined || meaning === undefined) return [];
  return [{ name, type, labels: [...(labels ?? '').matchAll(/`(\w+)`/g)].map(([, label = '']) => label), unit: unit ?? '', meaning }];
});

/** By the ending that Prometheus' conventions ask for. */
function unitOf(name: string): string {
  if (name.includes('timestamp_seconds') || name === 'process_start_time_seconds') return 'seconds since 1970';
  const [, unit = ''] = /_(seconds|bytes|ratio)(?:_total)?$/.exec(name) ?? [];
  return unit === 'ratio' ? '0 to 1' : unit;
}

const page = createExposition({ cluster: 'web', node: 'vs1' }).render(
  seen({ alerts: [{ name: 'mail', waiting: 0, delivered: 0, failed: 0 }] }),
);

test('each metric stands in it once, with its type, labels, unit and meaning, and no other does', () => {
  const existing = families.map(
    ({ name, type, labelNames, help }): Row => ({
      ...{ name, type, labels: labelNames, unit: unitOf(name), meaning: help },
    }),
  );
  const histogram = { name: lateness.name, type: 'histogram', labels: [], unit: 'seconds', meaning: lateness.help };
  const byName = (one: Row, other: Row): number => (one.name < other.name ? -1 : 1);
  expect([...rows].sort(byName)).toEqual([...existing, histogram].sort(byName));
});

test('a scrape has the labels that it names, and the two that every sample has', async () => {
  for (const { name, type, samples } of scraped(await page).values()) {
    const row = rows.find((one) => one.name === name);
    expect({ name, type }).toEqual({ name, type: row?.type });
    for (const { labels } of samples)
      expect(
        Object.keys(labels)
          .filter((label) => label !== 'le')
          .sort(),
      ).toEqual([...(row?.labels ?? []), 'cluster', 'node'].sort());
  }
});

test('Prometheus reads the page, and its rules for names are kept', async () => {
  expect(promtool(['check', 'metrics'], await page)).toBe('');
});
