// The metrics of this director, when the configuration wants them: put together from what its parts say of themselves.
import type { DaemonStart } from '../cli/world.ts';
import type { DirectorStatus } from '../control/status.ts';
import { ipvsReading } from '../metrics/ipvsReading.ts';
import { seriesOf } from '../metrics/ipvsSeries.ts';
import { processFigures } from '../metrics/processFigures.ts';
import type { Seen } from '../metrics/seen.ts';
import type { ReconcilerThread } from '../reconciler/thread.ts';
import type { RulesStore } from '../store/rulesStore.ts';
import type { Reports } from './reports.ts';
import { statusReport } from './statusReport.ts';

export interface MetricsGround {
  readonly reports: Reports;
  readonly store: RulesStore;
  readonly reconciler: Pick<ReconcilerThread, 'counters'>;
  readonly directorStatus: () => Promise<DirectorStatus>;
}

export interface Metrics {
  close(): Promise<void>;
}

export async function openMetrics({ config, node }: DaemonStart, ground: MetricsGround): Promise<Metrics> {
  const { metrics, cluster } = config;
  if (metrics === undefined) return { close: () => Promise.resolve() };
  // Its library takes memory, which a director without metrics need not give.
  const { startMetrics } = await import('../metrics/metrics.ts');
  const ipvs = ipvsReading(() => ground.reconciler.counters({ series: metrics.maxSeries, ...seriesOf }));
  const look = () => seenOf(cluster, ground, ipvs);
  return startMetrics({ config: metrics, cluster, node: node.name, look, report: ground.reports.metrics });
}

async function seenOf(
  cluster: string,
  { reports, store, directorStatus }: MetricsGround,
  ipvs: () => Promise<Seen['ipvs']>,
): Promise<Seen> {
  const [self, counters, figures] = await Promise.all([directorStatus(), ipvs(), processFigures()]);
  const { healthy, problems } = statusReport({ cluster, self, peers: [] });
  return {
    ...{ healthy, problems: problems.length, keeper: self.keeper, daemon: self.daemon },
    newestRevision: store.current()?.revision ?? 0,
    alerts: reports.alertChannels(),
    counts: reports.counts.seen(),
    ipvs: counters,
    process: figures,
  };
}
