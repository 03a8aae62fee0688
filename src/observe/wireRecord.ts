// Makes sense of the frames and datagrams that were heard: which adverts of which link, whose VRRP, who claims what.
import type { ClaimHeard, LinkHeard, Site, VrrpHeard } from '../doctor/seen.ts';
import type { SecretKey } from '../keeper/messages.ts';
import type { Arrival } from '../kernel/arrivals.ts';
import { macText } from '../wire/address.ts';
import { type AdvertReader, decodeAdvert } from '../wire/advert.ts';
import { decodeArp } from '../wire/arp.ts';
import { clusterId, nodeIds } from '../wire/identity.ts';
import { decodeIpFrame, decodeUdp, IPPROTO_UDP, IPPROTO_VRRP, type IpPacket, senderOf } from '../wire/ipPacket.ts';
import { decodeNeighbourAdvertisement } from '../wire/neighbourAdvertisement.ts';
import { decodeVrrp } from '../wire/vrrp.ts';

export interface Tapped {
  readonly dev: string;
  /** Of the interface. */
  readonly mac: string;
}

export interface WireRecord {
  frame(on: Tapped, frame: Uint8Array): void;
  arrival(arrival: Arrival): void;
  links(): readonly LinkHeard[];
  vrrp(): readonly VrrpHeard[];
  claims(): readonly ClaimHeard[];
  /** The MACs that answered the probes for a virtual IP. */
  answers(address: string): readonly string[];
  syncMessages(): number;
}

/** Every advert comes with it, unless a router was on the way. */
const untouchedTtl = 255;

/** `keys`: undefined when there is no usable secret; then adverts are counted and not read. */
export function recordWire(site: Site, keys: readonly SecretKey[] | undefined): WireRecord {
  const reader = keys === undefined ? undefined : readerOf(site, keys);
  const links = linksOf(site);
  const vips = new Set(site.config.groups.flatMap((group) => group.vips.map(({ address }) => address)));
  const vrrp = new Map<string, VrrpHeard>();
  const claims = new Map<string, ClaimHeard>();
  const answers = new Map<string, Set<string>>();
  let syncMessages = 0;

  const packet = (on: Tapped, mac: string, found: IpPacket): void => {
    if (found.protocol === IPPROTO_VRRP && mac !== on.mac) noteVrrp(on, mac, found);
    if (found.protocol !== IPPROTO_UDP) return;
    const udp = decodeUdp(found.payload);
    if (!udp.ok) return;
    if (udp.value.destinationPort === site.config.heartbeat.port) noteAdvert(links, found, udp.value.payload, reader);
    else if (mac !== on.mac) syncMessages += 1;
  };

  const noteVrrp = ({ dev }: Tapped, mac: string, { source, payload }: IpPacket): void => {
    const advert = decodeVrrp(payload, source.includes(':') ? 6 : 4);
    if (advert.ok) vrrp.set(`${dev} ${source} ${advert.value.vrid}`, { dev, source, mac, ...advert.value });
  };

  const noteOwner = (on: Tapped, address: string, mac: string, asked: boolean): void => {
    if (!vips.has(address) || mac === on.mac) return;
    if (asked) answers.set(address, (answers.get(address) ?? new Set()).add(mac));
    else claims.set(`${on.dev} ${address} ${mac}`, { dev: on.dev, address, mac });
  };

  return {
    frame(on, frame) {
      const arp = decodeArp(frame);
      if (arp.ok) {
        const { form, senderAddress, senderMac, targetMac } = arp.value;
        return noteOwner(on, senderAddress, macText(senderMac), form === 'reply' && macText(targetMac) === on.mac);
      }
      const neighbour = decodeNeighbourAdvertisement(frame);
      if (neighbour.ok) {
        const { target, mac } = neighbour.value;
        // An answer to a probe goes to all nodes, and cannot be told from an announcement.
        return noteOwner(on, target, macText(mac ?? senderOf(frame)), true);
      }
      const found = decodeIpFrame(frame);
      if (found.ok) packet(on, macText(senderOf(frame)), found.value);
    },
    arrival({ ends, datagram }) {
      const link = ends === undefined ? undefined : links.find((one) => one.remote === ends.source && one.local === ends.destination);
      const found = link ?? linkOfAdvert(links, datagram.payload, reader);
      if (found !== undefined) found.arrived += 1;
    },
    links: () => links.map((link) => ({ ...link, refusals: [...link.refusals] })),
    vrrp: () => [...vrrp.values()],
    claims: () => [...claims.values()],
    answers: (address) => [...(answers.get(address) ?? [])],
    syncMessages: () => syncMessages,
  };
}

type Tally = { -readonly [Key in Exclude<keyof LinkHeard, 'refusals'>]: LinkHeard[Key] } & { readonly refusals: Set<string> };

const readerOf = ({ config }: Site, keys: readonly SecretKey[]): AdvertReader => ({
  cluster: clusterId(config.cluster),
  nodes: nodeIds(config.directors.map(({ name }) => name)),
  keys,
});

const linksOf = ({ self, others }: Site): Tally[] =>
  others.flatMap((other) =>
    other.addresses.flatMap((remote, link) => {
      const local = self.addresses[link];
      if (local === undefined) return [];
      return [{ peer: other.name, link, local, remote, onWire: 0, arrived: 0, refusals: new Set<string>(), echoMs: undefined, left: 0 }];
    }),
  );

function noteAdvert(
  links: readonly Tally[],
  { source, destination, ttl }: IpPacket,
  payload: Uint8Array,
  reader: AdvertReader | undefined,
): void {
  const leaving = links.find(({ local, remote }) => source === local && destination === remote);
  if (leaving !== undefined) leaving.left += 1;
  const coming = links.find(({ local, remote }) => source === remote && destination === local);
  if (coming === undefined) return;
  coming.onWire += 1;
  if (ttl !== untouchedTtl) coming.refusals.add('ttl');
  if (reader === undefined) return;
  const advert = decodeAdvert(payload, reader);
  if (!advert.ok) coming.refusals.add(advert.reason);
  else coming.echoMs = advert.value.echo === undefined ? undefined : advert.value.echoDelay;
}

/** Who signed it, and for which link, stands in it. */
function linkOfAdvert(links: readonly Tally[], payload: Uint8Array, reader: AdvertReader | undefined): Tally | undefined {
  const advert = reader === undefined ? undefined : decodeAdvert(payload, reader);
  if (advert?.ok !== true) return undefined;
  const { link, advert: said } = advert.value;
  return links.find((one) => one.peer === said.from && one.link === link);
}
