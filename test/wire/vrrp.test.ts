import { describe, expect, test } from 'vitest';
import { decodeVrrp } from '../../src/wire/vrrp.ts';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('an advertisement of VRRP is read', () => {
  test('of version 2, without its authentication', () => {
    const bytes = bytesOf('21 33 96 02 00 01 b0 5a  0a000001 c0a801fe  0000000000000000');
    expect(decodeVrrp(bytes, 4)).toEqual({
      ok: true,
      value: { version: 2, vrid: 51, priority: 150, addresses: ['10.0.0.1', '192.168.1.254'] },
    });
  });

  test('of version 3 over IPv4, saying that it leaves', () => {
    const bytes = bytesOf('31 07 00 01 00 64 12 34  0a000001');
    expect(decodeVrrp(bytes, 4)).toEqual({ ok: true, value: { version: 3, vrid: 7, priority: 0, addresses: ['10.0.0.1'] } });
  });

  test('of version 3 over IPv6', () => {
    const bytes = bytesOf('31 07 64 02 00 64 12 34  fe800000000000000000000000000001 20010db8000000000000000000000001');
    expect(decodeVrrp(bytes, 6)).toEqual({
      ok: true,
      value: { version: 3, vrid: 7, priority: 100, addresses: ['fe80::1', '2001:db8::1'] },
    });
  });
});

test.each([
  ['truncated', '31 07 64 01 00 64 12'],
  ['truncated', '31 07 64 02 00 64 12 34 0a000001'],
  ['unknown-version', '41 07 64 01 00 64 12 34 0a000001'],
  ['not-advertisement', '32 07 64 01 00 64 12 34 0a000001'],
])('%s: %s', (reason, hex) => {
  expect(decodeVrrp(bytesOf(hex), 4)).toEqual({ ok: false, reason });
});
