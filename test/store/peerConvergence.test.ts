// First everything is broken that can break between directors, then it is healed, and all must end with the same rules.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rules, service } from '../rules/documents.ts';
import { type Directors, nameOf, startDirectors, type TestDirector } from './directors.ts';

const names = ['vs1', 'vs2', 'vsbak'] as const;
const runs = 12;

const director = fc.integer({ min: 0, max: names.length - 1 });
const role = fc.option(fc.constantFrom(...names), { nil: undefined });

type Happening =
  /** Applies on these directors at the same time. */
  | { readonly what: 'apply'; readonly on: readonly number[] }
  | { readonly what: 'cut' | 'heal' | 'restart'; readonly who: number }
  /** Who is active, as each of them sees it. */
  | { readonly what: 'elect'; readonly seen: Readonly<Record<(typeof names)[number], string | undefined>> };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('apply' as const), on: fc.uniqueArray(director, { minLength: 1 }) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('cut' as const, 'heal' as const, 'restart' as const), who: director }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('elect' as const), seen: fc.record({ vs1: role, vs2: role, vsbak: role }) }),
  },
);

interface Cluster {
  readonly directors: Directors;
  readonly cutOff: Set<TestDirector>;
  /** The digests of all that an operator was told is in use. */
  readonly promised: Set<string>;
}

let port = 0;

async function applyOn({ store, name }: TestDirector, promised: Set<string>): Promise<void> {
  port += 1;
  const result = await store.apply(rules(service('10.0.0.1', [], { port: port % 65536 })), { author: name, message: '' });
  if (result.ok) promised.add(result.revision.digest);
}

async function happen({ directors, cutOff, promised }: Cluster, one: Happening): Promise<void> {
  if (one.what === 'elect') return directors.setActive(one.seen);
  if (one.what === 'apply') {
    await Promise.all(one.on.map((index) => applyOn(the(directors, index), promised)));
    return;
  }
  const who = the(directors, one.who);
  if (one.what === 'restart') {
    await who.stop();
    cutOff.delete(who);
    await who.start();
  } else if (one.what === 'cut' && !cutOff.has(who)) {
    cutOff.add(who);
    await who.cut();
  } else if (one.what === 'heal' && cutOff.delete(who)) who.heal();
}

function the({ all }: Directors, index: number): TestDirector {
  const found = all[index];
  if (found === undefined) throw new Error('no such director');
  return found;
}

const historyOf = async ({ store }: TestDirector): Promise<readonly string[]> =>
  (await store.history.entries(1000)).map(({ revision, digest, superseded }) => `${revision} ${digest} ${superseded ? 'superseded' : ''}`);

const allHave = async (directors: Directors): Promise<void> => {
  const [first, ...others] = directors.all.map(({ store }) => nameOf(store.current()));
  for (const other of others) expect(other).toBe(first);
  const [history, ...histories] = await Promise.all(directors.all.map(historyOf));
  for (const other of histories) expect(other).toEqual(history);
};

test('whatever was applied, cut, restarted and elected in whatever order: healed, all have the same rules and the same history, and no apply has vanished', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 16 }), fc.constantFrom(...names), async (happenings, active) => {
      const directory = await mkdtemp(join(tmpdir(), 'vspair-converge-'));
      const directors = await startDirectors({ directory, names, pollMs: 50 });
      const cluster: Cluster = { directors, cutOff: new Set(), promised: new Set() };
      try {
        await directors.connected();
        for (const one of happenings) await happen(cluster, one);
        directors.setActive(active);
        for (const who of cluster.cutOff) who.heal();
        await directors.connected();
        await expect.poll(() => allHave(directors).then(() => 'the same', String), { timeout: 15_000, interval: 50 }).toBe('the same');
        const kept = (await historyOf(the(directors, 0))).map((entry) => entry.split(' ')[1]);
        for (const digest of cluster.promised) expect(kept).toContain(digest);
      } finally {
        await directors.close();
        await rm(directory, { recursive: true });
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
}, 240_000);
