// The only source of chance in a simulation: a seed, and nothing else, decides everything. sfc32 (Chris Doty-Humphrey,
// PractRand, public domain), its state filled by splitmix32 (Steele, Lea and Flood).

export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** At least `low`, less than `high`. */
  between(low: number, high: number): number;
  /** A whole number, 0 to `count` - 1. */
  below(count: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** Waiting time until an event that happens every `mean` on average. */
  exponential(mean: number): number;
  /** A generator of its own, so that draws for one purpose do not shift those for another. */
  fork(): Random;
}

export function createRandom(seed: number): Random {
  const next32 = sfc32(seed);
  const next = (): number => next32() / 0x1_0000_0000;
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    exponential: (mean) => -Math.log(1 - next()) * mean,
    fork: () => createRandom(next32()),
  };
}

function sfc32(seed: number): () => number {
  const fill = splitmix32(seed);
  let [a, b, c, counter] = [fill(), fill(), fill(), 1];
  const draw = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) draw();
  return draw;
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    const again = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (again ^ (again >>> 15)) | 0;
  };
}
