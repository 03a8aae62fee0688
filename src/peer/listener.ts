// The listening side of the peer channel: on every heartbeat address, for directors of the configuration only.
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { NodeName } from '../core/types.ts';
import { errnoOf } from '../errors/errno.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { answeringLimits, answerOn } from '../rpc/answering.ts';
import type { Answer } from '../rpc/methods.ts';
import { type PeerIdentity, parseIdentity, presharedKey, tlsCiphers, tlsVersion } from './credentials.ts';

/** Why a stranger, or a director of another opinion, was turned away. */
export type RefusalCause = 'unknown-address' | 'unknown-identity' | 'wrong-key' | 'handshake-failed';

/** What may be another from now on while it listens. */
export interface Admission {
  readonly addresses: readonly string[];
  readonly peers: readonly { readonly node: NodeName; readonly addresses: readonly string[] }[];
  readonly keys: readonly SecretKey[];
}

export interface ListenerOptions extends Admission {
  readonly cluster: string;
  readonly self: NodeName;
  readonly port: number;
  readonly answers: ReadonlyMap<string, Answer>;
  readonly timings: ListenerTimings;
  readonly onFailure: (method: string, error: unknown) => void;
  readonly onRefused: (cause: RefusalCause, from: string) => void;
  /** Undefined: it listens. Otherwise why it does not; it tries again by itself. */
  readonly onListening: (address: string, failure: string | undefined) => void;
}

export interface ListenerTimings {
  readonly handshakeMs: number;
  /** A peer pings more often than this. */
  readonly idleMs: number;
  readonly listenAgainMs: number;
}

export interface Listener {
  /** Connections of peers that stay are not touched, whatever key they were opened with. */
  readmit(admission: Admission): Promise<void>;
  close(): Promise<void>;
}

const connections = 32;

export function listenForPeers(options: ListenerOptions): Listener {
  const open = new Set<Socket>();
  const newest = new Map<NodeName, TLSSocket>();
  let admission: Admission = options;

  const tls = secureServer(options, () => admission, newest);
  const isKnown = (from: string): boolean => admission.peers.some(({ addresses }) => addresses.includes(from));

  const listenOn = (address: string): Stop => {
    const server = createTcpServer((socket) => {
      const from = socket.remoteAddress ?? 'unknown';
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      if (isKnown(from)) {
        tls.emit('connection', socket);
      } else {
        socket.destroy();
        options.onRefused('unknown-address', from);
      }
    });
    server.maxConnections = connections;
    return keepListening(server, address, options);
  };

  const listeners = new Map(options.addresses.map((address) => [address, listenOn(address)]));

  return {
    async readmit(next) {
      admission = next;
      for (const [node, socket] of newest) if (!next.peers.some((peer) => peer.node === node)) socket.destroy();
      const gone = [...listeners].filter(([address]) => !next.addresses.includes(address));
      for (const [address] of gone) listeners.delete(address);
      for (const address of next.addresses) if (!listeners.has(address)) listeners.set(address, listenOn(address));
      const stopped = gone.map(([, stop]) => stop());
      for (const socket of open) if (gone.some(([address]) => address === socket.localAddress)) socket.destroy();
      await Promise.all(stopped);
    },
    async close() {
      const stopped = [...listeners.values()].map((stop) => stop());
      for (const socket of open) socket.destroy();
      await Promise.all(stopped);
    },
  };
}

function secureServer(options: ListenerOptions, admission: () => Admission, newest: Map<NodeName, TLSSocket>): TlsServer {
  const identities = new WeakMap<TLSSocket, PeerIdentity>();
  const tls = createTlsServer({
    minVersion: tlsVersion,
    maxVersion: tlsVersion,
    ciphers: tlsCiphers,
    handshakeTimeout: options.timings.handshakeMs,
    pskCallback(socket, text) {
      const identity = acceptable(options.self, admission(), text);
      if (identity === undefined) return null;
      identities.set(socket, identity.identity);
      return presharedKey(options.cluster, identity.key, identity.identity);
    },
  });
  tls.on('secureConnection', (socket) => {
    const from = identities.get(socket)?.from;
    if (from === undefined) throw new Error('a secured connection without an identity');
    // A peer keeps one connection: an older one is what it has given up.
    newest.get(from)?.destroy();
    newest.set(from, socket);
    socket.setTimeout(options.timings.idleMs, () => socket.destroy());
    answerOn({ stream: socket, answers: options.answers, limits: answeringLimits, onFailure: options.onFailure });
  });
  tls.on('tlsClientError', (error, socket) => {
    options.onRefused(causeOf(error), socket.remoteAddress ?? 'unknown');
    // Node leaves a socket open whose handshake took too long.
    socket.destroy();
  });
  return tls;
}

function acceptable(
  self: NodeName,
  { peers, keys }: Admission,
  text: string,
): { readonly identity: PeerIdentity; readonly key: SecretKey } | undefined {
  const identity = parseIdentity(text);
  if (identity === undefined || identity.to !== self || !peers.some(({ node }) => node === identity.from)) return undefined;
  const key = keys.find(({ id }) => id === identity.keyId);
  return key === undefined ? undefined : { identity, key };
}

function causeOf(error: Error): RefusalCause {
  switch (errnoOf(error)) {
    case 'ERR_SSL_BINDER_DOES_NOT_VERIFY':
      return 'wrong-key';
    // Without a pre-shared key that both know OpenSSL looks for a certificate, and there is none.
    case 'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM':
      return 'unknown-identity';
    default:
      return 'handshake-failed';
  }
}

type Stop = () => Promise<void>;

/** Listens, and when the address is not there yet or the port is taken, tries again. Returns how to stop. */
function keepListening(server: TcpServer, address: string, { port, timings, onListening }: ListenerOptions): Stop {
  let again: NodeJS.Timeout | undefined;
  let failure: string | undefined;
  const listen = (): unknown => server.listen({ host: address, port });
  server.on('listening', () => onListening(address, undefined));
  server.on('error', (error) => {
    if (error.message !== failure) onListening(address, error.message);
    failure = error.message;
    again = setTimeout(listen, timings.listenAgainMs);
  });
  listen();
  return async () => {
    clearTimeout(again);
    const closed: PromiseWithResolvers<void> = Promise.withResolvers();
    server.close(() => closed.resolve());
    await closed.promise;
  };
}
