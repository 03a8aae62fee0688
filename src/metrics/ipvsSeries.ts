// How the counters of IPVS are told apart, and so how many series a service and a server cost.
import type { SeriesLimit } from '../rules/ipvsCounters.ts';

export const connectionStates = ['active', 'inactive', 'persistent'] as const;
export const directions = ['in', 'out'] as const;

/** Connections, packets and bytes; of a server its weight and its open connections too. */
const traffic = 1 + 2 * directions.length;

export const seriesOf: Pick<SeriesLimit, 'perService' | 'perServer'> = {
  perService: traffic,
  perServer: traffic + 1 + connectionStates.length,
};
