// What IPVS has counted: of the whole table, and of as many services and servers as a reader can bear.
import type { IpvsForward, IpvsStats } from '../wire/ipvs.ts';
import type { IpvsDestinationReport, IpvsServiceReport } from '../wire/ipvsReply.ts';
import { serverKey, serviceKey } from './kernelServices.ts';

/** As the kernel tells it, services of others included. */
export interface CountedService extends IpvsServiceReport {
  readonly servers: readonly IpvsDestinationReport[];
}

export interface IpvsCounters {
  readonly totals: IpvsTotals;
  /** In the order of their names. */
  readonly services: readonly ServiceCounters[];
  /** Series of the services that are not among them. */
  readonly leftOut: number;
}

export interface IpvsTotals extends Connections {
  readonly services: number;
  readonly servers: number;
  /** The kernel's own sum: what it counted for services that are gone is in it. */
  readonly stats: IpvsStats;
}

export interface Connections {
  readonly active: number;
  readonly inactive: number;
  /** Templates that stick a client to a server. */
  readonly persistent: number;
}

export interface ServiceCounters {
  /** `tcp 10.0.0.1:80`, `fwmark 7` */
  readonly service: string;
  readonly stats: IpvsStats;
  readonly servers: readonly ServerCounters[];
}

export interface ServerCounters extends Connections {
  /** `10.0.0.11:80` */
  readonly server: string;
  readonly forward: IpvsForward;
  readonly weight: number;
  readonly stats: IpvsStats;
}

/** How much is told one by one. A service is told with all its servers, or not at all: sums over them would be wrong. */
export interface SeriesLimit {
  readonly series: number;
  readonly perService: number;
  readonly perServer: number;
}

export function ipvsCounters(table: readonly CountedService[], stats: IpvsStats, limit: SeriesLimit): IpvsCounters {
  const services: ServiceCounters[] = [];
  let left = limit.series;
  let leftOut = 0;
  for (const { key, counted } of inOrder(table)) {
    const series = limit.perService + limit.perServer * counted.servers.length;
    if (series > left) {
      leftOut += series;
      continue;
    }
    left -= series;
    services.push({ service: key, stats: counted.stats, servers: counted.servers.map(serverCounters) });
  }
  return { totals: totalsOf(table, stats), services, leftOut };
}

/** The same services are left out each time. */
function inOrder(table: readonly CountedService[]): readonly { readonly key: string; readonly counted: CountedService }[] {
  const named = table.map((counted) => ({ key: serviceKey(counted.service.id), counted }));
  return named.sort((one, other) => (one.key < other.key ? -1 : 1));
}

const connectionsOf = (report: IpvsDestinationReport): Connections => ({
  active: report.activeConnections,
  inactive: report.inactiveConnections,
  persistent: report.persistentConnections,
});

const serverCounters = (report: IpvsDestinationReport): ServerCounters => ({
  server: serverKey(report.destination),
  forward: report.destination.forward,
  weight: report.destination.weight,
  stats: report.stats,
  ...connectionsOf(report),
});

function totalsOf(table: readonly CountedService[], stats: IpvsStats): IpvsTotals {
  const servers = table.flatMap((counted) => counted.servers);
  const none: Connections = { active: 0, inactive: 0, persistent: 0 };
  return { services: table.length, servers: servers.length, stats, ...servers.map(connectionsOf).reduce(sum, none) };
}

const sum = (one: Connections, other: Connections): Connections => ({
  active: one.active + other.active,
  inactive: one.inactive + other.inactive,
  persistent: one.persistent + other.persistent,
});
