// A connection that listens to one channel, made again with back-off whenever it ends: to another server, when the opener
// has several.
import type { Redis } from 'ioredis';
import { type Pauses, pauseBefore } from './backOff.ts';
import { answered } from './redisReply.ts';

export interface Listener {
  /** A connection that is dead without a word is found out, and made again. */
  probe(): Promise<void>;
  /** Leaves the server for the one that the opener finds now. */
  renew(): void;
  close(): void;
}

export interface ListenerParts {
  /** Makes a client that is not connected again by itself. `attempt` counts from 0. */
  readonly open: (attempt: number) => Redis;
  readonly channel: string;
  readonly pauses: Pauses;
  /** Listening has begun; what was told before was missed. */
  readonly onListening: () => void;
  readonly onMessage: (message: string) => void;
  /** The server does not let this user listen. */
  readonly onRefused: (detail: string) => void;
}

export function listen({ open, channel, pauses, onListening, onMessage, onRefused }: ListenerParts): Listener {
  let closed = false;
  let attempts = 0;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;
  let client = start();

  function start(): Redis {
    const opened = open(attempts);
    attempts += 1;
    opened.on('ready', () => {
      failures = 0;
      void opened.subscribe(channel).then(onListening, refusedBy);
    });
    opened.on('message', (_channel, message) => onMessage(message));
    // The connection for commands tells the same; two lines for one fact would be one too many.
    opened.on('error', () => undefined);
    opened.once('end', () => {
      failures += 1;
      if (!closed) retry = setTimeout(again, pauseBefore(failures, pauses));
    });
    return opened;
  }

  /** A connection that ended meanwhile is no refusal. */
  function refusedBy(error: unknown): void {
    if (answered(error)) onRefused(error.message);
  }

  function again(): void {
    client = start();
  }

  return {
    async probe() {
      // Silence is what `socketTimeout` waits for: the failure needs no other answer.
      if (client.status === 'ready') await client.ping().catch(() => undefined);
    },
    renew: () => client.disconnect(),
    close() {
      closed = true;
      clearTimeout(retry);
      client.disconnect();
    },
  };
}
