// The clients of ioredis, made so that nothing ever waits long: commands fail at once without a connection, each has a time
// limit, and a server that is silent is left and tried again.
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { RedisNode } from '../config/config.ts';
import { pauseBefore } from './backOff.ts';
import type { Credentials, RedisAccess, RedisServers } from './redisAccess.ts';
import { DirectConnector, ThroughSentinels } from './redisConnectors.ts';

export type CommandClient = Redis | Cluster;

/** For commands. It connects, and connects again after a pause for as long as it takes. */
export function commandClient(access: RedisAccess, connectionName: string): CommandClient {
  const options = settings(access, access.credentials, connectionName);
  const again = (attempt: number): number => pauseBefore(attempt, access.timings);
  switch (access.servers.kind) {
    case 'single':
      return new Redis({ ...options, ...access.servers.node, db: access.db, retryStrategy: again });
    case 'sentinel':
      return new Redis({ ...options, ...throughSentinels(access, access.servers), retryStrategy: again, sentinelRetryStrategy: again });
    case 'cluster':
      return new Cluster([...access.servers.nodes], clusterOptions(access, options));
  }
}

/** For listening to the rules' channel: one connection that is not made again by itself. In a cluster, to `node`. */
export function listeningClient(access: RedisAccess, connectionName: string, node: RedisNode | undefined): Redis {
  const options = { ...settings(access, access.credentials, connectionName), retryStrategy: null };
  switch (access.servers.kind) {
    case 'single':
      return new Redis({ ...options, ...access.servers.node, db: access.db });
    case 'sentinel':
      return new Redis({ ...options, ...throughSentinels(access, access.servers), sentinelRetryStrategy: () => null });
    case 'cluster':
      return new Redis({ ...options, ...node });
  }
}

/** For listening to what a sentinel tells: one connection that is not made again by itself. */
export const sentinelClient = (access: RedisAccess, credentials: Credentials, connectionName: string, node: RedisNode): Redis =>
  new Redis({ ...settings(access, credentials, connectionName), ...node, retryStrategy: null });

function settings({ tls, timings }: RedisAccess, { username, password }: Credentials, connectionName: string) {
  const { connectMs, commandMs } = timings;
  return {
    Connector: DirectConnector,
    username,
    password,
    tls,
    connectionName,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    disconnectTimeout: commandMs,
    maxLoadingRetryTime: commandMs,
    // A server that is frozen, or behind a cut cable, keeps its connections: leave them.
    socketTimeout: 2 * commandMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A write that is sent again could be carried out twice.
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    disableClientInfo: true,
    // Servers older than 6 do not know RESP3, and nothing of it is used.
    protocol: 2,
  } as const satisfies RedisOptions;
}

function throughSentinels({ db, tls, timings }: RedisAccess, { name, nodes, credentials }: Extract<RedisServers, { kind: 'sentinel' }>) {
  return {
    Connector: ThroughSentinels,
    name,
    db,
    sentinels: [...nodes],
    sentinelUsername: credentials.username,
    sentinelPassword: credentials.password,
    sentinelCommandTimeout: timings.commandMs,
    sentinelTLS: tls,
    enableTLSForSentinelMode: tls !== undefined,
  } satisfies RedisOptions;
}

function clusterOptions({ timings }: RedisAccess, redisOptions: ReturnType<typeof settings>) {
  return {
    redisOptions,
    enableOfflineQueue: false,
    clusterRetryStrategy: (attempt: number) => pauseBefore(attempt, timings),
    slotsRefreshTimeout: timings.commandMs,
    // Who took over from a dead master is found by asking.
    slotsRefreshInterval: timings.longestPauseMs,
    maxRedirections: 4,
    // A write whose connection was lost must not be sent again; one that no node would take is tried with the next poll.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  } satisfies ClusterOptions;
}
