// Redis, tried as the daemon would use it.
import type { RedisServers, StateBackend } from '../config/config.ts';
import type { Complaint, RedisSeen } from '../doctor/seen.ts';
import { messageOf } from '../errors/message.ts';
import { probeRedis } from '../store/redisProbe.ts';

export async function seeRedis(state: StateBackend, node: string): Promise<RedisSeen> {
  if (state.backend !== 'redis') return { used: false };
  const where = placeOf(state.servers);
  try {
    const { read, write } = await probeRedis(state, node);
    return { used: true, where, read: complaintOf(read), write: complaintOf(write) };
  } catch (error) {
    const complaint = { text: messageOf(error), advice: 'the files that the section state names must be readable' };
    return { used: true, where, read: complaint, write: complaint };
  }
}

function placeOf(servers: RedisServers): string {
  switch (servers.kind) {
    case 'single':
      return `Redis at ${servers.node.host}:${servers.node.port}`;
    case 'sentinel':
      return `Redis ${servers.name} (by Sentinel)`;
    case 'cluster':
      return 'the Redis Cluster';
  }
}

const complaintOf = (text: string | undefined): Complaint | undefined =>
  text === undefined ? undefined : { text, advice: adviceOn(text) };

/** By the first word of an answer of Redis; everything else is the connection's. */
function adviceOn(text: string): string {
  const advices: readonly (readonly [RegExp, string])[] = [
    [/^READONLY/, 'this server is a replica: name its master, or state.sentinel, in the configuration'],
    [/^OOM/, 'the server has no memory left: raise maxmemory, or remove what fills it'],
    [/^MISCONF/, 'the server cannot save to its disk: free space there'],
    [/^(?:NOAUTH|WRONGPASS|ERR AUTH)/, 'set state.username and state.passwordFile as the server has them'],
    [/^NOPERM/, 'give the user the rights that the example configuration names: ~PREFIX* and +@read +@write'],
    [/^(?:LOADING|CLUSTERDOWN|MASTERDOWN)/, 'wait until the server is ready'],
  ];
  return (
    advices.find(([pattern]) => pattern.test(text))?.[1] ??
    'is the server running, and its port open to this director? redis-cli -h HOST -p PORT ping'
  );
}
