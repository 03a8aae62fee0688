// Metrics of the advertisements: who is heard, over which link, how well; and what was dropped.
import type { DropCause, LinkSnapshot, PeerSnapshot } from '../keeper/messages.ts';
import { asNumber, counter, type Family, gauge, only, type Sample, seconds } from './family.ts';
import type { Seen } from './seen.ts';

const ofLink = ['peer', 'link'];

export const advertFamilies: readonly Family[] = [
  counter('vspair_adverts_sent_total', [], 'Advertisements sent, one for each peer and link.', ({ keeper }) => only(keeper.adverts.sent)),
  counter('vspair_advert_send_failures_total', [], 'Advertisements that the kernel did not take.', ({ keeper }) =>
    only(keeper.adverts.sendFailures),
  ),
  counter('vspair_adverts_received_total', [], 'Advertisements that were authentic and fresh.', ({ keeper }) =>
    only(keeper.adverts.received),
  ),
  counter('vspair_adverts_dropped_total', ['cause'], 'Datagrams that were no authentic and fresh advertisement of a peer.', (seen) =>
    Object.keys(dropCauses).map((cause) => ({ labels: { cause }, value: seen.keeper.adverts.dropped[cause] ?? 0 })),
  ),
  gauge('vspair_peer_heard', ['peer'], 'Whether the peer is heard on any link.', (seen) => ofPeers(seen, ({ heard }) => asNumber(heard))),
  gauge('vspair_heard_by_peer', ['peer'], 'Whether the peer is heard and hears this director.', (seen) =>
    ofPeers(seen, ({ hearsUs }) => asNumber(hearsUs)),
  ),
  gauge('vspair_peer_rules_same', ['peer'], 'Whether the peer has the rules of this director, in its kernel or ready for it.', (seen) =>
    ofPeers(seen, ({ rules }) => asNumber(rules?.ready === true && rules.digest === seen.keeper.rules.digest)),
  ),
  gauge('vspair_link_heard', ofLink, 'Whether the peer is heard on the link.', (seen) => ofLinks(seen, ({ heard }) => asNumber(heard))),
  gauge('vspair_link_last_heard_age_seconds', ofLink, 'How long ago the peer was last heard on the link.', (seen) =>
    ofLinks(seen, ({ lastHeardAgo }) => (lastHeardAgo === undefined ? undefined : seconds(lastHeardAgo))),
  ),
  gauge('vspair_link_loss_ratio', ofLink, 'Share of the last hundred rounds of the peer that did not arrive on the link.', (seen) =>
    ofLinks(seen, ({ loss, lastHeardAgo }) => (lastHeardAgo === undefined ? undefined : loss)),
  ),
  gauge('vspair_link_round_trip_seconds', ofLink, 'Round-trip time on the link, from the last advertisement that tells it.', (seen) =>
    ofLinks(seen, ({ roundTrip }) => (roundTrip === undefined ? undefined : seconds(roundTrip))),
  ),
  counter('vspair_link_adverts_received_total', ofLink, 'Rounds of the peer that arrived on the link.', (seen) =>
    ofLinks(seen, ({ arrived }) => arrived),
  ),
  counter('vspair_link_adverts_missed_total', ofLink, 'Rounds of the peer that did not arrive on the link, known by later ones.', (seen) =>
    ofLinks(seen, ({ missed }) => missed),
  ),
  gauge('vspair_keeper_lateness_max_seconds', [], 'The latest wake-up of the keeper since its start.', ({ keeper }) =>
    only(seconds(keeper.lateness.max)),
  ),
];

const dropCauses: Readonly<Record<DropCause, true>> = {
  ...{ malformed: true, 'unknown-version': true, 'unknown-cluster': true, 'unknown-sender': true, 'own-advert': true },
  ...{ 'wrong-source': true, 'unknown-key': true, 'wrong-key': true, stale: true, 'bad-content': true },
};

const ofPeers = ({ keeper }: Seen, read: (peer: PeerSnapshot) => number): readonly Sample[] =>
  keeper.peers.map((peer) => ({ labels: { peer: peer.node }, value: read(peer) }));

/** What is not known yet has no sample. */
const ofLinks = ({ keeper }: Seen, read: (link: LinkSnapshot) => number | undefined): readonly Sample[] =>
  keeper.peers.flatMap(({ node, links }) =>
    links.flatMap((link) => {
      const value = read(link);
      return value === undefined ? [] : [{ labels: { peer: node, link: String(link.link) }, value }];
    }),
  );
