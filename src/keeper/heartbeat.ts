// Adverts between this director and its peers: over every link out, and in through every check there is.
import { type Advert, type Echo, type Millis, millis, type NodeName } from '../core/types.ts';
import { decodeAdvert, encodeAdvert } from '../wire/advert.ts';
import { clusterId, nodeIds } from '../wire/identity.ts';
import type { DropCause, HeardOnLink, HeartbeatLink, KeeperBoot, LinkSnapshot, PeerMark } from './messages.ts';
import { createPath, type Path } from './path.ts';
import type { AdvertPort } from './ports.ts';

export interface Heartbeat {
  send(advert: Advert, to: 'all' | NodeName): void;
  receive(link: number, datagram: Uint8Array, remote: string): Received;
  links(peer: NodeName): readonly LinkSnapshot[];
  /** How long before `moment` it was last heard on each link. */
  heard(peer: NodeName, moment: Millis): readonly HeardOnLink[];
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
}

/** Round trips are measured on the newest rounds only; a peer echoes what it heard a moment ago. */
const roundsRemembered = 64;

export function createHeartbeat(boot: KeeperBoot, port: AdvertPort, now: () => Millis): Heartbeat {
  const routes = routesOf(boot.links, boot.marks);
  const cluster = clusterId(boot.cluster);
  const ids = nodeIds(boot.core.nodes.map((node) => node.name));
  const signing = boot.keys[0];
  if (signing === undefined) throw new Error('a keeper needs at least one key');
  const sentAt = new Map<string, Millis>();
  const dropped: Record<string, number> = {};
  let sent = 0;
  let received = 0;

  const rememberRound = (advert: Advert): void => {
    sentAt.set(`${advert.incarnation}:${advert.sequence}`, now());
    for (const oldest of [...sentAt.keys()].slice(0, Math.max(0, sentAt.size - roundsRemembered))) sentAt.delete(oldest);
  };

  const drop = (cause: DropCause): Received => {
    dropped[cause] = (dropped[cause] ?? 0) + 1;
    return { ok: false, cause };
  };

  return {
    send(advert, to) {
      rememberRound(advert);
      for (const route of routes) {
        if (to !== 'all' && to !== route.peer) continue;
        const { path, link } = route;
        const delay = path.heardAt === undefined ? millis(0) : millis(now() - path.heardAt);
        const datagram = encodeAdvert(advert, { cluster, nodes: ids, link, key: signing, echo: { ...path.echo, delay } });
        port.send(route.peer, link, datagram);
        sent += 1;
      }
    },
    receive(link, datagram, remote) {
      const decoded = decodeAdvert(datagram, { cluster, nodes: ids, keys: boot.keys });
      if (!decoded.ok) return drop(decoded.reason);
      const { advert, echo, echoDelay } = decoded.value;
      if (advert.from === boot.core.self) return drop('own-advert');
      const route = routes.find((one) => one.link === link && one.peer === advert.from);
      if (route === undefined || route.address !== remote || decoded.value.link !== link) return drop('wrong-source');
      const { incarnation, sequence, interval } = advert;
      const news = { incarnation, sequence, interval, echo, echoDelay };
      if (!route.path.accept(news, now(), (round) => sentAt.get(`${round.incarnation}:${round.sequence}`))) return drop('stale');
      received += 1;
      return { ok: true, advert, echo };
    },
    links: (peer) => routes.filter((route) => route.peer === peer).map((route) => linkSnapshot(route, now())),
    heard: (peer, moment) => routes.filter((route) => route.peer === peer).map((route) => heardOn(route, moment)),
    marks: () => newestMarks(routes),
    counts: () => ({ sent, received, dropped: { ...dropped } }),
  };
}

function routesOf(links: readonly HeartbeatLink[], marks: readonly PeerMark[]): readonly Route[] {
  return links.flatMap((link, index) =>
    link.peers.map(({ node, address }) => {
      const mark = marks.find((known) => known.node === node);
      const path = createPath({ incarnation: mark?.incarnation ?? 0, sequence: mark?.sequence ?? 0 });
      return { link: index, local: link.local, peer: node, address, path };
    }),
  );
}

function linkSnapshot(route: Route, now: Millis): LinkSnapshot {
  const { path } = route;
  return {
    ...heardOn(route, now),
    ...{ heard: path.isHeard(now), ...path.counts, loss: path.loss(now) },
    ...{ roundTrip: path.roundTrip, roundTrips: path.roundTrips() },
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
