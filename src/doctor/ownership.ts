// Whose hardware address it is that answers for a virtual IP.
import { problem, type Verdict, warning } from './check.ts';
import { sharingServers } from './rulesAspects.ts';
import type { DirectorSeen, PeerSeen } from './seen.ts';

type Needs = Pick<DirectorSeen, 'site' | 'devices' | 'neighbours' | 'rules' | 'peers'>;

export type Owner =
  | { readonly who: 'self' }
  | { readonly who: 'director'; readonly node: string }
  | { readonly who: 'server'; readonly address: string }
  | { readonly who: 'stranger' };

export function ownerOf(mac: string, seen: Needs): Owner {
  if (seen.devices.some((device) => device.mac === mac)) return { who: 'self' };
  const told = seen.peers.find((peer) => macsTold(peer).includes(mac));
  if (told !== undefined) return { who: 'director', node: told.node };
  const addresses = seen.neighbours.filter((neighbour) => neighbour.mac === mac).map(({ address }) => address);
  const director = seen.site.others.find((other) => other.addresses.some((address) => addresses.includes(address)));
  if (director !== undefined) return { who: 'director', node: director.name };
  const server = sharingServers(seen).find((address) => addresses.includes(address));
  return server === undefined ? { who: 'stranger' } : { who: 'server', address: server };
}

/** Undefined when it is a director. */
export function strangerVerdict(
  { address, dev, mac }: { readonly address: string; readonly dev: string; readonly mac: string },
  seen: Needs,
  does: 'claims' | 'answers for',
): Verdict | undefined {
  const owner = ownerOf(mac, seen);
  switch (owner.who) {
    case 'self':
    case 'director':
      return undefined;
    case 'server':
      return problem(`real server ${owner.address} (${mac}) ${does} ${address} on ${dev}`, {
        why: 'it gets all clients, past the director',
        fix: `on ${owner.address}: sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2`,
      });
    case 'stranger':
      return strange(`${mac}, which is neither this director nor one that is known, ${does} ${address} on ${dev}`, seen);
  }
}

/** A director that does not tell its MACs, and has no heartbeat address on that network, could be the stranger. */
function strange(text: string, seen: Needs): Verdict {
  const silent = seen.peers.filter((peer) => macsTold(peer).length === 0).map(({ node }) => node);
  if (silent.length === 0) return problem(text);
  return warning(`${text}; the MACs of ${silent.join(', ')} are not known`, { fix: 'ask again when the daemons of all directors run' });
}

const macsTold = ({ status }: PeerSeen): readonly string[] =>
  status.known ? status.value.keeper.links.flatMap(({ mac }) => mac ?? []) : [];
