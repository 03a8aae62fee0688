import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { RulesDocument, RulesRevision } from '../../src/rules/document.ts';
import { durableFile } from '../../src/store/durableFile.ts';
import { rules, service } from '../rules/documents.ts';
import { type Directors, nameOf, startDirectors, type TestDirector } from './directors.ts';

let directory: string;
let directors: Directors;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-peer-'));
});
afterEach(async () => {
  await directors.close();
  await rm(directory, { recursive: true });
});

async function pair(): Promise<readonly [TestDirector, TestDirector]> {
  directors = await startDirectors({ directory, names: ['vs1', 'vsbak'] });
  const [vs1, vsbak] = directors.all;
  if (vs1 === undefined || vsbak === undefined) throw new Error('a pair has two directors');
  await directors.connected();
  return [vs1, vsbak];
}

/** Rules that differ by a port. */
const at = (port: number): RulesDocument => rules(service('10.0.0.1', [], { port }));

async function applied({ store, name }: TestDirector, document: RulesDocument, expectedRevision?: number): Promise<RulesRevision> {
  const result = await store.apply(document, { author: `op@${name}`, message: '', expectedRevision });
  if (!result.ok) throw new Error(result.detail);
  return result.revision;
}

const bothHave = (revision: RulesRevision): Promise<void> =>
  directors.until(() => directors.all.every(({ store }) => nameOf(store.current()) === nameOf(revision)));

const portsIn = async ({ store }: TestDirector): Promise<readonly string[]> =>
  Promise.all(
    (await store.history.entries(100)).map(async ({ revision, digest, superseded }) => {
      const match = (await store.history.find(digest))?.document.services[0]?.match;
      return `${revision} port ${match?.by === 'address' ? match.port : 'none'}${superseded ? ' superseded' : ''}`;
    }),
  );

const superseded = ({ events }: TestDirector) => events.flatMap((event) => (event.type === 'editLost' ? [event] : []));

test('an apply on either director is on both when it is answered, and on their disks', async () => {
  const [vs1, vsbak] = await pair();
  const first = await applied(vs1, at(80));
  expect(vsbak.store.current()).toEqual(first);
  const second = await applied(vsbak, at(81));
  expect(second).toMatchObject({ revision: 2, author: 'op@vsbak', lineage: { director: 'vs1', parent: first.digest } });
  expect(vs1.store.current()).toEqual(second);
  expect(vsbak.store.state()).toMatchObject({ backend: 'peer', connected: true, source: 'store', trouble: undefined });
  for (const director of [vs1, vsbak]) {
    await director.stop();
    await director.start();
    expect(director.store.current()).toEqual(second);
    expect(await portsIn(director)).toEqual(['2 port 81', '1 port 80']);
  }
});

test('applies on both directors at once are set in one place: of two for the same revision one is told that it lost, and what is current', async () => {
  const [vs1, vsbak] = await pair();
  await applied(vs1, at(80));
  const request = { author: 'op', message: '', expectedRevision: 1 };
  const results = await Promise.all([vs1.store.apply(at(81), request), vsbak.store.apply(at(82), request)]);
  const [won] = results.flatMap((result) => (result.ok ? [result.revision] : []));
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect(won?.revision).toBe(2);
  expect(results.find(({ ok }) => !ok)).toMatchObject({
    reason: 'conflict',
    current: { revision: 2, digest: won?.digest },
  });
  expect(vsbak.store.current()).toEqual(won);
});

test('applies that nobody compares are carried out one after the other, on whichever director they are given', async () => {
  const [vs1, vsbak] = await pair();
  const ports = [80, 81, 82, 83, 84, 85];
  const all = await Promise.all(ports.map((port) => applied(port % 2 === 0 ? vs1 : vsbak, at(port))));
  expect(all.map(({ revision }) => revision).toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(superseded(vs1).concat(superseded(vsbak))).toEqual([]);
});

test('while the active is not reached an apply is carried out here, and who does not have it is said', async () => {
  const [vs1, vsbak] = await pair();
  await vs1.stop();
  await directors.until(() => !vsbak.store.state().connected);
  const result = await vsbak.store.apply(at(80), { author: 'op', message: '' });
  expect(result).toMatchObject({ ok: true, revision: { revision: 1 }, unreached: [{ director: 'vs1', detail: 'it is not connected' }] });
  expect(vsbak.events).toContainEqual({ type: 'unreached', revision: 1, directors: [{ director: 'vs1', detail: 'it is not connected' }] });
  expect(vsbak.store.state()).toMatchObject({ connected: false, detail: 'vs1 is not connected' });
});

test('a director that was away catches up, with the history of that time', async () => {
  const [vs1, vsbak] = await pair();
  await applied(vs1, at(80));
  await vsbak.stop();
  for (const port of [81, 82, 83]) await applied(vs1, at(port));
  await vsbak.start();
  expect(vsbak.store.current()?.revision).toBe(1);
  await directors.until(() => vsbak.store.current()?.revision === 4);
  await directors.until(() => vsbak.store.state().connected);
  await eventuallyPorts(vsbak, ['4 port 83', '3 port 82', '2 port 81', '1 port 80']);
  expect(superseded(vsbak)).toEqual([]);
});

async function eventuallyPorts(director: TestDirector, ports: readonly string[]): Promise<void> {
  await expect.poll(() => portsIn(director), { timeout: 10_000 }).toEqual(ports);
}

test('a director whose disk was emptied gets everything back, and gives nothing of its emptiness away', async () => {
  const [vs1, vsbak] = await pair();
  for (const port of [80, 81]) await applied(vs1, at(port));
  await vs1.stop();
  await vs1.emptyDisk();
  await vs1.start();
  await directors.until(() => vs1.store.current()?.revision === 2);
  await eventuallyPorts(vs1, ['2 port 81', '1 port 80']);
  expect(vsbak.store.current()?.revision).toBe(2);
});

test('an emptied active does not begin at 1 again: it asks the others before it gives out a number', async () => {
  const [vs1, vsbak] = await pair();
  for (const port of [80, 81]) await applied(vs1, at(port));
  await vs1.stop();
  await vs1.emptyDisk();
  await vs1.start();
  await directors.connected();
  expect((await applied(vsbak, at(82))).revision).toBe(3);
});

test('a corrupt rules file is set aside and told, and with no history either the peer’s rules are used', async () => {
  const [vs1, vsbak] = await pair();
  const revision = await applied(vs1, at(80));
  await vsbak.stop();
  await rm(join(vsbak.directory, 'history'), { recursive: true });
  await writeFile(join(vsbak.directory, 'rules.json'), '{');
  await vsbak.start();
  expect(vsbak.problems).toMatchObject([{ problem: 'corrupt', setAside: expect.stringContaining('corrupt-1') as unknown }]);
  await bothHave(revision);
});

test('edits on both sides of a cut: the highest revision wins, on both', async () => {
  const [vs1, vsbak] = await pair();
  await applied(vs1, at(80));
  await vs1.cut();
  await directors.until(() => !vsbak.store.state().connected);
  await applied(vs1, at(81));
  await applied(vsbak, at(82));
  const higher = await applied(vsbak, at(83));
  vs1.heal();
  await bothHave(higher);
  await directors.until(() => [vs1, vsbak].every((director) => superseded(director).length === 1));
  for (const director of [vs1, vsbak]) {
    await eventuallyPorts(director, ['3 port 83', '2 port 82', '2 port 81 superseded', '1 port 80']);
    expect(superseded(director)).toMatchObject([{ lost: { revision: 2, author: 'op@vs1' }, director: 'vs1', current: { revision: 3 } }]);
  }
});

test.each(['vs1', 'vsbak'])('a tie goes to the active’s, which is %s', async (active) => {
  const [vs1, vsbak] = await pair();
  await vs1.cut();
  await directors.until(() => !vsbak.store.state().connected);
  directors.setActive({ vs1: 'vs1', vsbak: 'vsbak' });
  const edits = { vs1: await applied(vs1, at(81)), vsbak: await applied(vsbak, at(82)) };
  directors.setActive(active);
  vs1.heal();
  const [won, lost] = active === 'vs1' ? [edits.vs1, edits.vsbak] : [edits.vsbak, edits.vs1];
  await bothHave(won);
  await directors.until(() => [vs1, vsbak].every((director) => superseded(director).length === 1));
  for (const director of [vs1, vsbak]) {
    expect(superseded(director)).toMatchObject([{ lost: { digest: lost.digest }, current: { digest: won.digest } }]);
    expect(director.store.state().trouble).toEqual({
      what: 'superseded',
      detail: `revision 1 (${lost.digest}) by ${lost.author} on ${lost.lineage?.director} lost against revision 1 (${won.digest}); vspair rules show --revision ${lost.digest} shows it`,
    });
    expect((await director.store.history.find(lost.digest))?.document).toEqual(lost.document);
    expect((await director.store.history.find(1))?.digest).toBe(won.digest);
  }
  await applied(vsbak, at(83));
  for (const { store } of [vs1, vsbak]) expect(store.state().trouble).toBeUndefined();
});

test.each([
  ['stays', 'vs1'],
  ['loses', 'vsbak'],
])(
  'one connection is enough: when only the director asks whose edit %s, both have the active’s, and the one that asks is told',
  async (_what, asking) => {
    const [vs1, vsbak] = await pair();
    await vs1.cut();
    await directors.until(() => !vsbak.store.state().connected);
    const [edit] = [await applied(vs1, at(81)), await applied(vsbak, at(82))];
    (asking === 'vs1' ? vsbak : vs1).stopAsking();
    vs1.heal();
    await bothHave(edit);
    await directors.until(() => superseded(asking === 'vs1' ? vs1 : vsbak).length === 1);
  },
);

test('while both are active after a cut, a tie goes to the one that wins the election', async () => {
  const [vs1, vsbak] = await pair();
  await vs1.cut();
  await directors.until(() => !vsbak.store.state().connected);
  directors.setActive({ vs1: 'vs1', vsbak: 'vsbak' });
  const edit = await applied(vs1, at(81));
  await applied(vsbak, at(82));
  vs1.heal();
  await bothHave(edit);
});

test('rules of a newer version are refused with both versions named, on the director that cannot read them, and told on both', async () => {
  const [vs1, vsbak] = await pair();
  const revision = await applied(vs1, at(80));
  await vs1.stop();
  const newer = { ...revision, revision: 2, format: 3, writtenBy: '0.9.0' };
  await durableFile(join(vs1.directory, 'rules.json'), z.unknown()).save(newer);
  await vs1.start();
  const says = 'the rules are of format 3, written by vspair 0.9.0; this is vspair 0.1.0, which reads formats up to 2';
  expect(vs1.store.state().trouble).toEqual({ what: 'newer', detail: says });
  expect(vs1.store.current()).toBeUndefined();
  await directors.until(() => vsbak.events.some(({ type }) => type === 'peerRefused'));
  expect(vsbak.store.state().trouble).toMatchObject({ what: 'refused', detail: expect.stringContaining(says) as unknown });
  expect(await vs1.store.apply(at(81), { author: 'op', message: '' })).toMatchObject({ ok: false, reason: 'newer', detail: says });
  expect(vsbak.store.current()).toEqual(revision);
});

test('rules too large for the peer channel are refused before anything is changed', async () => {
  const [vs1] = await pair();
  const large = rules(service('10.0.0.1', [], { scheduler: 'x'.repeat(16 * 2 ** 20) }));
  expect(await vs1.store.apply(large, { author: 'op', message: '' })).toMatchObject({ ok: false, reason: 'unavailable' });
  expect(vs1.store.current()).toBeUndefined();
});

test('a director with a disk that cannot be written still has the newest rules, and says what is wrong', async () => {
  const [vs1, vsbak] = await pair();
  await applied(vs1, at(80));
  await rm(join(vsbak.directory, 'history'), { recursive: true });
  await writeFile(join(vsbak.directory, 'history'), 'a file where the folder was');
  const revision = await applied(vs1, at(81));
  expect(vsbak.store.current()).toEqual(revision);
  expect(vsbak.problems).toContainEqual(expect.objectContaining({ problem: 'unwritable' }));
});
