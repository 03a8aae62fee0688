// Two connections to Redis, one for commands and one that listens, made so that nothing ever waits long: commands fail
// at once without a connection, each has a time limit, and a silent server is left and tried again.
import { Redis } from 'ioredis';

export interface RedisAccess {
  readonly url: string;
  readonly password: string | undefined;
  readonly timings: RedisTimings;
}

export interface RedisTimings {
  readonly connectMs: number;
  readonly commandMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const redisTimings: RedisTimings = { connectMs: 2000, commandMs: 1000, firstPauseMs: 100, longestPauseMs: 5000 };

export const connectionClosed = 'connection closed';

export interface RedisListeners {
  /** Notices may have been missed up to now: after each connection of the listening side. */
  readonly onNotice: () => void;
  /** Redis does not let this user listen: only the poll brings changes. */
  readonly onDeaf: (detail: string) => void;
  readonly onReady: () => void;
  readonly onFailure: (detail: string) => void;
}

export interface RedisConnection {
  readonly redis: Redis;
  /** A command would be sent at once. */
  ready(): boolean;
  /** A listening connection that is dead without a word is found out, and made again. */
  probeListener(): Promise<void>;
  close(): void;
}

export function connectRedis(access: RedisAccess, node: string, channel: string, on: RedisListeners): RedisConnection {
  let closing = false;
  const redis = new Redis(access.url, settings(access, `vspair-${node}`));
  redis.on('ready', on.onReady);
  redis.on('error', (error) => on.onFailure(error.message));
  redis.on('close', () => {
    if (!closing) on.onFailure(connectionClosed);
  });
  const listener = new Redis(access.url, settings(access, `vspair-${node}-listener`));
  listener.on('ready', () => void listener.subscribe(channel).then(on.onNotice, (error: unknown) => on.onDeaf(messageOf(error))));
  listener.on('message', on.onNotice);
  // The connection for commands tells the same; two lines for one fact would be one too many.
  listener.on('error', () => undefined);
  return {
    redis,
    ready: () => redis.status === 'ready',
    async probeListener() {
      // Silence is what `socketTimeout` waits for: the failure needs no other answer.
      if (listener.status === 'ready') await listener.ping().catch(() => undefined);
    },
    close() {
      closing = true;
      redis.disconnect();
      listener.disconnect();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function settings({ password, timings }: RedisAccess, connectionName: string) {
  const { connectMs, commandMs, firstPauseMs, longestPauseMs } = timings;
  return {
    password,
    connectionName,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    // A server that is frozen, or behind a cut cable, keeps its connections: leave them.
    socketTimeout: 2 * commandMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A write that is sent again could be carried out twice.
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    disableClientInfo: true,
    // Servers older than 6 do not know RESP3, and nothing of it is used.
    protocol: 2 as const,
    retryStrategy: (attempt: number) => Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 16)),
    // After a failover the old master is a replica: only a new connection finds the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}
