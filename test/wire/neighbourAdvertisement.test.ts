// Unsolicited neighbour advertisements, against the frames of keepalived and of the kernel itself.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressText } from '../../src/wire/address.ts';
import { decodeNeighbourAdvertisement, encodeNeighbourAdvertisement, encodeNeighbourProbe } from '../../src/wire/neighbourAdvertisement.ts';
import { concat } from '../../src/wire/netlink.ts';
import { bytesOf, captured, prefixesOf, readCapture } from './netlinkCapture.ts';

const captures = readCapture('announcements.txt');
const frameOf = (source: string): Uint8Array => captured(captures, source).sent[0] ?? new Uint8Array();
const mac = bytesOf('020000000001');
const frame = encodeNeighbourAdvertisement('2001:db8::1', mac, false);

const asSent: readonly (readonly [string, string, boolean])[] = [
  ['keepalived 2.2.7: neighbour advertisement for 2001:db8::9, interface routes IPv6', '2001:db8::9', true],
  ['Linux 6.18 with ndisc_notify=1: neighbour advertisement for 2001:db8::3, interface routes IPv6', '2001:db8::3', true],
  ['Linux 6.18 with ndisc_notify=1: neighbour advertisement for 2001:db8::1, interface does not route', '2001:db8::1', false],
];

describe('our frames are byte for byte those of', () => {
  test.each(asSent)('%s', (source, address, router) => {
    expect(encodeNeighbourAdvertisement(address, mac, router)).toEqual(frameOf(source));
  });
});

test('RFC 9568 6.4.1: override set, solicited clear, the announced address as target, its link-layer address as option', () => {
  const advertisement = {
    source: '2001:db8::1',
    destination: 'ff02::1',
    target: '2001:db8::1',
    router: false,
    solicited: false,
    override: true,
    mac,
  };
  expect(decodeNeighbourAdvertisement(frame)).toEqual({ ok: true, value: advertisement });
});

test('RFC 4861 7.1.2: what came through a router is refused', () => {
  expect(reasonOf(changed(21, 254))).toBe('bad-hop-limit');
});

test('RFC 4861 7.1.2: a wrong checksum is refused, whichever bit of message or addresses is wrong', () => {
  const places = [...range(22, 54), ...range(56, frame.length)];
  for (const place of places) {
    for (const bit of range(0, 8))
      expect([place, bit, reasonOf(changed(place, (frame[place] ?? 0) ^ (1 << bit)))]).toEqual([place, bit, 'bad-checksum']);
  }
});

test('RFC 4861 7.1.2: options of length 0, or that run past the end, are refused', () => {
  expect(reasonOf(withOptions('0200020000000001'))).toBe('bad-option');
  expect(reasonOf(withOptions('0202020000000001'))).toBe('bad-option');
  expect(reasonOf(withOptions('02'))).toBe('bad-option');
});

test('RFC 4861 4.4: without the option the address stays unknown, and unknown options are passed over', () => {
  const macOf = (options: string): unknown => {
    const advertisement = decodeNeighbourAdvertisement(withOptions(options));
    return advertisement.ok ? advertisement.value.mac : advertisement.reason;
  };
  expect(macOf('')).toBeUndefined();
  expect(macOf('0e01a48930590000')).toBeUndefined();
  expect(macOf('0e01a489305900000201020000000001')).toEqual(mac);
});

test('other protocols and other messages are named', () => {
  expect(reasonOf(changed(12, 8))).toBe('not-ipv6');
  expect(reasonOf(changed(14, 0x40))).toBe('not-ipv6');
  expect(reasonOf(changed(20, 17))).toBe('not-advertisement');
  expect(reasonOf(changed(54, 135))).toBe('not-advertisement');
  expect(reasonOf(changed(55, 1))).toBe('not-advertisement');
});

test('every truncation is refused', () => {
  expect(new Set(prefixesOf(frame).map((prefix) => reasonOf(prefix)))).toEqual(new Set(['truncated']));
});

test('what stands behind the packet is padding', () => {
  expect(reasonOf(concat([frame, new Uint8Array(7)]))).toBe('read');
});

test('random bytes are read or refused with a reason', () => {
  const start = frame.slice(0, 21);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (random, plausible) => {
      expect(reasonOf(plausible ? concat([start, random]) : random)).not.toBe('read');
    }),
  );
});

test('what is announced is what is read', () => {
  const address = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(addressText);
  fc.assert(
    fc.property(address, fc.uint8Array({ minLength: 6, maxLength: 6 }), fc.boolean(), (target, hardware, router) => {
      const advertisement = decodeNeighbourAdvertisement(encodeNeighbourAdvertisement(target, hardware, router));
      expect(advertisement.ok && advertisement.value).toMatchObject({ source: target, target, router, override: true, mac: hardware });
    }),
  );
});

test('a probe asks the group of the address, without a source (RFC 4862 section 5.4.2)', () => {
  const probe = encodeNeighbourProbe('2001:db8::ab:1234', mac);
  const group = 'ff0200000000000000000001ffab1234';
  expect(probe.subarray(0, 14)).toEqual(bytesOf('3333ffab1234' + '020000000001' + '86dd'));
  expect(probe.subarray(14, 54)).toEqual(bytesOf(`6000000000183aff${'00'.repeat(16)}${group}`));
  expect(probe.subarray(54, 56)).toEqual(bytesOf('8700'));
  expect(probe.subarray(58)).toEqual(bytesOf('00000000' + '20010db8000000000000000000ab1234'));
  expect(onesComplementSum(concat([Uint8Array.of(0, 24, 0, 58), probe.slice(22)]))).toBe(0);
});

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, step) => from + step);

function reasonOf(bytes: Uint8Array): string {
  const advertisement = decodeNeighbourAdvertisement(bytes);
  return advertisement.ok ? 'read' : advertisement.reason;
}

function changed(at: number, byte: number): Uint8Array {
  const bytes = frame.slice();
  bytes[at] = byte;
  return bytes;
}

/** A frame with other options, and right lengths and checksum. */
function withOptions(hex: string): Uint8Array {
  const bytes = concat([frame.slice(0, 78), bytesOf(hex)]);
  const view = new DataView(bytes.buffer);
  const length = bytes.length - 54;
  view.setUint16(18, length);
  view.setUint16(56, 0);
  const nextHeader = 58;
  view.setUint16(56, 0xffff - onesComplementSum(concat([Uint8Array.of(0, length, 0, nextHeader), bytes.slice(22)])));
  return bytes;
}

/** RFC 1071, modulo arithmetic in place of end-around carries. */
function onesComplementSum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, position) => sum + (position % 2 === 0 ? byte << 8 : byte), 0) % 0xffff;
}
