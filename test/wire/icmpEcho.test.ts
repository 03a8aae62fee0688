import { expect, test } from 'vitest';
import { decodeEchoReply, encodeEchoRequest } from '../../src/wire/icmpEcho.ts';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const echo = { identifier: 0x1234, sequence: 2 };

test('a request of IPv4 carries its checksum, and is as long as it is asked to be', () => {
  expect(encodeEchoRequest(4, echo, 12)).toEqual(bytesOf('08 00 e5c9 1234 0002 00000000'));
  expect(encodeEchoRequest(4, echo, 1480)).toHaveLength(1480);
});

test('a request of IPv6 leaves the checksum to the kernel', () => {
  expect(encodeEchoRequest(6, echo, 8)).toEqual(bytesOf('80 00 0000 1234 0002'));
});

test('a reply is known by its type, every other message is none', () => {
  expect(decodeEchoReply(4, bytesOf('00 00 edc9 1234 0002 0000'))).toEqual(echo);
  expect(decodeEchoReply(6, bytesOf('81 00 0000 1234 0002'))).toEqual(echo);
  expect(decodeEchoReply(4, encodeEchoRequest(4, echo, 8))).toBeUndefined();
  expect(decodeEchoReply(4, bytesOf('00 00 edc9'))).toBeUndefined();
});
