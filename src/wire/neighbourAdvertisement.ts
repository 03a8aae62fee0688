// The unsolicited neighbour advertisement (RFC 4861 section 4.4, 7.2.6): what gratuitous ARP is for IPv4. A complete
// Ethernet frame to all nodes of the link, with the override flag, so that neighbours replace what they know.
//
//     +---------------------------------------------------------------+
//   0 |  destination 33:33:00:00:00:01 (6), source (6), 0x86dd        |
//     +-------+---------------+---------------------------------------+
//  14 |  6    |  traffic class, flow label: 0                         |
//     +-------+-----------------------+---------------+---------------+
//  18 |  payload length: 32           |  58, ICMPv6   |  hop limit    |
//     +-------------------------------+---------------+---------------+
//  22 |  source: the announced address (16)                           |
//  38 |  destination: ff02::1 (16)                                    |
//     +---------------+---------------+-------------------------------+
//  54 |  136          |  0            |  checksum                     |
//     +-+-+-+---------+---------------+-------------------------------+
//  58 |R|S|O|  0                                                      |
//     +-+-+-+---------------------------------------------------------+
//  62 |  target: the announced address (16)                           |
//     +---------------+---------------+-------------------------------+
//  78 |  2            |  1            |  target's link-layer address  |
//     +---------------+---------------+  (6)                          |
//     |                                                               |
//     +---------------------------------------------------------------+
//
// Big endian.
import { addressBytes, addressText } from './address.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { concat, u16Network, viewOf } from './netlink.ts';

export interface NeighbourAdvertisement {
  readonly source: string;
  readonly destination: string;
  readonly target: string;
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  /** Of the target; undefined when the option is missing. */
  readonly mac: Uint8Array | undefined;
}

/**
 * `bad-hop-limit`: it came through a router, so it is forged (RFC 4861 section 7.1.2). `bad-option`: an option that runs
 * past the end, or of length 0.
 */
export type NeighbourAdvertisementReason = 'truncated' | 'not-ipv6' | 'not-advertisement' | 'bad-hop-limit' | 'bad-checksum' | 'bad-option';

export const ETH_P_IPV6 = 0x86dd;

const ICMPV6 = 58;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
const TARGET_LINK_LAYER_ADDRESS = 2;
const HOP_LIMIT = 255;
const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;
const ALL_NODES = addressBytes('ff02::1');
const ALL_NODES_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);
const IPV6_AT = 14;
const ICMPV6_AT = 54;
const TARGET_AT = 62;
const OPTIONS_AT = 78;

/** `router`: what the kernel itself says when asked; hosts that hear it change drop the router from their lists. */
export function encodeNeighbourAdvertisement(address: string, mac: Uint8Array, router: boolean): Uint8Array {
  const ip = addressBytes(address);
  const flags = Uint8Array.of(OVERRIDE | (router ? ROUTER : 0), 0, 0, 0);
  const option = concat([Uint8Array.of(TARGET_LINK_LAYER_ADDRESS, 1), mac]);
  const message = concat([Uint8Array.of(NEIGHBOUR_ADVERTISEMENT, 0, 0, 0), flags, ip, option]);
  return frameOf({ mac, ip }, { mac: ALL_NODES_MAC, ip: ALL_NODES }, message);
}

/**
 * Asks who has an address, as a host does that looks for a duplicate (RFC 4862 section 5.4.2): without a source, so that no
 * neighbour learns anything. The owner answers to all nodes. Not to be sent for an address that its owner still tries out.
 */
export function encodeNeighbourProbe(address: string, mac: Uint8Array): Uint8Array {
  const target = addressBytes(address);
  const group = concat([addressBytes('ff02::1:ff00:0').subarray(0, 13), target.subarray(13)]);
  const groupMac = concat([Uint8Array.of(0x33, 0x33), group.subarray(12)]);
  const message = concat([Uint8Array.of(NEIGHBOUR_SOLICITATION, 0, 0, 0), new Uint8Array(4), target]);
  return frameOf({ mac, ip: addressBytes('::') }, { mac: groupMac, ip: group }, message);
}

interface End {
  readonly mac: Uint8Array;
  readonly ip: Uint8Array;
}

/** `message`: of ICMPv6, its checksum still 0. */
function frameOf(from: End, to: End, message: Uint8Array): Uint8Array {
  viewOf(message).setUint16(2, checksum(from.ip, to.ip, message));
  const version = Uint8Array.of(0x60, 0, 0, 0);
  const header = concat([version, u16Network(message.length), Uint8Array.of(ICMPV6, HOP_LIMIT), from.ip, to.ip]);
  return concat([to.mac, from.mac, u16Network(ETH_P_IPV6), header, message]);
}

/** Reads a complete Ethernet frame; what stands behind the IPv6 packet is padding. */
export function decodeNeighbourAdvertisement(frame: Uint8Array): Decoded<NeighbourAdvertisement, NeighbourAdvertisementReason> {
  if (frame.length < ICMPV6_AT) return refused('truncated');
  const view = viewOf(frame);
  if (view.getUint16(12) !== ETH_P_IPV6 || view.getUint8(IPV6_AT) >> 4 !== 6) return refused('not-ipv6');
  if (view.getUint8(20) !== ICMPV6) return refused('not-advertisement');
  const end = ICMPV6_AT + view.getUint16(18);
  if (end > frame.length || end < OPTIONS_AT) return refused('truncated');
  if (view.getUint8(ICMPV6_AT) !== NEIGHBOUR_ADVERTISEMENT || view.getUint8(ICMPV6_AT + 1) !== 0) return refused('not-advertisement');
  if (view.getUint8(21) !== HOP_LIMIT) return refused('bad-hop-limit');
  return decodeMessage(frame.subarray(22, 38), frame.subarray(38, ICMPV6_AT), frame.subarray(ICMPV6_AT, end));
}

function decodeMessage(
  source: Uint8Array,
  destination: Uint8Array,
  message: Uint8Array,
): Decoded<NeighbourAdvertisement, NeighbourAdvertisementReason> {
  // Over a message with its checksum in place the sum is all ones, whose complement is 0.
  if (checksum(source, destination, message) !== 0) return refused('bad-checksum');
  const mac = linkLayerAddress(message.subarray(OPTIONS_AT - ICMPV6_AT));
  if (!mac.ok) return mac;
  const flags = message[4] ?? 0;
  return decoded({
    source: addressText(source),
    destination: addressText(destination),
    target: addressText(message.subarray(TARGET_AT - ICMPV6_AT, OPTIONS_AT - ICMPV6_AT)),
    router: (flags & ROUTER) !== 0,
    solicited: (flags & SOLICITED) !== 0,
    override: (flags & OVERRIDE) !== 0,
    mac: mac.value,
  });
}

/** Options are counted in units of 8 bytes. */
function linkLayerAddress(options: Uint8Array): Decoded<Uint8Array | undefined, 'bad-option'> {
  let mac: Uint8Array | undefined;
  for (let at = 0; at < options.length; ) {
    const length = (options[at + 1] ?? 0) * 8;
    if (length === 0 || at + length > options.length) return refused('bad-option');
    if (options[at] === TARGET_LINK_LAYER_ADDRESS) mac = options.slice(at + 2, at + 8);
    at += length;
  }
  return decoded(mac);
}

/** RFC 4443 section 2.3: over a pseudo-header of addresses, length and next header, then the message. */
function checksum(source: Uint8Array, destination: Uint8Array, message: Uint8Array): number {
  const pseudoHeader = concat([source, destination, u16Network(0), u16Network(message.length), Uint8Array.of(0, 0, 0, ICMPV6)]);
  const view = viewOf(concat([pseudoHeader, message, new Uint8Array(message.length % 2)]));
  let sum = 0;
  for (let at = 0; at < view.byteLength; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
