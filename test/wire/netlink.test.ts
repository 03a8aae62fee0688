// The envelope of netlink, against what ip and the kernel said to each other.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BatchPiece,
  concat,
  decodeAttributes,
  decodeError,
  decodeMessages,
  encodeAttribute,
  encodeBatch,
  encodeMessage,
  encodeNested,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  pieceAt,
  readText,
  readU8,
  readU16,
  readU16Network,
  readU32,
  readU32Network,
  text,
  u8,
  u16,
  u16Network,
  u32,
  u32Network,
} from '../../src/wire/netlink.ts';
import { bytesOf, captured, messagesIn, prefixesOf, readCapture } from './netlinkCapture.ts';

const captures = readCapture('rtnetlink.txt');
const datagrams = [...captures.values()].flatMap(({ sent, received }) => [...sent, ...received]);
const bytes = fc.uint8Array({ maxLength: 60 });
const message = fc.record({ type: fc.nat(0xffff), flags: fc.nat(0xffff), sequence: fc.nat(0xffffffff), payload: bytes });

describe('messages', () => {
  test('every message that ip and the kernel exchanged is read and written back byte for byte', () => {
    for (const datagram of datagrams) {
      const port = datagram.slice(12, 16);
      const written = concat(messagesIn([datagram]).map((one) => encodeMessage(one)));
      for (let offset = 0; offset < written.length; offset += lengthAt(written, offset)) written.set(port, offset + 12);
      expect(Buffer.from(written).toString('hex')).toBe(Buffer.from(datagram).toString('hex'));
    }
  });

  test('a datagram that ends inside a message is truncated, wherever it ends', () => {
    const outcomes = messagesIn(datagrams).flatMap((one) => {
      const encoded = encodeMessage(one);
      const unpadded = encoded.slice(0, 16 + one.payload.length);
      return prefixesOf(unpadded)
        .slice(1)
        .map((prefix) => decodeMessages(prefix));
    });
    expect(new Set(outcomes.map((one) => (one.ok ? 'read' : one.reason)))).toEqual(new Set(['truncated']));
    expect(decodeMessages(new Uint8Array())).toEqual({ ok: true, value: [] });
  });

  test('a length smaller than the header is refused, as it would never end', () => {
    expect(decodeMessages(bytesOf('0f000000000000000000000000000000'))).toEqual({ ok: false, reason: 'bad-length' });
  });

  test('what is written is read again, one message behind the other', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        expect(messagesIn([concat(messages.map((one) => encodeMessage(one)))])).toEqual(messages);
      }),
    );
  });

  test('random bytes are read or refused with a reason, and never read past their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        const messages = decodeMessages(random);
        const payloads = messages.ok ? messages.value.reduce((sum, one) => sum + one.payload.length, 0) : 0;
        expect(payloads).toBeLessThanOrEqual(random.length);
      }),
    );
  });
});

describe('attributes', () => {
  test('the kernel speaks of an interface in attributes: its name is the third', () => {
    const [, answer] = messagesIn(captured(captures, 'ip link show').received.slice(1));
    const attributes = decodeAttributes(answer?.payload ?? new Uint8Array(), 16);
    expect(attributes.ok && readText(attributes.value.get(3))).toBe('eth0');
  });

  test('every cut in a list of attributes is read without the rest, or truncated', () => {
    const list = concat([encodeAttribute(1, u32(7)), encodeAttribute(2, text('eth0'))]);
    const outcomes = prefixesOf(list).map((prefix) => {
      const attributes = decodeAttributes(prefix);
      return attributes.ok ? attributes.value.size : attributes.reason;
    });
    expect(outcomes.map((outcome, length) => [length, outcome]).filter(([, outcome]) => outcome !== 'truncated')).toEqual([
      [0, 0],
      [8, 1],
      // The padding of the last attribute may be missing.
      [17, 2],
      [18, 2],
      [19, 2],
    ]);
  });

  test('an attribute shorter than its header is refused', () => {
    for (const hex of ['03000100', '00000100']) expect(decodeAttributes(bytesOf(hex))).toEqual({ ok: false, reason: 'bad-length' });
  });

  test('a header that is not there whole is truncated', () => {
    expect(decodeAttributes(new Uint8Array(7), 8)).toEqual({ ok: false, reason: 'truncated' });
  });

  test('of two attributes with one type the later one counts', () => {
    const attributes = decodeAttributes(concat([encodeAttribute(1, u8(1)), encodeAttribute(1, u8(2))]));
    expect(attributes.ok && readU8(attributes.value.get(1))).toBe(2);
  });

  test('a nested list is marked as one and read under its plain type', () => {
    const nested = encodeNested(3, [encodeAttribute(1, u16(5))]);
    expect(Buffer.from(nested).toString('hex')).toBe('0c000380' + '0600010005000000');
    const outer = decodeAttributes(nested);
    const inner = decodeAttributes((outer.ok ? outer.value.get(3) : undefined) ?? new Uint8Array());
    expect(inner.ok && readU16(inner.value.get(1))).toBe(5);
  });

  test('random bytes are read or refused with a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (random, offset) => {
        expect(typeof decodeAttributes(random, offset).ok).toBe('boolean');
      }),
    );
  });

  test('numbers keep their value in either byte order, and another width is no number', () => {
    fc.assert(
      fc.property(fc.nat(0xff), fc.nat(0xffff), fc.nat(0xffffffff), (byte, short, long) => {
        expect([readU8(u8(byte)), readU16(u16(short)), readU32(u32(long))]).toEqual([byte, short, long]);
        expect([readU16Network(u16Network(short)), readU32Network(u32Network(long))]).toEqual([short, long]);
        expect([readU8(u16(short)), readU16(u32(long)), readU32(u8(byte)), readU32(undefined)]).toEqual(new Array(4).fill(undefined));
      }),
    );
    expect([...u16(0x0102), ...u16Network(0x0102)]).toEqual([2, 1, 1, 2]);
  });

  test('a text ends with its NUL, or with its attribute', () => {
    expect([readText(bytesOf('65746830006368')), readText(bytesOf('65746830')), readText(undefined)]).toEqual(['eth0', 'eth0', undefined]);
  });
});

describe('answers', () => {
  test('an acknowledgement carries 0, a refusal its errno', () => {
    const errors = (command: string): readonly unknown[] =>
      messagesIn(captured(captures, command).received)
        .filter(({ type }) => type === NLMSG_ERROR)
        .map(({ payload }) => decodeError(payload));
    expect(errors('ip addr del 10.0.0.1/24 dev eth0')).toEqual([{ ok: true, value: 0 }]);
    const EADDRNOTAVAIL = 99;
    expect(errors('ip addr del 10.0.0.1/24 dev eth0, once more')).toEqual([{ ok: true, value: EADDRNOTAVAIL }]);
  });

  test('an answer without room for an errno is truncated', () => {
    expect(decodeError(new Uint8Array(3))).toEqual({ ok: false, reason: 'truncated' });
  });
});

describe('a batch', () => {
  const request = { type: 20, flags: 0x400, payload: new Uint8Array(8) };

  test('numbers its requests from 1 and asks for the acknowledgement of the last one only', () => {
    const messages = messagesIn([encodeBatch([request, request, request])]);
    expect(messages.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(messages.map(({ flags }) => flags)).toEqual([0x401, 0x401, 0x401 | NLM_F_ACK]);
    expect(messages.every(({ flags }) => (flags & NLM_F_REQUEST) !== 0)).toBe(true);
    expect(encodeBatch([])).toHaveLength(0);
  });

  test('is cut only between messages, and its pieces are the whole', () => {
    fc.assert(
      fc.property(
        fc.array(bytes, { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 200 }),
        (payloads, most, maxBytes) => {
          const batch = encodeBatch(payloads.map((payload) => ({ ...request, payload })));
          const pieces = piecesOf(batch, most, maxBytes);
          expect(concat(pieces.map((piece) => piece.bytes))).toEqual(batch);
          for (const piece of pieces) {
            expect(messagesIn([piece.bytes]).map(({ sequence }) => sequence)).toEqual(piece.sequences);
            expect(piece.sequences.length).toBeLessThanOrEqual(most);
            expect(piece.bytes.length <= maxBytes || piece.sequences.length === 1).toBe(true);
          }
        },
      ),
    );
  });

  test('has one piece that asks for an acknowledgement: the last one', () => {
    const pieces = piecesOf(encodeBatch(new Array(5).fill(request)), 2, 1_000);
    expect(pieces.map(({ acknowledged }) => acknowledged)).toEqual([false, false, true]);
  });

  test('of random bytes is cut all the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (random) => {
        const length = piecesOf(random, 3, 40).reduce((sum, piece) => sum + piece.bytes.length, 0);
        expect(length).toBeLessThanOrEqual(random.length);
      }),
    );
  });
});

function piecesOf(batch: Uint8Array, most: number, maxBytes: number): BatchPiece[] {
  const pieces: BatchPiece[] = [];
  for (let from = 0; batch.length - from >= 16; ) {
    const piece = pieceAt(batch, from, most, maxBytes);
    pieces.push(piece);
    from += piece.bytes.length;
  }
  return pieces;
}

function lengthAt(messages: Uint8Array, offset: number): number {
  return (((messages[offset] ?? 0) | ((messages[offset + 1] ?? 0) << 8)) + 3) & ~3;
}
