// Gratuitous ARP, against the frames of arping and keepalived.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArpForm, decodeArp, encodeArpProbe, encodeGratuitousArp } from '../../src/wire/arp.ts';
import { concat, u16Network } from '../../src/wire/netlink.ts';
import { bytesOf, captured, prefixesOf, readCapture } from './netlinkCapture.ts';

const captures = readCapture('announcements.txt');
const frameOf = (source: string): Uint8Array => captured(captures, source).sent[0] ?? new Uint8Array();
const mac = bytesOf('020000000001');
const broadcast = bytesOf('ffffffffffff');
const request = encodeGratuitousArp('request', '10.0.0.1', mac);

const asSent: readonly (readonly [string, ArpForm, string])[] = [
  ['arping -U -c 1 -I eth0 10.0.0.1 (iputils 20221126)', 'request', '10.0.0.1'],
  ['arping -A -c 1 -I eth0 10.0.0.1 (iputils 20221126)', 'reply', '10.0.0.1'],
  ['keepalived 2.2.7: gratuitous ARP for 10.0.0.9', 'request', '10.0.0.9'],
];

describe('our frames are byte for byte those of', () => {
  test.each(asSent)('%s', (source, form, address) => {
    expect(encodeGratuitousArp(form, address, mac)).toEqual(frameOf(source));
  });
});

test('sender and target of an announcement are the announced address', () => {
  const packet = { senderMac: mac, senderAddress: '10.0.0.1', targetAddress: '10.0.0.1' };
  expect(decodeArp(request)).toEqual({ ok: true, value: { ...packet, form: 'request', targetMac: broadcast } });
  const reply = encodeGratuitousArp('reply', '10.0.0.1', mac);
  expect(decodeArp(reply)).toEqual({ ok: true, value: { ...packet, form: 'reply', targetMac: mac } });
});

test('a probe names the address that it asks for, and nobody as its sender (RFC 5227)', () => {
  expect(decodeArp(encodeArpProbe('10.0.0.1', mac))).toEqual({
    ok: true,
    value: { form: 'request', senderMac: mac, senderAddress: '0.0.0.0', targetMac: new Uint8Array(6), targetAddress: '10.0.0.1' },
  });
});

test('a frame that was padded to the least size of Ethernet is read', () => {
  expect(decodeArp(concat([request, new Uint8Array(18)])).ok).toBe(true);
});

test('every truncation is refused', () => {
  expect(new Set(prefixesOf(request).map((prefix) => reasonOf(prefix)))).toEqual(new Set(['truncated']));
});

test('other protocols, other addresses than IPv4 and other operations are named', () => {
  expect(reasonOf(changed(12, u16Network(0x0800)))).toBe('not-arp');
  for (const at of [14, 16]) expect(reasonOf(changed(at, u16Network(0x0020)))).toBe('not-ipv4');
  for (const at of [18, 19]) expect(reasonOf(changed(at, Uint8Array.of(16)))).toBe('not-ipv4');
  for (const operation of [0, 3, 0x0101]) expect(reasonOf(changed(20, u16Network(operation)))).toBe('unknown-operation');
});

test('random bytes are read or refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (random) => {
      expect(reasonOf(random)).not.toBe('read');
    }),
  );
});

test('what is announced is what is read', () => {
  const hardware = fc.uint8Array({ minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom('request', 'reply'), fc.ipV4(), hardware, (form, address, senderMac) => {
      const packet = decodeArp(encodeGratuitousArp(form, address, senderMac));
      expect(packet.ok && packet.value).toMatchObject({ form, senderAddress: address, targetAddress: address, senderMac });
    }),
  );
});

function reasonOf(frame: Uint8Array): string {
  const packet = decodeArp(frame);
  return packet.ok ? 'read' : packet.reason;
}

function changed(at: number, bytes: Uint8Array): Uint8Array {
  const frame = request.slice();
  frame.set(bytes, at);
  return frame;
}
