// Gratuitous ARP over Ethernet: a host announces one of its own IPv4 addresses (RFC 826; the two forms are those of
// RFC 5944 section 4.6). Some stacks learn from a request only, some from a reply only, so both are sent.
//
//     +---------------------------------------------------------------+
//   0 |  destination ff:ff:ff:ff:ff:ff (6), source (6), 0x0806        |
//     +-------------------------------+-------------------------------+
//  14 |  hardware: 1, Ethernet        |  protocol: 0x0800, IPv4       |
//     +---------------+---------------+-------------------------------+
//  18 |  6            |  4            |  1 request, 2 reply           |
//     +---------------+---------------+-------------------------------+
//  22 |  sender: hardware address (6), IPv4 address (4)               |
//  32 |  target: hardware address (6), IPv4 address (4)               |
//     +---------------------------------------------------------------+
//
// Big endian.
import { addressBytes, addressText } from './address.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { concat, u16Network, viewOf } from './netlink.ts';

export type ArpForm = 'request' | 'reply';

export interface ArpPacket {
  readonly form: ArpForm;
  readonly senderMac: Uint8Array;
  readonly senderAddress: string;
  readonly targetMac: Uint8Array;
  readonly targetAddress: string;
}

/** `not-arp`: another Ethernet protocol. `not-ipv4`: ARP for other addresses. `unknown-operation`: RARP and its like. */
export type ArpReason = 'truncated' | 'not-arp' | 'not-ipv4' | 'unknown-operation';

export const ETH_P_ARP = 0x0806;

const FRAME_BYTES = 42;
const OPERATIONS = { request: 1, reply: 2 } as const;
const BROADCAST = new Uint8Array(6).fill(0xff);
const ETHERNET_IPV4 = Uint8Array.of(0, 1, 8, 0, 6, 4);

/**
 * A complete Ethernet frame. The target of a reply is the sender itself, or Linux would not take it for gratuitous. That of
 * a request means nothing; it is what keepalived and arping send, which every switch and firewall has met before.
 */
export function encodeGratuitousArp(form: ArpForm, address: string, mac: Uint8Array): Uint8Array {
  const ip = addressBytes(address);
  const target = form === 'reply' ? mac : BROADCAST;
  return concat([BROADCAST, mac, u16Network(ETH_P_ARP), ETHERNET_IPV4, u16Network(OPERATIONS[form]), mac, ip, target, ip]);
}

/** Asks who has an address without claiming any (RFC 5227 section 2.1.1): no neighbour learns anything from it. */
export const encodeArpProbe = (address: string, mac: Uint8Array): Uint8Array =>
  concat([
    BROADCAST,
    mac,
    u16Network(ETH_P_ARP),
    ETHERNET_IPV4,
    u16Network(OPERATIONS.request),
    mac,
    addressBytes('0.0.0.0'),
    new Uint8Array(6),
    addressBytes(address),
  ]);

/** Reads a complete Ethernet frame; what stands behind the packet is padding. */
export function decodeArp(frame: Uint8Array): Decoded<ArpPacket, ArpReason> {
  if (frame.length < FRAME_BYTES) return refused('truncated');
  const view = viewOf(frame);
  if (view.getUint16(12) !== ETH_P_ARP) return refused('not-arp');
  if (!ETHERNET_IPV4.every((byte, position) => frame[14 + position] === byte)) return refused('not-ipv4');
  const form = formOf(view.getUint16(20));
  if (form === undefined) return refused('unknown-operation');
  return decoded({
    form,
    senderMac: frame.slice(22, 28),
    senderAddress: addressText(frame.subarray(28, 32)),
    targetMac: frame.slice(32, 38),
    targetAddress: addressText(frame.subarray(38, 42)),
  });
}

function formOf(operation: number): ArpForm | undefined {
  if (operation === OPERATIONS.request) return 'request';
  return operation === OPERATIONS.reply ? 'reply' : undefined;
}
