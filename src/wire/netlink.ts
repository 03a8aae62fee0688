// The envelope of every netlink protocol: messages and attributes (include/uapi/linux/netlink.h, RFC 3549 section 2.3).
//
//      0                   1                   2                   3
//      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//     +---------------------------------------------------------------+
//   0 |  length: this header and the payload, without padding         |
//     +-------------------------------+-------------------------------+
//   4 |  type                         |  flags                        |
//     +-------------------------------+-------------------------------+
//   8 |  sequence: the reply to a request repeats it                  |
//     +---------------------------------------------------------------+
//  12 |  port of the sender; 0 lets the kernel fill it in             |
//     +-------------------------------+-------------------------------+
//  16 |  payload, padded to 4 bytes; in it, after a fixed header,     |
//     |  attributes: length (16, padding not counted), type (16), value
//     +---------------------------------------------------------------+
//
// Integers are in host byte order. Every machine that this runs on (x86-64, arm64) is little endian, so is the codec.
import { type Decoded, decoded, refused } from './decoded.ts';

export const NLMSG_NOOP = 1;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_OVERRUN = 4;

export const NLM_F_REQUEST = 0x001;
export const NLM_F_MULTI = 0x002;
export const NLM_F_ACK = 0x004;
/** On replies of a dump: the kernel's list changed meanwhile, so the dump may be wrong. */
export const NLM_F_DUMP_INTR = 0x010;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_DUMP = 0x300;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

export type NetlinkRequest = Omit<NetlinkMessage, 'sequence'>;

/** By attribute type; of two with the same type the later one counts, as it does in the kernel. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** `truncated`: the bytes end inside a header or a value. `bad-length`: a length that is smaller than its own header. */
export type NetlinkReason = 'truncated' | 'bad-length';

const MESSAGE_HEADER = 16;
const ATTRIBUTE_HEADER = 4;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

// --------------------------------------------------------------------------------------------------------- encoding

/** One message, padded so that another can follow it. */
export function encodeMessage(message: NetlinkMessage): Uint8Array {
  const length = MESSAGE_HEADER + message.payload.length;
  const bytes = new Uint8Array(aligned(length));
  put32(bytes, 0, length);
  put16(bytes, 4, message.type);
  put16(bytes, 6, message.flags);
  put32(bytes, 8, message.sequence);
  bytes.set(message.payload, MESSAGE_HEADER);
  return bytes;
}

/**
 * Requests one behind the other, numbered from 1. Only the last one asks for an acknowledgement: the others answer when
 * they fail, and the acknowledgement of the last tells that all answers are there.
 */
export function encodeBatch(requests: readonly NetlinkRequest[]): Uint8Array {
  return concat(
    requests.map(({ type, flags, payload }, position) => {
      const last = position === requests.length - 1;
      return encodeMessage({ type, flags: flags | NLM_F_REQUEST | (last ? NLM_F_ACK : 0), sequence: position + 1, payload });
    }),
  );
}

/** Neighbouring messages of a batch, and their sequence numbers. */
export interface BatchPiece {
  readonly bytes: Uint8Array;
  readonly sequences: readonly number[];
  /** The last message asks for an acknowledgement. */
  readonly acknowledged: boolean;
}

/** The piece of a batch that begins at `start`, cut between messages. A message larger than `maxBytes` is a piece by itself. */
export function pieceAt(batch: Uint8Array, start: number, maxMessages: number, maxBytes: number): BatchPiece {
  const view = viewOf(batch);
  const sequences: number[] = [];
  let acknowledged = false;
  let end = start;
  while (batch.length - end >= MESSAGE_HEADER && sequences.length < maxMessages) {
    const next = Math.min(batch.length, end + Math.max(MESSAGE_HEADER, aligned(view.getUint32(end, true))));
    if (next - start > maxBytes && end > start) break;
    sequences.push(view.getUint32(end + 8, true));
    acknowledged = (view.getUint16(end + 6, true) & NLM_F_ACK) !== 0;
    end = next;
  }
  return { bytes: batch.subarray(start, end), sequences, acknowledged };
}

export function encodeAttribute(type: number, value: Uint8Array): Uint8Array {
  const length = ATTRIBUTE_HEADER + value.length;
  const bytes = new Uint8Array(aligned(length));
  put16(bytes, 0, length);
  put16(bytes, 2, type);
  bytes.set(value, ATTRIBUTE_HEADER);
  return bytes;
}

export function encodeNested(type: number, attributes: readonly Uint8Array[]): Uint8Array {
  return encodeAttribute(type | NLA_F_NESTED, concat(attributes));
}

export const u8 = (value: number): Uint8Array => Uint8Array.of(value);
export const u16 = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8);
export const u32 = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
/** In network byte order, as ports and IPv4 masks are. */
export const u16Network = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value);
export const u32Network = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
/** With the NUL that ends a string in C. */
export const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

// --------------------------------------------------------------------------------------------------------- decoding

/** The messages of one datagram. Payloads are views into `bytes`. */
export function decodeMessages(bytes: Uint8Array): Decoded<readonly NetlinkMessage[], NetlinkReason> {
  const messages: NetlinkMessage[] = [];
  const view = viewOf(bytes);
  for (let offset = 0; offset < bytes.length; ) {
    if (bytes.length - offset < MESSAGE_HEADER) return refused('truncated');
    const length = view.getUint32(offset, true);
    if (length < MESSAGE_HEADER) return refused('bad-length');
    if (length > bytes.length - offset) return refused('truncated');
    messages.push({
      type: view.getUint16(offset + 4, true),
      flags: view.getUint16(offset + 6, true),
      sequence: view.getUint32(offset + 8, true),
      payload: bytes.subarray(offset + MESSAGE_HEADER, offset + length),
    });
    offset += aligned(length);
  }
  return decoded(messages);
}

/** The attributes from `offset` (behind a fixed header) to the end. Values are views into `bytes`. */
export function decodeAttributes(bytes: Uint8Array, offset = 0): Decoded<Attributes, NetlinkReason> {
  if (offset > bytes.length) return refused('truncated');
  const attributes = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  for (let at = offset; at < bytes.length; ) {
    if (bytes.length - at < ATTRIBUTE_HEADER) return refused('truncated');
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER) return refused('bad-length');
    if (length > bytes.length - at) return refused('truncated');
    attributes.set(view.getUint16(at + 2, true) & NLA_TYPE_MASK, bytes.subarray(at + ATTRIBUTE_HEADER, at + length));
    at += aligned(length);
  }
  return decoded(attributes);
}

/** The errno that an NLMSG_ERROR (or the end of a dump, NLMSG_DONE) carries: 0 acknowledges. */
export function decodeError(payload: Uint8Array): Decoded<number, NetlinkReason> {
  if (payload.length < 4) return refused('truncated');
  return decoded(Math.abs(viewOf(payload).getInt32(0, true)));
}

/** The number in an attribute; undefined when there is none of that width. */
export const readU8 = (value: Uint8Array | undefined): number | undefined => (value?.length === 1 ? value[0] : undefined);
export const readU16 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 2 ? viewOf(value).getUint16(0, true) : undefined;
export const readU32 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 4 ? viewOf(value).getUint32(0, true) : undefined;
export const readU16Network = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 2 ? viewOf(value).getUint16(0) : undefined;
export const readU32Network = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 4 ? viewOf(value).getUint32(0) : undefined;

const utf8 = new TextDecoder();

/** The string in an attribute, up to its NUL if it has one. */
export function readText(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  return utf8.decode(end === -1 ? value : value.subarray(0, end));
}

// ----------------------------------------------------------------------------------------------------------- layout

// Byte by byte: a view would give each of these thousands of small arrays memory of its own outside the heap.
function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value);
  put16(bytes, at + 2, value >>> 16);
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const aligned = (length: number): number => (length + 3) & ~3;
