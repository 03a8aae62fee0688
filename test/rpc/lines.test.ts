import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineCutter } from '../../src/rpc/lines.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('a stream cut at any place gives the lines that were written', () => {
  const cuts = fc.array(fc.nat(6), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((line) => !line.includes('\n'))), cuts, (lines, sizes) => {
      const cutter = createLineCutter(10_000);
      const stream = bytes(lines.map((line) => `${line}\n`).join(''));
      const taken: string[] = [];
      let at = 0;
      for (const size of [...sizes, stream.length]) {
        taken.push(...cutter.take(stream.subarray(at, at + size)).lines);
        at += size;
      }
      expect(taken).toEqual(lines);
    }),
  );
});

test('a line of exactly the limit is taken, one byte more is a fault, and lines before it still count', () => {
  expect(createLineCutter(4).take(bytes('abcd\n'))).toEqual({ lines: ['abcd'], fault: undefined });
  expect(createLineCutter(4).take(bytes('ab\nabcde\n'))).toEqual({ lines: ['ab'], fault: 'line-too-long' });
});

test('a line that never ends is a fault as soon as the limit is passed', () => {
  const cutter = createLineCutter(4);
  expect(cutter.take(bytes('abc')).fault).toBeUndefined();
  expect(cutter.take(bytes('de')).fault).toBe('line-too-long');
});

test('bytes that are not UTF-8 are a fault, not replacement characters', () => {
  expect(createLineCutter(10).take(Uint8Array.of(0xff, 0x0a))).toEqual({ lines: [], fault: 'not-utf8' });
});
