// The whole table takes minutes: npm run sim:faults. Here only what keeps it true.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGreenhouse, type Greenhouse, noticedBySimulator, withPlant } from './plantedFaults.ts';
import { plants } from './plants.ts';

/** A fault that takes a long pause at the wrong moment is drawn by about every fifteenth of them. */
const seeds = 100;

const root = join(import.meta.dirname, '../..');

test('every mistake to plant still has its line in the source, once', () => {
  const misfits = plants.filter(({ file, find }) => readFileSync(join(root, file), 'utf8').split(find).length !== 2);
  expect(misfits.map(({ mistake }) => mistake)).toEqual([]);
});

describe('the simulator notices a director that', () => {
  let greenhouse: Greenhouse;
  beforeAll(() => {
    greenhouse = createGreenhouse();
  });
  afterAll(() => {
    greenhouse.remove();
  });

  for (const mistake of [
    'waits two intervals, not three',
    'serves on after it slept',
    'claims what it finds in the kernel without asking',
  ]) {
    test(mistake, { timeout: 120_000 }, () => {
      const plant = plants.find((one) => one.mistake === mistake);
      if (plant === undefined) throw new Error(`no plant is called ${mistake}`);
      expect(withPlant(greenhouse, plant, () => noticedBySimulator(greenhouse, seeds))).toMatch(/^seed \d+ at /);
    });
  }
});
