// Listens for some seconds on every interface that matters, and asks all neighbours once or twice who has each virtual IP.
import { setTimeout as pause } from 'node:timers/promises';
import { known, type Seen, type Site, unknown, type WireSeen } from '../doctor/seen.ts';
import { messageOf } from '../errors/message.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { hearArrivals } from '../kernel/arrivals.ts';
import { FrameSender } from '../kernel/frameSender.ts';
import { tapPackets } from '../kernel/packetTap.ts';
import { ETH_P_ARP, encodeArpProbe } from '../wire/arp.ts';
import { ETH_P_IPV6, encodeNeighbourProbe } from '../wire/neighbourAdvertisement.ts';
import type { DevicesSeen } from './devices.ts';
import { recordWire, type WireRecord } from './wireRecord.ts';

/** Of VRRP: 224.0.0.18 and ff02::12. */
const vrrpGroups: readonly Uint8Array[] = [Uint8Array.of(0x01, 0, 0x5e, 0, 0, 0x12), Uint8Array.of(0x33, 0x33, 0, 0, 0, 0x12)];

export interface WireHeard {
  readonly wire: Seen<WireSeen>;
  /** The MACs that answered for a virtual IP. */
  readonly answers: (address: string) => Seen<readonly string[]>;
}

export async function listen(site: Site, keys: readonly SecretKey[] | undefined, here: DevicesSeen, listenMs: number): Promise<WireHeard> {
  const record = recordWire(site, keys);
  const closing: (() => void)[] = [];
  try {
    const tapped = tappedDevices(site, here);
    openEars(site, tapped, record, closing);
    const ask = prober(site, here, closing);
    ask();
    await pause(listenMs / 2);
    ask();
    await pause(listenMs / 2);
    const heard: WireSeen = {
      listenedMs: listenMs,
      devices: tapped.map(({ dev }) => dev),
      links: record.links(),
      vrrp: record.vrrp(),
      claims: record.claims(),
      syncMessages: record.syncMessages(),
    };
    return { wire: known(heard), answers: (address) => known(record.answers(address)) };
  } catch (error) {
    const why = unknown(`listening needs CAP_NET_RAW: ${messageOf(error)}`);
    return { wire: why, answers: () => why };
  } finally {
    for (const close of closing) close();
  }
}

type Device = DevicesSeen['devices'][number];

/** Those of the virtual IPs, of the heartbeat addresses and of the synchronisation, as far as they speak Ethernet. */
function tappedDevices({ config, self }: Site, { devices, addresses }: DevicesSeen): readonly Device[] {
  const names = new Set([
    ...config.groups.flatMap(({ vips }) => vips.map(({ dev }) => dev)),
    ...addresses.filter(({ address }) => self.addresses.includes(address)).map(({ dev }) => dev),
    ...(config.ipvs.connectionSync === undefined ? [] : [config.ipvs.connectionSync.dev]),
  ]);
  return devices.filter(({ dev, mac }) => names.has(dev) && dev !== 'lo' && mac.length > 0);
}

function openEars({ config, self }: Site, tapped: readonly Device[], record: WireRecord, closing: (() => void)[]): void {
  const { port } = config.heartbeat;
  const ports = [port, ...(config.ipvs.connectionSync === undefined ? [] : [config.ipvs.connectionSync.port])];
  for (const device of tapped) {
    const tap = tapPackets({ index: device.index, ports, groups: vrrpGroups }, (frame) => record.frame(device, frame));
    closing.push(() => tap.close());
  }
  const families = new Set(self.addresses.map((address): 4 | 6 => (address.includes(':') ? 6 : 4)));
  for (const family of families) {
    const ears = hearArrivals(family, port, (arrival) => record.arrival(arrival));
    closing.push(() => ears.close());
  }
}

/** Asks by probes (RFC 5227, RFC 4862), from which no neighbour learns anything. */
function prober({ config }: Site, { devices }: DevicesSeen, closing: (() => void)[]): () => void {
  const sender = new FrameSender();
  closing.push(() => sender.close());
  const vips = config.groups.flatMap((group) => group.vips);
  return () => {
    for (const { family, address, dev } of vips) {
      const device = devices.find((one) => one.dev === dev);
      if (device === undefined || device.mac === '') continue;
      const mac = Uint8Array.from(device.mac.split(':'), (byte) => Number.parseInt(byte, 16));
      if (family === 4) sender.send(device.index, ETH_P_ARP, encodeArpProbe(address, mac));
      else sender.send(device.index, ETH_P_IPV6, encodeNeighbourProbe(address, mac));
    }
  };
}
