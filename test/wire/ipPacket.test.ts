import { describe, expect, test } from 'vitest';
import { decodeIp, decodeIpFrame, decodeUdp, etherTypeOf, senderOf } from '../../src/wire/ipPacket.ts';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

const ethernet = (type: string) => `02000a000003 02000a000002 ${type}`;
const udp = '0458 0458 000c 0000 61626364';
const ipv4 = `4500 0020 0001 0000 ff11 0000 0a000002 0a000003 ${udp}`;
const ipv6 = `60000000 000c 11 ff 20010db8000000000000000000000002 20010db8000000000000000000000003 ${udp}`;

describe('a frame', () => {
  test.each([
    ['IPv4', `${ethernet('0800')} ${ipv4}`, '10.0.0.2', '10.0.0.3'],
    ['IPv4 with padding behind it', `${ethernet('0800')} ${ipv4} 000000000000`, '10.0.0.2', '10.0.0.3'],
    ['IPv6', `${ethernet('86dd')} ${ipv6}`, '2001:db8::2', '2001:db8::3'],
  ])('with %s', (_, hex, source, destination) => {
    expect(decodeIpFrame(bytesOf(hex))).toEqual({
      ok: true,
      value: { source, destination, protocol: 17, ttl: 255, payload: bytesOf(udp) },
    });
  });

  test('has a sender and a type', () => {
    const frame = bytesOf(`${ethernet('0800')} ${ipv4}`);
    expect(senderOf(frame)).toEqual(bytesOf('02000a000002'));
    expect(etherTypeOf(frame)).toBe(0x0800);
    expect(etherTypeOf(frame.subarray(0, 13))).toBeUndefined();
  });
});

test('options of IPv4 are skipped', () => {
  const withOption = ipv4.replace('4500 0020', '4600 0024').replace('0a000003', '0a000003 01010101');
  expect(decodeIp(bytesOf(withOption))).toMatchObject({ ok: true, value: { payload: bytesOf(udp) } });
});

test.each([
  ['truncated', '4500'],
  ['truncated', ipv4.slice(0, -4)],
  ['truncated', ipv6.slice(0, -4)],
  ['truncated', ipv4.replace('4500', '4400')],
  ['fragment', ipv4.replace('0001 0000', '0001 00b9')],
  ['not-ip', `15${ipv4.slice(2)}`],
])('%s: %s', (reason, hex) => {
  expect(decodeIp(bytesOf(hex))).toEqual({ ok: false, reason });
});

test('a UDP datagram', () => {
  expect(decodeUdp(bytesOf('0457 0458 000c 0000 61626364'))).toEqual({
    ok: true,
    value: { sourcePort: 1111, destinationPort: 1112, payload: bytesOf('61626364') },
  });
  expect(decodeUdp(bytesOf('0457 0458 000c'))).toEqual({ ok: false, reason: 'truncated' });
});
