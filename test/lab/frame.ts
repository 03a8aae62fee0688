// What a captured Ethernet frame says, as far as the lab asks. Written apart from the product's codecs, which it checks.
import type { Packet } from './pcap.ts';

interface Ethernet {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
}

export interface ArpFrame extends Ethernet {
  readonly kind: 'arp';
  readonly operation: 'request' | 'reply';
  readonly senderMac: string;
  readonly sender: string;
  readonly targetMac: string;
  readonly target: string;
}

export interface UdpFrame extends Ethernet {
  readonly kind: 'udp';
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly ttl: number;
  readonly payload: Buffer;
}

export interface NeighbourAdvertisement extends Ethernet {
  readonly kind: 'neighbourAdvertisement';
  readonly source: string;
  readonly destination: string;
  readonly target: string;
  readonly override: boolean;
  readonly solicited: boolean;
}

export interface OtherFrame extends Ethernet {
  readonly kind: 'other';
}

export type Frame = ArpFrame | UdpFrame | NeighbourAdvertisement | OtherFrame;

/** An ARP frame by which a host tells everybody where `address` is, in either form (RFC 5227). */
export const isAnnouncement = (frame: Frame, address: string): frame is ArpFrame =>
  frame.kind === 'arp' && frame.sender === address && frame.target === address;

const etherTypes = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd };
const protocols = { udp: 17, icmpv6: 58 };
const neighbourAdvertisement = 136;

export function frameOf({ at, bytes }: Packet): Frame {
  const ethernet: Ethernet = { at, to: macAt(bytes, 0), from: macAt(bytes, 6), bytes };
  const body = bytes.subarray(14);
  switch (bytes.readUInt16BE(12)) {
    case etherTypes.arp:
      return { ...ethernet, kind: 'arp', ...arpOf(body) };
    case etherTypes.ipv4:
      return body[9] === protocols.udp ? { ...ethernet, kind: 'udp', ...udpOf(body) } : { ...ethernet, kind: 'other' };
    case etherTypes.ipv6:
      return body[6] === protocols.icmpv6 && body[40] === neighbourAdvertisement
        ? { ...ethernet, kind: 'neighbourAdvertisement', ...advertisementOf(body) }
        : { ...ethernet, kind: 'other' };
    default:
      return { ...ethernet, kind: 'other' };
  }
}

const arpOf = (arp: Buffer) => ({
  operation: arp.readUInt16BE(6) === 1 ? ('request' as const) : ('reply' as const),
  senderMac: macAt(arp, 8),
  sender: ipv4At(arp, 14),
  targetMac: macAt(arp, 18),
  target: ipv4At(arp, 24),
});

function udpOf(ip: Buffer) {
  const udp = ip.subarray((ip.readUInt8(0) & 0x0f) * 4, ip.readUInt16BE(2));
  return {
    source: ipv4At(ip, 12),
    sourcePort: udp.readUInt16BE(0),
    destination: ipv4At(ip, 16),
    destinationPort: udp.readUInt16BE(2),
    ttl: ip.readUInt8(8),
    payload: udp.subarray(8),
  };
}

function advertisementOf(ip: Buffer) {
  const flags = ip.readUInt8(44);
  return {
    source: ipv6At(ip, 8),
    destination: ipv6At(ip, 24),
    target: ipv6At(ip, 48),
    solicited: (flags & 0x40) !== 0,
    override: (flags & 0x20) !== 0,
  };
}

const macAt = (bytes: Buffer, offset: number): string =>
  Array.from(bytes.subarray(offset, offset + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');

const ipv4At = (bytes: Buffer, offset: number): string => bytes.subarray(offset, offset + 4).join('.');

function ipv6At(bytes: Buffer, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(offset + 2 * index).toString(16));
  // The URL parser writes IPv6 addresses in their canonical form.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
