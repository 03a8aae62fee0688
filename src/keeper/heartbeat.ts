// Adverts between this director and its peers: over every link out, and in through every check there is.
import { type Advert, type Echo, type Millis, millis, type NodeName } from '../core/types.ts';
import { decodeAdvert, encodeAdvert } from '../wire/advert.ts';
import { clusterId, type NodeIds, nodeIds } from '../wire/identity.ts';
import type { DropCause, HeardOnLink, HeartbeatLink, KeeperBoot, KeeperConfig, LinkSnapshot, PeerMark, SecretKey } from './messages.ts';
import { createPath, type Path } from './path.ts';
import type { AdvertPort } from './ports.ts';

export interface Heartbeat {
  /** Links and peers that stay go on where they are; adverts are signed, and checked, with the new keys from here on. */
  reconfigure(config: KeeperConfig): void;
  send(advert: Advert, to: 'all' | NodeName): void;
  receive(link: number, datagram: Uint8Array, remote: string): Received;
  links(peer: NodeName): readonly LinkSnapshot[];
  /** How long before `moment` it was last heard on each link. */
  heard(peer: NodeName, moment: Millis): readonly HeardOnLink[];
  /** The id of the key that the peer signed its newest advert with. */
  keyOf(peer: NodeName): number | undefined;
  marks(): readonly PeerMark[];
  counts(): { readonly sent: number; readonly received: number; readonly dropped: Readonly<Record<string, number>> };
}

export type Received =
  | { readonly ok: true; readonly advert: Advert; readonly echo: Echo | undefined }
  | { readonly ok: false; readonly cause: DropCause };

interface Route {
  readonly link: number;
  readonly local: string;
  readonly peer: NodeName;
  readonly address: string;
  readonly path: Path;
  /** The newest datagram from that address that was dropped. */
  refused?: { readonly cause: DropCause; readonly at: Millis };
}

/** Round trips are measured on the newest rounds only; a peer echoes what it heard a moment ago. */
const roundsRemembered = 64;

export function createHeartbeat(boot: KeeperBoot, port: AdvertPort, now: () => Millis): Heartbeat {
  const cluster = clusterId(boot.cluster);
  let credentials = credentialsOf(boot);
  let routes = routesOf(boot.links, boot.marks, []);
  const signedWith = new Map<NodeName, number>();
  const sentAt = new Map<string, Millis>();
  const dropped: Record<string, number> = {};
  let sent = 0;
  let received = 0;

  const rememberRound = (advert: Advert): void => {
    sentAt.set(`${advert.incarnation}:${advert.sequence}`, now());
    for (const oldest of [...sentAt.keys()].slice(0, Math.max(0, sentAt.size - roundsRemembered))) sentAt.delete(oldest);
  };

  const refuse = (cause: DropCause, link: number, remote: string): Received => {
    dropped[cause] = (dropped[cause] ?? 0) + 1;
    const route = routes.find((one) => one.link === link && one.address === remote);
    if (route !== undefined) route.refused = { cause, at: now() };
    return { ok: false, cause };
  };

  return {
    reconfigure(config) {
      credentials = credentialsOf(config);
      routes = routesOf(config.links, newestMarks(routes), routes);
      port.relink(config.links);
    },
    send(advert, to) {
      const { ids, keys } = credentials;
      rememberRound(advert);
      for (const route of routes) {
        if (to !== 'all' && to !== route.peer) continue;
        const { path, link } = route;
        const delay = path.heardAt === undefined ? millis(0) : millis(now() - path.heardAt);
        const datagram = encodeAdvert(advert, { cluster, nodes: ids, link, key: keys[0], echo: { ...path.echo, delay } });
        port.send(route.peer, link, datagram);
        sent += 1;
      }
    },
    receive(link, datagram, remote) {
      const drop = (cause: DropCause): Received => refuse(cause, link, remote);
      const { ids, keys } = credentials;
      const decoded = decodeAdvert(datagram, { cluster, nodes: ids, keys });
      if (!decoded.ok) return drop(decoded.reason);
      const { advert, echo, echoDelay } = decoded.value;
      if (advert.from === boot.core.self) return drop('own-advert');
      const route = routes.find((one) => one.link === link && one.peer === advert.from);
      if (route === undefined || route.address !== remote || decoded.value.link !== link) return drop('wrong-source');
      const { incarnation, sequence, interval } = advert;
      const news = { incarnation, sequence, interval, echo, echoDelay };
      if (!route.path.accept(news, now(), (round) => sentAt.get(`${round.incarnation}:${round.sequence}`))) return drop('stale');
      received += 1;
      signedWith.set(advert.from, decoded.value.keyId);
      return { ok: true, advert, echo };
    },
    links: (peer) => routes.filter((route) => route.peer === peer).map((route) => linkSnapshot(route, now())),
    heard: (peer, moment) => routes.filter((route) => route.peer === peer).map((route) => heardOn(route, moment)),
    keyOf: (peer) => signedWith.get(peer),
    marks: () => newestMarks(routes),
    counts: () => ({ sent, received, dropped: { ...dropped } }),
  };
}

interface Credentials {
  readonly ids: NodeIds;
  readonly keys: readonly [SecretKey, ...SecretKey[]];
}

function credentialsOf({ core, keys: [signing, ...others] }: KeeperConfig): Credentials {
  if (signing === undefined) throw new Error('a keeper needs at least one key');
  return { ids: nodeIds(core.nodes.map((node) => node.name)), keys: [signing, ...others] };
}

/** What is known of a way is kept as long as both its ends are the same; on a new one the peer's life so far is no news. */
function routesOf(links: readonly HeartbeatLink[], marks: readonly PeerMark[], before: readonly Route[]): readonly Route[] {
  return links.flatMap((link, index) =>
    link.peers.map(({ node, address }) => {
      const known = before.find(
        (route) => route.link === index && route.peer === node && route.local === link.local && route.address === address,
      );
      if (known !== undefined) return known;
      const mark = marks.find((one) => one.node === node);
      const path = createPath({ incarnation: mark?.incarnation ?? 0, sequence: mark?.sequence ?? 0 });
      return { link: index, local: link.local, peer: node, address, path };
    }),
  );
}

function linkSnapshot(route: Route, now: Millis): LinkSnapshot {
  const { path, refused } = route;
  return {
    ...heardOn(route, now),
    ...{ heard: path.isHeard(now), ...path.counts, loss: path.loss(now) },
    ...{ roundTrip: path.roundTrip, roundTrips: path.roundTrips() },
    refused: refused === undefined ? undefined : { cause: refused.cause, ago: millis(now - refused.at) },
  };
}

const heardOn = ({ link, local, address, path }: Route, moment: Millis): HeardOnLink => ({
  ...{ link, local, remote: address },
  lastHeardAgo: path.heardAt === undefined ? undefined : millis(moment - path.heardAt),
});

/** Of each peer the newest advert accepted on any link. */
function newestMarks(routes: readonly Route[]): readonly PeerMark[] {
  const marks = new Map<NodeName, PeerMark>();
  for (const { peer, path } of routes) {
    const known = marks.get(peer);
    const { incarnation, sequence } = path.echo;
    const newer =
      known === undefined || incarnation > known.incarnation || (incarnation === known.incarnation && sequence > known.sequence);
    if (newer) marks.set(peer, { node: peer, incarnation, sequence });
  }
  return [...marks.values()];
}
