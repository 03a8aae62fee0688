// The metrics of this director: a page made of what its parts say of themselves, once a second at most, and served to Prometheus.
import type { MetricsConfig } from '../config/config.ts';
import { createExposition } from './exposition.ts';
import { once } from './once.ts';
import type { Seen } from './seen.ts';
import { type MetricsServer, type MetricsServerEvent, startMetricsServer } from './server.ts';

export interface MetricsParts {
  readonly config: MetricsConfig;
  readonly cluster: string;
  readonly node: string;
  readonly look: () => Promise<Seen>;
  readonly report: (event: MetricsServerEvent) => void;
}

/** However many ask, the keeper is asked for a snapshot so often. */
const pageForMs = 1_000;

export function startMetrics({ config, cluster, node, look, report }: MetricsParts): MetricsServer {
  const exposition = createExposition({ cluster, node });
  const make = async (): Promise<Buffer> => Buffer.from(await exposition.render(await look()));
  return startMetricsServer({ listen: config.listen, page: once({ make, forMs: pageForMs }), report });
}
