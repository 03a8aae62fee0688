import { expect, test } from 'vitest';
import { ipvsReading } from '../../src/metrics/ipvsReading.ts';
import { noCounters } from './seen.ts';

test('a kernel that cannot be read has no counters, not the last ones', async () => {
  const kernel = [Promise.resolve(noCounters), Promise.reject(new Error('no ip_vs'))];
  const read = ipvsReading(() => kernel.shift() ?? Promise.resolve(noCounters), 0);
  const seen = [await read(), await read(), await read()];
  expect(seen.map((one) => one?.counters)).toEqual([noCounters, undefined, noCounters]);
});

test('several scrapes within some seconds read the kernel once', async () => {
  let reads = 0;
  const read = ipvsReading(() => {
    reads += 1;
    return Promise.resolve(noCounters);
  });
  const seen = [await read(), await read(), await read()];
  expect(seen.map((one) => one?.counters)).toEqual([noCounters, noCounters, noCounters]);
  expect(reads).toBe(1);
});

test('a reader that is busy is not waited for', async () => {
  const read = ipvsReading(() => Promise.withResolvers<never>().promise);
  expect(await read()).toBeUndefined();
});
