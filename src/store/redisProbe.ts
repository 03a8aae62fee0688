// Whether Redis can be read and written as the configuration says, tried once and with a bound: by a key of its own that
// expires by itself, under the prefix of the cluster, so that the rights of the user are tried too.
import type { RedisState } from '../config/config.ts';
import { messageOf } from '../errors/message.ts';
import { accessTo, redisTimings } from './redisAccess.ts';
import { type CommandClient, commandClient } from './redisClients.ts';
import { keysUnder } from './redisKeys.ts';

/** Undefined: it worked; else why it did not, in the words of Redis or of the connection. */
export interface RedisProbe {
  readonly read: string | undefined;
  readonly write: string | undefined;
}

const keyLivesMs = 10_000;

/** Resolves within a few seconds. Throws VspairError when a file that the section names cannot be read. */
export async function probeRedis(state: RedisState, node: string): Promise<RedisProbe> {
  const redis = commandClient(accessTo(state, redisTimings), `vspair-doctor-${node}`);
  try {
    const failure = await untilReady(redis);
    if (failure !== undefined) return { read: failure, write: failure };
    const read = await failureOf(() => redis.hget(keysUnder(state.prefix).rules, 'revision'));
    const write = await failureOf(() => redis.set(`${state.prefix}doctor:${node}`, new Date().toISOString(), 'PX', keyLivesMs));
    return { read, write };
  } finally {
    redis.disconnect();
  }
}

/** Why there is no connection: the last that was told, when it goes on trying. */
async function untilReady(redis: CommandClient): Promise<string | undefined> {
  const { promise, resolve }: PromiseWithResolvers<string | undefined> = Promise.withResolvers();
  let last = `no connection within ${redisTimings.connectMs} ms`;
  redis.once('ready', () => resolve(undefined));
  redis.on('error', (error: Error) => {
    last = error.message;
  });
  const timer = setTimeout(() => resolve(last), redisTimings.connectMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function failureOf(command: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await command();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
