// The arithmetic of the lab's measurements, and the reader of its captures.
import { expect, test } from 'vitest';
import { answerers, longestOutage, longestPause, median } from './outage.ts';
import { pcapReader } from './pcap.ts';
import type { Answer } from './probe.ts';

const answer = (at: number, by = 'vs1'): Answer => ({ sentAt: at, at, by });

test('the longest outage is the longest time between two answers', () => {
  expect(longestOutage([answer(0), answer(5), answer(25, 'vsbak'), answer(30)])).toEqual({
    lengthMs: 20,
    before: answer(5),
    after: answer(25, 'vsbak'),
  });
});

test('an outage that began before the moment counts when it ended after it, earlier ones do not', () => {
  expect(longestOutage([answer(0), answer(50), answer(60)], 40)?.lengthMs).toBe(50);
  expect(longestOutage([answer(0), answer(50), answer(60)], 55)?.lengthMs).toBe(10);
  expect(longestOutage([answer(0)])).toBeUndefined();
});

test('the longest pause is the longest time between two probes', () => {
  expect(longestPause([0, 30, 31, 35], 31)).toBe(4);
});

test('answerers are told in order, without repetitions', () => {
  expect(answerers([answer(0), answer(1), answer(2, 'vsbak'), answer(3)])).toEqual(['vs1', 'vsbak', 'vs1']);
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('a capture is read the same wherever its stream is cut', () => {
  const stream = pcapStream([Buffer.from('first'), Buffer.from('second one')]);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const read = pcapReader();
    const packets = [...read(stream.subarray(0, cut)), ...read(stream.subarray(cut))];
    expect(packets.map(({ at, bytes }) => [at, bytes.toString()])).toEqual([
      [1000.5, 'first'],
      [2000.5, 'second one'],
    ]);
  }
});

function pcapStream(packets: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4);
  const records = packets.flatMap((bytes, index) => {
    const record = Buffer.alloc(16);
    for (const [position, field] of [index + 1, 500, bytes.length, bytes.length].entries()) record.writeUInt32LE(field, position * 4);
    return [record, bytes];
  });
  return Buffer.concat([header, ...records]);
}
