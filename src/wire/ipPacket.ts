// What is asked of an IP packet from the wire: between whom, which protocol, and what is in it. The Ethernet header, the
// fixed headers of RFC 791 and RFC 8200, and the one of UDP (RFC 768); extension headers of IPv6 are not followed.
import { addressText } from './address.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { viewOf } from './netlink.ts';

export interface IpPacket {
  readonly source: string;
  readonly destination: string;
  /** IPv6: the next header. */
  readonly protocol: number;
  /** IPv6: the hop limit. */
  readonly ttl: number;
  readonly payload: Uint8Array;
}

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** `fragment`: any but the first, which says nothing of its protocol's header. */
export type IpReason = 'truncated' | 'not-ip' | 'fragment';

export const IPPROTO_UDP = 17;
export const IPPROTO_VRRP = 112;

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const UDP_BYTES = 8;

/** The hardware address that an Ethernet frame comes from. */
export const senderOf = (frame: Uint8Array): Uint8Array => frame.slice(6, 12);

export const etherTypeOf = (frame: Uint8Array): number | undefined =>
  frame.length < ETHERNET_BYTES ? undefined : viewOf(frame).getUint16(12);

/** Reads a complete Ethernet frame; what stands behind the packet is padding. */
export const decodeIpFrame = (frame: Uint8Array): Decoded<IpPacket, IpReason> => decodeIp(frame.subarray(ETHERNET_BYTES));

/** From the first byte of the IP header. */
export function decodeIp(bytes: Uint8Array): Decoded<IpPacket, IpReason> {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return decodeIpv4(bytes);
  return version === 6 ? decodeIpv6(bytes) : refused('not-ip');
}

function decodeIpv4(bytes: Uint8Array): Decoded<IpPacket, IpReason> {
  if (bytes.length < IPV4_BYTES) return refused('truncated');
  const view = viewOf(bytes);
  const header = (view.getUint8(0) & 0xf) * 4;
  const end = view.getUint16(2);
  if (header < IPV4_BYTES || end < header || end > bytes.length) return refused('truncated');
  if ((view.getUint16(6) & 0x1fff) !== 0) return refused('fragment');
  return decoded({
    source: addressText(bytes.subarray(12, 16)),
    destination: addressText(bytes.subarray(16, 20)),
    protocol: view.getUint8(9),
    ttl: view.getUint8(8),
    payload: bytes.subarray(header, end),
  });
}

function decodeIpv6(bytes: Uint8Array): Decoded<IpPacket, IpReason> {
  if (bytes.length < IPV6_BYTES) return refused('truncated');
  const view = viewOf(bytes);
  const end = IPV6_BYTES + view.getUint16(4);
  if (end > bytes.length) return refused('truncated');
  return decoded({
    source: addressText(bytes.subarray(8, 24)),
    destination: addressText(bytes.subarray(24, 40)),
    protocol: view.getUint8(6),
    ttl: view.getUint8(7),
    payload: bytes.subarray(IPV6_BYTES, end),
  });
}

export function decodeUdp(bytes: Uint8Array): Decoded<UdpDatagram, 'truncated'> {
  if (bytes.length < UDP_BYTES) return refused('truncated');
  const view = viewOf(bytes);
  return decoded({ sourcePort: view.getUint16(0), destinationPort: view.getUint16(2), payload: bytes.subarray(UDP_BYTES) });
}
