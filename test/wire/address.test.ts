// Checks that addresses become the bytes that travel and the one text that documents carry.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/text/address.ts';
import { addressBytes, addressText } from '../../src/wire/address.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('canonical text (RFC 5952 section 4)', () => {
  test.each([
    ['10.0.0.1', '0a000001'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['2001:0:0:1::1', '20010000000000010000000000000001'],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['fe80::abcd', 'fe80000000000000000000000000abcd'],
  ])('%s', (text, hex) => {
    expect(addressText(bytesOf(hex))).toBe(text);
    expect(addressBytes(text)).toEqual(bytesOf(hex));
  });
});

test("any address has the text that the reader of people's addresses calls canonical", () => {
  const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const v6 = fc
    .array(fc.constantFrom([0, 0], [0, 0], [0, 1], [0x20, 0x01]), { minLength: 8, maxLength: 8 })
    .map((groups) => Uint8Array.from(groups.flat()));
  fc.assert(
    fc.property(fc.oneof(v4, v6), (bytes) => {
      const text = addressText(bytes);
      const parsed = parseAddress(text);
      fc.pre(parsed !== undefined);
      expect(parsed.text).toBe(text);
      expect(addressBytes(text)).toEqual(bytes);
      expect(parsed.bytes).toEqual([...bytes]);
    }),
  );
});
