// Our one connection to one peer: tried over each heartbeat link in turn, proven alive by pings, made again when it ends.
import type { TcpSocketConnectOpts } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { NodeName } from '../core/types.ts';
import { errnoOf } from '../errors/errno.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { type Asker, askOn } from '../rpc/asking.ts';
import { identityText, presharedKey, tlsCiphers, tlsVersion } from './credentials.ts';
import { type PeerShapes, peerMethods } from './protocol.ts';

export interface PeerPath {
  readonly local: string;
  readonly remote: string;
}

export interface PeerTimings {
  /** For the connection and the handshake together. */
  readonly connectMs: number;
  readonly pingEveryMs: number;
  readonly pingMs: number;
  /** The pause after all paths failed; doubled each time up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export interface PeerConnectionOptions {
  readonly cluster: string;
  readonly self: NodeName;
  readonly peer: NodeName;
  /** Never empty. */
  readonly paths: readonly PeerPath[];
  readonly port: number;
  /** Asked at each attempt: a connection that is open stays with the key that it was opened with. */
  readonly key: () => SecretKey;
  readonly timings: PeerTimings;
  readonly onConnected: (path: PeerPath) => void;
  /** The connection that was there has ended. */
  readonly onLost: (detail: string) => void;
  readonly onUnreachable: (path: PeerPath, detail: string) => void;
}

export interface PeerConnection {
  /** Undefined while there is no connection. */
  asker(): Asker<PeerShapes> | undefined;
  path(): PeerPath | undefined;
  /** Why the last attempt failed or the last connection ended. */
  detail(): string | undefined;
  close(): Promise<void>;
}

const replyBytes = 16 * 1024 * 1024;

export function keepConnected(options: PeerConnectionOptions): PeerConnection {
  const { paths, timings } = options;
  const closing = new AbortController();
  let up: { readonly asker: Asker<PeerShapes>; readonly path: PeerPath } | undefined;
  let detail: string | undefined;

  async function keep(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      const path = paths[failures % paths.length];
      if (path === undefined) throw new RangeError('a peer without addresses');
      failures = (await lived(path)) ? 0 : failures + 1;
      await pauseFor(pauseAfter(failures, paths.length, timings), closing.signal);
    }
  }

  /** Whether there was a connection for a while. */
  async function lived(path: PeerPath): Promise<boolean> {
    const life = begin(options, path);
    const end = (): unknown => life.socket.destroy();
    closing.signal.addEventListener('abort', end);
    try {
      await secured(life, timings.connectMs);
      await converse(life, path);
      return true;
    } catch (error) {
      detail = reasonOf(error);
      if (!closing.signal.aborted) options.onUnreachable(path, detail);
      return false;
    } finally {
      closing.signal.removeEventListener('abort', end);
      life.socket.destroy();
    }
  }

  /** Throws when not even the first ping is answered; returns when the connection that was there is over. */
  async function converse(life: Life, path: PeerPath): Promise<void> {
    const asker = askOn(life.socket, peerMethods, replyBytes);
    await asker.ping(timings.pingMs);
    up = { asker, path };
    detail = undefined;
    options.onConnected(path);
    detail = await endOf(life, asker, timings);
    up = undefined;
    if (!closing.signal.aborted) options.onLost(detail);
  }

  const running = keep();
  return {
    asker: () => up?.asker,
    path: () => up?.path,
    detail: () => detail,
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** A socket, and the reason why it ended, once it has. */
interface Life {
  readonly socket: TLSSocket;
  readonly ended: Promise<string>;
}

function begin({ cluster, self, peer, port, key }: PeerConnectionOptions, { local, remote }: PeerPath): Life {
  const secret = key();
  const identity = { keyId: secret.id, from: self, to: peer };
  const to: ConnectionOptions & TcpSocketConnectOpts = {
    host: remote,
    port,
    localAddress: local,
    minVersion: tlsVersion,
    maxVersion: tlsVersion,
    ciphers: tlsCiphers,
    pskCallback: () => ({ psk: presharedKey(cluster, secret, identity), identity: identityText(identity) }),
    // The key of the pair proves who the peer is; there is no certificate to look at.
    checkServerIdentity: () => undefined,
  };
  const socket = connect(to).setNoDelay(true);
  let reason = 'the peer closed the connection';
  socket.on('error', (error) => {
    reason = reasonOf(error);
  });
  const ended = Promise.withResolvers<string>();
  socket.on('close', () => ended.resolve(reason));
  return { socket, ended: ended.promise };
}

async function secured({ socket, ended }: Life, withinMs: number): Promise<void> {
  const secure: PromiseWithResolvers<void> = Promise.withResolvers();
  socket.once('secureConnect', secure.resolve);
  const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${withinMs} ms`)), withinMs);
  try {
    await Promise.race([secure.promise, ended.then((reason) => Promise.reject(new Error(reason)))]);
  } finally {
    clearTimeout(timer);
  }
}

async function endOf({ socket, ended }: Life, asker: Asker<PeerShapes>, { pingEveryMs, pingMs }: PeerTimings): Promise<string> {
  const giveUp = (error: unknown): unknown => socket.destroy(error instanceof Error ? error : new Error(String(error)));
  const pings = setInterval(() => void asker.ping(pingMs).catch(giveUp), pingEveryMs);
  const reason = await ended;
  clearInterval(pings);
  return reason;
}

function pauseAfter(failures: number, paths: number, { firstPauseMs, longestPauseMs }: PeerTimings): number {
  if (failures % paths !== 0) return 0;
  const rounds = Math.max(0, failures / paths - 1);
  return Math.min(longestPauseMs, firstPauseMs * 2 ** rounds);
}

async function pauseFor(ms: number, closing: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: closing }).catch(() => undefined);
}

/** OpenSSL's texts say little to an operator, and carry memory addresses. */
function reasonOf(error: unknown): string {
  switch (errnoOf(error)) {
    case 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR':
      return 'the peer refuses our key: the secrets differ';
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
      return 'the peer does not know us: another cluster, another key id, or we are not in its configuration';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
