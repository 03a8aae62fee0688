// Times as people write them, and the word that was probably meant.
import { expect, test } from 'vitest';
import { durationText, parseDuration } from '../../src/text/duration.ts';
import { nearest } from '../../src/text/nearest.ts';

test.each([
  ['0ms', 0],
  ['200ms', 200],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['2h', 7_200_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 's', '-1s', '1 s', '1S', '1d', '1e3s', '.5s', '5.s', '1s1s', '1234567890s', 'Infinitys'])('"%s" is no time', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0, '0ms'],
  [85.4, '85ms'],
  [999.6, '1000ms'],
  [1000, '1s'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [90_061_000, '1d 1h'],
  [86_400_000 * 400, '400d'],
])('%d ms are told as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  ['adress', 'address'],
  ['Address', 'address'],
  ['addresses', 'address'],
  ['schedular', 'scheduler'],
  ['vsbka', 'vsbak'],
  ['eth1', 'eth0'],
])('%s was probably %s', (word, meant) => {
  expect(nearest(word, ['scheduler', 'address', 'vsbak', 'eth0'])).toBe(meant);
});

test.each(['zzz', 'weight', ''])('"%s" is close to nothing', (word) => {
  expect(nearest(word, ['scheduler', 'address', 'vsbak', 'eth0'])).toBeUndefined();
});
