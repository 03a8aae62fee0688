// The echo of ICMP (RFC 792) and of ICMPv6 (RFC 4443 section 4): a question that every host answers with what it was sent.
//
//     +---------------+---------------+-------------------------------+
//   0 |  type         |  0            |  checksum                     |
//     +---------------+---------------+-------------------------------+
//   4 |  identifier                   |  sequence                     |
//     +-------------------------------+-------------------------------+
//   8 |  whatever makes it as long as it is to be                     |
//     +---------------------------------------------------------------+
//
// Big endian. Over IPv6 the kernel computes the checksum, since it knows the addresses.
import { viewOf } from './netlink.ts';

export interface Echo {
  readonly identifier: number;
  readonly sequence: number;
}

const HEADER_BYTES = 8;
const REQUEST = { 4: 8, 6: 128 } as const;
const REPLY = { 4: 0, 6: 129 } as const;

/** `length`: of the whole message, header included. */
export function encodeEchoRequest(family: 4 | 6, { identifier, sequence }: Echo, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(HEADER_BYTES, length));
  const view = viewOf(bytes);
  view.setUint8(0, REQUEST[family]);
  view.setUint16(4, identifier);
  view.setUint16(6, sequence);
  if (family === 4) view.setUint16(2, checksum(bytes));
  return bytes;
}

/** Undefined for every other message. */
export function decodeEchoReply(family: 4 | 6, bytes: Uint8Array): Echo | undefined {
  if (bytes.length < HEADER_BYTES || bytes[0] !== REPLY[family]) return undefined;
  const view = viewOf(bytes);
  return { identifier: view.getUint16(4), sequence: view.getUint16(6) };
}

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
