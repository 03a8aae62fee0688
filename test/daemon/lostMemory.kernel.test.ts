// A director whose state directory was lost while it was stopped: it knows no more how often it has started, so that its
// adverts look old to the others. The echo in theirs tells it.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Director } from '../lab/director.ts';
import { type Pair, startMs, startPair } from '../lab-tests/pair.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({ echo: false });
  await pair.watch.forget();
}, 120_000);
afterAll(() => pair.cluster.close());

/** Stopped as given, started without its memory, and heard again by the other one. */
async function restartedWithoutMemory(director: Director, other: Director, signal: NodeJS.Signals): Promise<void> {
  await director.stop(signal);
  rmSync(join(director.folder, 'state'), { recursive: true });
  director.start();
  const knows = (incarnation: number) => other.until(({ self }) => self.keeper.peers[0]?.incarnation === incarnation, startMs);
  // The first life had 1, this one begins with 1 again: it goes on behind what the other one has heard.
  await knows(2);
  await director.until(({ healthy }) => healthy, startMs);
  await other.until(({ healthy }) => healthy, startMs);
}

const incarnationOnDisk = ({ folder }: Director): unknown => JSON.parse(readFileSync(join(folder, 'state', 'incarnation.json'), 'utf8'));

test('a backup comes back and is heard, and no virtual IP moves', async () => {
  const { vs1, vsbak, watch } = pair;
  await restartedWithoutMemory(vsbak, vs1, 'SIGTERM');
  expect(vsbak.process.output).toMatch(/incarnation raised to 2/);
  expect(incarnationOnDisk(vsbak)).toMatchObject({ content: 2 });
  expect(await watch.allChanges()).toEqual([]);
});

test('an active that is restarted in place goes on serving and is heard, and no virtual IP moves', async () => {
  const { vs1, vsbak, watch } = pair;
  await restartedWithoutMemory(vs1, vsbak, 'SIGUSR2');
  expect(incarnationOnDisk(vs1)).toMatchObject({ content: 2 });
  expect((await vs1.status()).self.keeper.groups[0]).toMatchObject({ phase: 'active', reason: 'adopted' });
  expect(await watch.allChanges()).toEqual([]);
});
