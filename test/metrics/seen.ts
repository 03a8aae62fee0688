// What the metrics of vs1 of a healthy pair are made of; tests change what they are about.
import { createCounts } from '../../src/metrics/counts.ts';
import type { Seen } from '../../src/metrics/seen.ts';
import type { IpvsCounters } from '../../src/rules/ipvsCounters.ts';
import type { IpvsStats } from '../../src/wire/ipvs.ts';
import { daemon, keeper } from '../daemon/pair.ts';

export const stats = (more: Partial<IpvsStats> = {}): IpvsStats => ({
  ...{ connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 },
  ...{ connectionRate: 0, packetRateIn: 0, packetRateOut: 0, byteRateIn: 0, byteRateOut: 0 },
  ...more,
});

export const noCounters: IpvsCounters = {
  totals: { services: 0, servers: 0, active: 0, inactive: 0, persistent: 0, stats: stats() },
  services: [],
  leftOut: 0,
};

export const counters: IpvsCounters = {
  totals: { services: 1, servers: 1, active: 3, inactive: 2, persistent: 1, stats: stats({ connections: 9 }) },
  services: [
    {
      service: 'tcp 10.0.0.1:80',
      stats: stats({ connections: 7, packetsIn: 70, packetsOut: 60, bytesIn: 700, bytesOut: 600 }),
      servers: [
        {
          ...{ server: '10.0.0.11:80', forward: 'dr', weight: 5, active: 3, inactive: 2, persistent: 1 },
          stats: stats({ connections: 6, packetsIn: 66, bytesIn: 666 }),
        },
      ],
    },
  ],
  leftOut: 0,
};

export const seen = (more: Partial<Seen> = {}): Seen => ({
  ...{ healthy: true, problems: 0, keeper: keeper(), daemon: daemon(), newestRevision: 3 },
  alerts: [],
  counts: createCounts(new Map([[51, 'web']])).seen(),
  ipvs: { counters, readAt: 1_000 },
  process: { cpuSeconds: 1.5, residentBytes: 1_000_000, startedAt: 100, openDescriptors: 20 },
  ...more,
});
