// A pair for one test, or for the tests of one story: their failure shows what the daemons wrote.
import { afterAll, beforeAll, onTestFailed } from 'vitest';
import { assertForeignUntouched, type Pair, type PairWishes, startPair } from './pair.ts';

/** Foreign addresses are looked at when all is over, whatever the test was about. */
export async function withPair(wishes: PairWishes, run: (pair: Pair) => Promise<void>): Promise<void> {
  const pair = await startPair(wishes);
  onTestFailed(() => tell(pair));
  try {
    await run(pair);
    await foreignUntouched(pair);
  } finally {
    await pair.cluster.close();
  }
}

/** For several tests of what happened once. `story` lets it happen, and returns what was seen. */
export function seenOnce<Seen>(wishes: PairWishes, story: (pair: Pair) => Promise<Seen>): () => Seen {
  let pair: Pair | undefined;
  let seen: { readonly value: Seen } | undefined;
  beforeAll(async () => {
    pair = await startPair(wishes);
    try {
      seen = { value: await story(pair) };
      await foreignUntouched(pair);
    } catch (cause) {
      tell(pair);
      throw cause;
    }
  });
  afterAll(() => pair?.cluster.close());
  return () => {
    if (seen === undefined) throw new Error('the story did not come to its end');
    return seen.value;
  };
}

async function foreignUntouched({ cluster }: Pair): Promise<void> {
  for (const host of cluster.directors) await assertForeignUntouched(host);
}

function tell({ directors }: Pair): void {
  for (const { name, process: daemon } of directors) process.stderr.write(`---- ${name}\n${daemon.output}\n`);
}
