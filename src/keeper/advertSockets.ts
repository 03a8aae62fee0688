// The keeper's UDP sockets, one per heartbeat link, bound to this director's address on it. A link whose address is not
// there (yet) is tried again every second; nothing waits for it.
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { HeartbeatLink } from './messages.ts';
import type { AdvertPort } from './ports.ts';

export interface AdvertSockets extends AdvertPort {
  sendFailures(): number;
  /** The links that have no socket now, with the reason. */
  unbound(): readonly { readonly local: string; readonly reason: string }[];
}

export interface AdvertSocketParts {
  readonly links: readonly HeartbeatLink[];
  readonly port: number;
  readonly receive: (link: number, datagram: Uint8Array, remote: string) => void;
  /** Makes the kernel drop what came through a router (TTL below 255) and give adverts precedence. */
  readonly harden: (fd: number, family: 4 | 6) => void;
}

const ttl = 255;
/** Room for what arrives while this process is held up: some thousand adverts. */
const receiveBufferBytes = 1024 * 1024;
const retryAfterMs = 1_000;

/** Opens what can be opened before it resolves. */
export async function openAdvertSockets(parts: AdvertSocketParts): Promise<AdvertSockets> {
  const sockets = new Map<number, SocketAsPromised>();
  const reasons = new Map<number, string>();
  /** Links that came later and have not failed yet. */
  const opening = new Set<number>();
  let { links } = parts;
  let sendFailures = 0;

  const isStill = (link: number, local: string): boolean => links[link]?.local === local;

  const open = async (link: number, local: string): Promise<void> => {
    if (!isStill(link, local)) return;
    try {
      const socket = await bindSocket(parts, link, local, () => reopen(link, local));
      if (!isStill(link, local)) return void socket.close();
      sockets.set(link, socket);
      reasons.delete(link);
      opening.delete(link);
    } catch (error) {
      opening.delete(link);
      if (isStill(link, local)) reasons.set(link, error instanceof Error ? error.message : String(error));
      setTimeout(() => void open(link, local), retryAfterMs);
    }
  };

  const reopen = (link: number, local: string): void => {
    if (!isStill(link, local)) return;
    sockets.delete(link);
    setTimeout(() => void open(link, local), retryAfterMs);
  };

  const closeAt = (link: number): void => {
    void sockets.get(link)?.close();
    sockets.delete(link);
    reasons.delete(link);
    opening.delete(link);
  };

  const openNew = (link: number, local: string): void => {
    opening.add(link);
    void open(link, local);
  };

  await Promise.all(parts.links.map(({ local }, link) => open(link, local)));

  return {
    relink(next) {
      const before = links;
      links = next;
      for (const [link, { local }] of before.entries()) if (!isStill(link, local)) closeAt(link);
      for (const [link, { local }] of next.entries()) if (before[link]?.local !== local) openNew(link, local);
    },
    send(to, link, datagram) {
      const socket = sockets.get(link);
      const address = links[link]?.peers.find((peer) => peer.node === to)?.address;
      if (socket === undefined || address === undefined) {
        if (!opening.has(link)) sendFailures += 1;
        return;
      }
      socket.send(Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength), parts.port, address).catch(() => {
        sendFailures += 1;
      });
    },
    sendFailures: () => sendFailures,
    unbound: () => [...reasons].map(([link, reason]) => ({ local: links[link]?.local ?? '', reason })),
  };
}

async function bindSocket(parts: AdvertSocketParts, link: number, local: string, broken: () => void): Promise<SocketAsPromised> {
  const family = local.includes(':') ? 6 : 4;
  const socket = DgramAsPromised.createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    recvBufferSize: receiveBufferBytes,
    lookup: literal(family),
  });
  await socket.bind({ address: local, port: parts.port, exclusive: true });
  socket.setTTL(ttl);
  parts.harden(fileDescriptor(socket.socket), family);
  // Its recv() would lose what arrives between two awaits.
  socket.socket.on('message', (datagram, remote) => parts.receive(link, datagram, remote.address));
  socket.socket.on('error', () => {
    socket.socket.close();
    broken();
  });
  return socket;
}

/** Addresses are literals here; Node would hand them to its resolver all the same. */
function literal(family: 4 | 6) {
  return (host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void => done(null, host, family);
}

/** Node keeps the descriptor to itself (its public `_handle` is deprecated); without it the kernel cannot check the TTL. */
export function fileDescriptor(socket: SocketAsPromised['socket']): number {
  const symbol = Object.getOwnPropertySymbols(socket).find((one) => one.description === 'state symbol');
  const state: unknown = symbol === undefined ? undefined : Reflect.get(socket, symbol);
  const fd = property(property(state, 'handle'), 'fd');
  if (typeof fd !== 'number' || fd < 0) throw new Error('this Node does not tell the descriptor of a UDP socket');
  return fd;
}

const property = (of: unknown, name: string): unknown => (typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined);
