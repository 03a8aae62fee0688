// Metrics of what the kernel's IPVS counted: in all, and of as many single services and servers as the configuration allows.
import type { Connections, ServerCounters, ServiceCounters } from '../rules/ipvsCounters.ts';
import type { IpvsStats } from '../wire/ipvs.ts';
import { asNumber, counter, type Family, gauge, type Labels, only, type Sample, seconds } from './family.ts';
import { connectionStates, directions } from './ipvsSeries.ts';
import type { Seen } from './seen.ts';

export const ipvsFamilies: readonly Family[] = [
  gauge('vspair_ipvs_readable', [], "Whether the kernel's IPVS can be read.", ({ ipvs }) => only(asNumber(ipvs !== undefined))),
  gauge('vspair_ipvs_read_timestamp_seconds', [], 'When the counters of IPVS were read; not at every scrape.', ({ ipvs }) =>
    only(ipvs === undefined ? undefined : seconds(ipvs.readAt)),
  ),
  gauge('vspair_ipvs_services', [], 'Services in the kernel, those of others included.', (seen) =>
    only(seen.ipvs?.counters.totals.services),
  ),
  gauge('vspair_ipvs_servers', [], 'Servers in the kernel, counted once for each service.', (seen) =>
    only(seen.ipvs?.counters.totals.servers),
  ),
  gauge('vspair_ipvs_series_left_out', [], 'Series of services and servers that metrics.maxSeries does not allow.', (seen) =>
    only(seen.ipvs?.counters.leftOut),
  ),
  gauge('vspair_ipvs_open_connections', ['state'], 'Connections of all services now, by state.', (seen) =>
    ofAll(seen, (counters) => openConnections(counters.totals, {})),
  ),
  ...trafficFamilies('vspair_ipvs', [], 'of all services', (seen) => ofAll(seen, ({ totals }) => [{ labels: {}, stats: totals.stats }])),
  ...trafficFamilies('vspair_ipvs_service', ['service'], 'of the service', (seen) =>
    ofServices(seen, (service, labels) => [{ labels, stats: service.stats }]),
  ),
  ...trafficFamilies('vspair_ipvs_server', ['service', 'server'], 'of the server', (seen) =>
    ofServers(seen, ({ stats }, labels) => [{ labels, stats }]),
  ),
  gauge('vspair_ipvs_server_open_connections', ['service', 'server', 'state'], 'Connections of the server now, by state.', (seen) =>
    ofServers(seen, openConnections),
  ),
  gauge('vspair_ipvs_server_weight', ['service', 'server'], 'Weight of the server; 0 gets no new connections.', (seen) =>
    ofServers(seen, ({ weight }, labels) => [{ labels, value: weight }]),
  ),
];

interface Traffic {
  readonly labels: Labels;
  readonly stats: IpvsStats;
}

/** The same three counters, for all, a service and a server. */
function trafficFamilies(
  prefix: string,
  labelNames: readonly string[],
  whose: string,
  trafficOf: (seen: Seen) => readonly Traffic[],
): readonly Family[] {
  const byDirection = (seen: Seen, read: (stats: IpvsStats, direction: 'in' | 'out') => number): readonly Sample[] =>
    trafficOf(seen).flatMap(({ labels, stats }) =>
      directions.map((direction) => ({ labels: { ...labels, direction }, value: read(stats, direction) })),
    );
  return [
    counter(`${prefix}_connections_total`, labelNames, `Connections ${whose}.`, (seen) =>
      trafficOf(seen).map(({ labels, stats }) => ({ labels, value: stats.connections })),
    ),
    counter(`${prefix}_packets_total`, [...labelNames, 'direction'], `Packets ${whose}, in from clients and out to them.`, (seen) =>
      byDirection(seen, (stats, direction) => (direction === 'in' ? stats.packetsIn : stats.packetsOut)),
    ),
    counter(`${prefix}_bytes_total`, [...labelNames, 'direction'], `Bytes ${whose}, in from clients and out to them.`, (seen) =>
      byDirection(seen, (stats, direction) => (direction === 'in' ? stats.bytesIn : stats.bytesOut)),
    ),
  ];
}

const openConnections = (connections: Connections, labels: Labels): readonly Sample[] =>
  connectionStates.map((state) => ({ labels: { ...labels, state }, value: connections[state] }));

type All = NonNullable<Seen['ipvs']>['counters'];

const ofAll = <Part>({ ipvs }: Seen, partsOf: (counters: All) => readonly Part[]): readonly Part[] =>
  ipvs === undefined ? [] : partsOf(ipvs.counters);

const ofServices = <Part>(seen: Seen, partsOf: (service: ServiceCounters, labels: Labels) => readonly Part[]): readonly Part[] =>
  ofAll(seen, ({ services }) => services.flatMap((service) => partsOf(service, { service: service.service })));

const ofServers = <Part>(seen: Seen, partsOf: (server: ServerCounters, labels: Labels) => readonly Part[]): readonly Part[] =>
  ofServices(seen, ({ servers }, labels) => servers.flatMap((server) => partsOf(server, { ...labels, server: server.server })));
