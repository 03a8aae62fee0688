// All metrics of one scrape as Prometheus reads them.
import { Counter, Gauge, Registry } from 'prom-client';
import { advertFamilies } from './advertFamilies.ts';
import { daemonFamilies } from './daemonFamilies.ts';
import type { Family, Sample } from './family.ts';
import { groupFamilies } from './groupFamilies.ts';
import { ipvsFamilies } from './ipvsFamilies.ts';
import { LatenessHistogram } from './latenessHistogram.ts';
import { rulesFamilies } from './rulesFamilies.ts';
import type { Seen } from './seen.ts';

export interface Exposition {
  /** One after the other: what is rendered is kept in one place. */
  render(seen: Seen): Promise<string>;
}

/** All but the histogram. */
export const families: readonly Family[] = [...groupFamilies, ...advertFamilies, ...rulesFamilies, ...ipvsFamilies, ...daemonFamilies];

export const lateness = { name: 'vspair_keeper_lateness_seconds', help: 'How late the keeper woke up.' } as const;

/** `common`: labels of every sample. */
export function createExposition(common: { readonly cluster: string; readonly node: string }): Exposition {
  const registry = new Registry();
  registry.setDefaultLabels(common);
  const shown = families.map((family) => ({ family, show: showIn(registry, family) }));
  const histogram = new LatenessHistogram(lateness.name, lateness.help);
  registry.registerMetric(histogram);
  return {
    render(seen) {
      for (const { family, show } of shown) show(family.samples(seen));
      histogram.show(seen.keeper.lateness);
      return registry.metrics();
    },
  };
}

function showIn(registry: Registry, { type, name, help, labelNames }: Family): (samples: readonly Sample[]) => void {
  const configuration = { name, help, labelNames: [...labelNames], registers: [registry] };
  switch (type) {
    case 'gauge': {
      const gauge = new Gauge(configuration);
      return (samples) => {
        clear(gauge);
        for (const { labels, value } of samples) gauge.set(labels, value);
      };
    }
    case 'counter': {
      const counter = new Counter(configuration);
      return (samples) => {
        clear(counter);
        for (const { labels, value } of samples) counter.inc(labels, value);
      };
    }
  }
}

/** A reset leaves a metric without labels at 0, which would be a value. */
function clear(metric: Gauge | Counter): void {
  metric.reset();
  metric.remove({});
}
