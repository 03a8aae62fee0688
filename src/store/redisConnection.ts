// The connections of one director to Redis: one for commands, one that listens, and one to each sentinel, to be told of a
// new master.
import type { RedisNode } from '../config/config.ts';
import type { RedisAccess } from './redisAccess.ts';
import { type CommandClient, commandClient, listeningClient, sentinelClient } from './redisClients.ts';
import { type Listener, listen } from './redisListener.ts';

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
  readonly redis: CommandClient;
  /** A command would be sent at once. */
  ready(): boolean;
  /** Leaves a server that is not the master any more for the one that is now. */
  renew(): void;
  /** It does so at the moment: that commands fail meanwhile is no failure of the store. */
  renewing(): boolean;
  /** A listening connection that is dead without a word is found out, and made again. */
  probeListener(): Promise<void>;
  close(): void;
}

export function connectRedis(access: RedisAccess, node: string, channel: string, on: RedisListeners): RedisConnection {
  const name = `vspair-${node}`;
  const commands = connectForCommands(access, name, on);
  const listener = listen({
    open: (attempt) => listeningClient(access, `${name}-listener`, nodeFor(access, attempt)),
    channel,
    pauses: access.timings,
    onListening: on.onNotice,
    onMessage: on.onNotice,
    onRefused: on.onDeaf,
  });
  const renew = (): void => {
    commands.renew();
    listener.renew();
  };
  const sentinels = watchSentinels(access, `${name}-sentinel`, renew);
  return {
    redis: commands.redis,
    ready: () => commands.redis.status === 'ready',
    renew,
    renewing: () => commands.leaving(),
    async probeListener() {
      await Promise.all([listener, ...sentinels].map((each) => each.probe()));
    },
    close() {
      for (const each of [commands, listener, ...sentinels]) each.close();
    },
  };
}

function connectForCommands(access: RedisAccess, name: string, { onReady, onFailure }: RedisListeners) {
  const redis = commandClient(access, name);
  let leaving = false;
  redis.on('ready', () => {
    leaving = false;
    onReady();
  });
  redis.on('error', (error: Error) => {
    leaving = false;
    onFailure(causeOf(error));
  });
  redis.on('close', () => {
    if (!leaving) onFailure(connectionClosed);
  });
  return {
    redis,
    leaving: () => leaving,
    renew(): void {
      if (redis.status !== 'ready') return;
      leaving = true;
      redis.disconnect(true);
    },
    close(): void {
      leaving = true;
      redis.disconnect();
    },
  };
}

/** A cluster's own sentence says only that no node would do; the last node's says why. */
function causeOf(error: Error): string {
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError.message : error.message;
}

/** Every node of a cluster passes every message on. */
function nodeFor({ servers }: RedisAccess, attempt: number): RedisNode | undefined {
  return servers.kind === 'cluster' ? servers.nodes[attempt % servers.nodes.length] : undefined;
}

/** All of them: the one that was asked first may be cut off together with the old master. */
function watchSentinels(access: RedisAccess, name: string, onSwitch: () => void): readonly Listener[] {
  const { servers } = access;
  if (servers.kind !== 'sentinel') return [];
  return servers.nodes.map((node) =>
    listen({
      open: () => sentinelClient(access, servers.credentials, name, node),
      channel: '+switch-master',
      pauses: access.timings,
      onListening: () => undefined,
      // The master's name, its old and its new address.
      onMessage: (message) => {
        if (message.split(' ')[0] === servers.name) onSwitch();
      },
      onRefused: () => undefined,
    }),
  );
}
