// The second channel between directors: TCP with TLS-PSK, main thread to main thread. It carries an operator's command
// for the other side and its status. Its loss is a hint for people, never by itself a takeover.
import type { NodeName } from '../core/types.ts';
import { VspairError } from '../errors/catalogue.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { AskError, type AskOptions } from '../rpc/asking.ts';
import { answersOf, type Handlers } from '../rpc/methods.ts';
import { keepConnected, type PeerConnection, type PeerTimings } from './connection.ts';
import { type ListenerTimings, listenForPeers, type RefusalCause } from './listener.ts';
import { type PeerShapes, peerMethods } from './protocol.ts';

export interface PeerDirector {
  readonly node: NodeName;
  /** One per heartbeat link, in the order of our own. */
  readonly addresses: readonly string[];
}

/** What may be another while the channel is open. */
export interface PeerChannelConfig {
  readonly self: PeerDirector;
  readonly peers: readonly PeerDirector[];
  /** The first one opens our connections, each of them opens a peer's. Never empty. */
  readonly keys: readonly SecretKey[];
}

export interface PeerChannelOptions extends PeerChannelConfig {
  readonly cluster: string;
  readonly port: number;
  readonly handlers: Handlers<PeerShapes>;
  readonly report: (event: PeerChannelEvent) => void;
  readonly timings?: Partial<PeerTimings & ListenerTimings>;
}

export type PeerChannelEvent =
  | { readonly type: 'connected'; readonly peer: NodeName; readonly address: string }
  | { readonly type: 'lost'; readonly peer: NodeName; readonly detail: string }
  /** Once for each new reason. */
  | { readonly type: 'unreachable'; readonly peer: NodeName; readonly address: string; readonly detail: string }
  /** Limited in rate: `count` were turned away for this cause since the last such event. */
  | { readonly type: 'refused'; readonly cause: RefusalCause; readonly count: number; readonly from: string }
  | { readonly type: 'listening'; readonly address: string }
  | { readonly type: 'listenFailed'; readonly address: string; readonly detail: string }
  /** A handler failed by our own mistake. */
  | { readonly type: 'handlerFailed'; readonly method: string; readonly error: unknown };

export interface PeerChannel {
  /** Other directors, links or keys from now on. A connection whose ends stay is not touched, whatever key it was opened with. */
  reconfigure(next: PeerChannelConfig): Promise<void>;
  /** Throws VspairError: VSP_PEER_NOT_REACHABLE, VSP_REFUSED or what the peer's handler threw. */
  request<Name extends keyof PeerShapes>(
    peer: NodeName,
    method: Name,
    params: PeerShapes[Name]['params'],
    options?: Partial<AskOptions>,
  ): Promise<PeerShapes[Name]['result']>;
  connected(peer: NodeName): boolean;
  state(): PeerChannelState;
  close(): Promise<void>;
}

export interface PeerChannelState {
  readonly peers: readonly PeerLinkState[];
  readonly refused: Readonly<Record<RefusalCause, number>>;
}

export interface PeerLinkState {
  readonly node: NodeName;
  readonly connected: boolean;
  /** The peer's address of the connection that is there. */
  readonly address: string | undefined;
  /** Why there is none. */
  readonly detail: string | undefined;
}

export const peerTimings: PeerTimings & ListenerTimings = {
  connectMs: 2000,
  pingEveryMs: 1000,
  pingMs: 3000,
  firstPauseMs: 250,
  longestPauseMs: 5000,
  handshakeMs: 3000,
  idleMs: 10_000,
  listenAgainMs: 2000,
};

const answerMs = 5000;
const refusalReportMs = 60_000;

export function createPeerChannel(options: PeerChannelOptions): PeerChannel {
  const timings = { ...peerTimings, ...options.timings };
  const { cluster, port, peers, keys, report } = options;
  const refusals = countRefusals(report);
  const listener = listenForPeers({
    cluster,
    self: options.self.node,
    addresses: options.self.addresses,
    port,
    peers,
    keys,
    timings,
    answers: answersOf(peerMethods, options.handlers),
    onFailure: (method, error) => report({ type: 'handlerFailed', method, error }),
    onRefused: (cause, from) => refusals.note(cause, from),
    onListening: (address, detail) =>
      report(detail === undefined ? { type: 'listening', address } : { type: 'listenFailed', address, detail }),
  });
  let config: PeerChannelConfig = options;
  const signing = (): SecretKey => {
    const [key] = config.keys;
    if (key === undefined) throw new RangeError('a peer channel without keys');
    return key;
  };
  const connectAll = (to: readonly PeerDirector[]): [NodeName, PeerConnection][] =>
    to.map((peer) => [peer.node, connectTo(peer, { ...options, ...config, key: signing }, timings)]);
  const connections = new Map(connectAll(peers));

  return {
    async reconfigure(next) {
      const before = config;
      config = next;
      const same = next.peers.filter((peer) => hasSameEnds(peer, before, next));
      const over = [...connections].filter(([node]) => !same.some((peer) => peer.node === node));
      for (const [node] of over) connections.delete(node);
      await Promise.all([
        listener.readmit({ addresses: next.self.addresses, peers: next.peers, keys: next.keys }),
        ...over.map(([, connection]) => connection.close()),
      ]);
      for (const [node, connection] of connectAll(next.peers.filter((peer) => !same.includes(peer)))) connections.set(node, connection);
    },
    async request(peer, method, params, asking) {
      const asker = connections.get(peer)?.asker();
      if (asker === undefined) throw unreachable(peer, connections.get(peer));
      try {
        return await asker.ask(method, params, { timeoutMs: answerMs, ...asking });
      } catch (cause) {
        if (!(cause instanceof AskError)) throw cause;
        throw new VspairError({ code: cause.codeOr('VSP_PEER_NOT_REACHABLE'), object: peer, attempt: `ask for ${method}`, cause });
      }
    },
    connected: (peer) => connections.get(peer)?.asker() !== undefined,
    state: () => ({ peers: [...connections].map(([node, connection]) => linkState(node, connection)), refused: refusals.counts() }),
    async close() {
      await Promise.all([listener.close(), ...[...connections.values()].map((connection) => connection.close())]);
    },
  };
}

/** The same addresses on both sides. */
function hasSameEnds(peer: PeerDirector, before: PeerChannelConfig, after: PeerChannelConfig): boolean {
  const known = before.peers.find(({ node }) => node === peer.node);
  return known !== undefined && isSameList(known.addresses, peer.addresses) && isSameList(before.self.addresses, after.self.addresses);
}

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index]);

interface ConnectOptions extends PeerChannelOptions {
  readonly key: () => SecretKey;
}

function connectTo(peer: PeerDirector, { cluster, self, port, key, report }: ConnectOptions, timings: PeerTimings): PeerConnection {
  const told = new Set<string>();
  return keepConnected({
    cluster,
    self: self.node,
    peer: peer.node,
    paths: self.addresses.flatMap((local, link) => pathTo(local, peer.addresses[link])),
    port,
    key,
    timings,
    onConnected({ remote }) {
      told.clear();
      report({ type: 'connected', peer: peer.node, address: remote });
    },
    onLost: (detail) => report({ type: 'lost', peer: peer.node, detail }),
    onUnreachable({ remote }, detail) {
      const reason = `${remote} ${detail}`;
      if (!told.has(reason)) report({ type: 'unreachable', peer: peer.node, address: remote, detail });
      told.add(reason);
    },
  });
}

const pathTo = (local: string, remote: string | undefined) => (remote === undefined ? [] : [{ local, remote }]);

function unreachable(peer: NodeName, connection: PeerConnection | undefined): VspairError {
  const detail = connection === undefined ? 'it is not a director of this cluster' : (connection.detail() ?? 'not connected yet');
  return new VspairError({ code: 'VSP_PEER_NOT_REACHABLE', object: peer, attempt: 'reach it over the peer channel', detail });
}

function linkState(node: NodeName, connection: PeerConnection): PeerLinkState {
  return { node, connected: connection.asker() !== undefined, address: connection.path()?.remote, detail: connection.detail() };
}

function countRefusals(report: (event: PeerChannelEvent) => void) {
  const counts: Record<RefusalCause, number> = { 'unknown-address': 0, 'unknown-identity': 0, 'wrong-key': 0, 'handshake-failed': 0 };
  const told = new Map<RefusalCause, { readonly at: number; readonly count: number }>();
  return {
    counts: () => ({ ...counts }),
    note(cause: RefusalCause, from: string): void {
      counts[cause] += 1;
      const last = told.get(cause);
      if (last !== undefined && performance.now() - last.at < refusalReportMs) return;
      report({ type: 'refused', cause, count: counts[cause] - (last?.count ?? 0), from });
      told.set(cause, { at: performance.now(), count: counts[cause] });
    },
  };
}
