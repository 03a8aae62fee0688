// Two real daemons that share the rules among themselves, with nothing else installed. (This kernel need not know IPVS: what
// is looked at is which rules the directors have, not whether they are in it. See sharedRules.uml.test.ts for that.)
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import type { Director } from '../lab/director.ts';
import { rules, service } from '../rules/documents.ts';
import { type Applied, applyDocument, untilRules } from './operator.ts';
import { type Pair, startMs, startPair } from './pair.ts';

/** Rules that differ by a port. */
const at = (port: number) => rules(service('10.0.0.1', [], { port }));

const sharesWithPeer = (director: Director) => director.until(({ self }) => self.daemon.store.connected, startMs);
const isAlone = (director: Director) => director.until(({ self }) => !self.daemon.store.connected, startMs);

describe('rules of a pair without another store', () => {
  let pair: Pair;
  let inUse: Applied;
  beforeAll(async () => {
    pair = await startPair({ echo: false });
    for (const director of pair.directors) await sharesWithPeer(director);
  });
  afterAll(() => pair.cluster.close());

  const told = (): void =>
    onTestFailed(() => {
      for (const { name, process: daemon } of pair.directors) process.stderr.write(`---- ${name}\n${daemon.output}\n`);
    });

  test('what is applied on either director is on both', async () => {
    told();
    const { vs1, vsbak } = pair;
    for (const [index, director] of [vs1, vsbak, vs1].entries()) {
      inUse = await applyDocument(director, at(80 + index));
      expect(inUse.revision).toBe(index + 1);
      for (const one of pair.directors) await untilRules(one, inUse);
    }
  });

  test('applied on both sides of a cut: each side goes on by itself, and healed the active’s wins the tie on both; status names the edit that lost', async () => {
    told();
    const { vs1, vsbak, cluster } = pair;
    cluster.vs1.muteCable();
    await Promise.all([isAlone(vs1), isAlone(vsbak)]);
    const [active, other] = [await applyDocument(vs1, at(90)), await applyDocument(vsbak, at(91))];
    expect([active.revision, other.revision]).toEqual([4, 4]);
    cluster.vs1.heal();
    for (const director of pair.directors) {
      await untilRules(director, active);
      await director.until(
        ({ problems }) => problems.some((problem) => problem.includes(`(${other.digest}) by op@vsbak on vsbak lost`)),
        startMs,
      );
      const says = `${other.digest}) by op@vsbak on vsbak lost against revision 4 (${active.digest})`;
      await expect.poll(() => director.process.output, { timeout: startMs }).toContain(says);
    }
    inUse = active;
  });

  test('a daemon that is restarted has the rules from its disk at once, and those of its absence from the other one', async () => {
    told();
    const { vs1, vsbak } = pair;
    await vsbak.stop();
    inUse = await applyDocument(vs1, at(92));
    vsbak.start();
    await untilRules(vsbak, inUse);
    const { problems } = await vsbak.status();
    expect(problems.filter((problem) => problem.includes('lost against'))).toEqual([]);
  });

  test('an emptied state directory is filled again from the other director, history and all', async () => {
    told();
    const { vs1, vsbak } = pair;
    const history = (director: Director) => readdirSync(join(director.folder, 'state', 'history')).toSorted();
    await vsbak.stop();
    rmSync(join(vsbak.folder, 'state'), { recursive: true });
    vsbak.start();
    await untilRules(vsbak, inUse);
    await expect.poll(() => history(vsbak), { timeout: startMs }).toEqual(history(vs1));
    expect(history(vs1)).toHaveLength(6);
  });
});
