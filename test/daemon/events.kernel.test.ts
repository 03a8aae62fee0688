// Events of a real pair on hosts of their own: a host that dies, a handover by hand, a process that is killed. Both directors
// show the same transitions under the same ids, with the evidence and the phases.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DirectorEvent } from '../../src/events/event.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { type Director, startDirector } from '../lab/director.ts';
import { configText } from '../lab/texts.ts';

let cluster: Cluster;
let vs1: Director;
let vsbak: Director;
const startMs = 30_000;

beforeAll(async () => {
  cluster = await createCluster();
  const text = configText(cluster, { interval: '200ms' });
  vs1 = startDirector(cluster.vs1, text);
  await vs1.untilPhase('active', startMs);
  vsbak = startDirector(cluster.vsbak, text);
  await vsbak.until(({ healthy }) => healthy, startMs);
});
afterAll(() => cluster.close());

async function eventsOf(director: Director, ...words: readonly string[]): Promise<readonly DirectorEvent[]> {
  const { output } = await director.command('events', '--json', '-n', '200', ...words);
  return JSON.parse(output) as DirectorEvent[];
}

/** Asked again until it is there: the other director gets to know of it over the peer channel. Without the start of the pair. */
async function untilTold(director: Director, type: string, count: number): Promise<readonly DirectorEvent[]> {
  const told: DirectorEvent[] = [];
  const look = async (): Promise<number> => {
    const found = await eventsOf(director, '--type', type);
    told.splice(0, told.length, ...found.filter((event) => event.type === type && !(type === 'takeover' && event.peer === null)));
    return told.length;
  };
  await expect.poll(look, { timeout: startMs }).toBe(count);
  return told;
}

async function viewsOf(director: Director, id: string, count: number): Promise<readonly DirectorEvent[]> {
  let views: readonly DirectorEvent[] = [];
  const look = async (): Promise<number> => {
    const { output } = await director.command('events', 'show', id, '--json');
    ({ views } = JSON.parse(output) as { views: readonly DirectorEvent[] });
    return views.length;
  };
  await expect.poll(look, { timeout: startMs }).toBe(count);
  return views;
}

const names = ({ phases }: DirectorEvent): string[] => phases.map(({ name }) => name);
const activePhases = ['decided', 'rulesIn', 'addressesAdded', 'announced'];

test('a handover by hand has one id on both directors, with the phases of both', async () => {
  expect(await vs1.command('failover', '--yes')).toMatchObject({ exitCode: 0 });
  await vsbak.untilPhase('active', startMs);
  const [here] = await untilTold(vsbak, 'handover', 1);
  for (const director of [vs1, vsbak]) {
    const [taken, given] = await viewsOf(director, (here?.id ?? '').slice(0, 12), 2);
    expect(taken).toMatchObject({ type: 'handover', node: 'vsbak', peer: 'vs1', reason: 'taken', group: 'web' });
    expect(given).toMatchObject({ type: 'handover', node: 'vs1', peer: 'vsbak', reason: 'given' });
    expect(taken === undefined ? [] : names(taken)).toEqual(activePhases);
    expect(given === undefined ? [] : names(given)).toEqual(['asked', 'taken', 'released']);
    expect(await untilTold(director, 'handover', 1)).toEqual([taken]);
  }
});

test('a process that is killed is taken over from, and tells how that looked when it is back, under the same id', async () => {
  await vsbak.stop('SIGKILL');
  await vs1.untilPhase('active', startMs);
  const [takeover] = await untilTold(vs1, 'takeover', 1);
  expect(takeover).toMatchObject({ node: 'vs1', peer: 'vsbak', reason: 'active-down', severity: 'warning' });
  expect(takeover?.evidence).toMatchObject({ active: 'vsbak', links: [{ link: 0 }, { link: 1 }], rules: { revision: 0 } });
  expect(takeover === undefined ? [] : names(takeover)).toEqual(activePhases);
  expect(takeover?.gapMs).toBeGreaterThan(takeover?.evidence?.lastHeardAgo ?? Number.POSITIVE_INFINITY);

  vsbak.start();
  await vsbak.untilPhase('backup', startMs);
  expect(await untilTold(vsbak, 'takeover', 1)).toEqual([takeover]);
  for (const director of [vs1, vsbak]) {
    const views = await viewsOf(director, takeover?.id ?? '', 2);
    expect(views.map(({ node, reason }) => [node, reason])).toEqual([
      ['vs1', 'active-down'],
      ['vsbak', 'seen'],
    ]);
  }
  const restarts = await untilTold(vs1, 'daemonRestarted', 1);
  expect(restarts).toMatchObject([{ node: 'vsbak', reason: 'ended-unseen' }]);
  expect((await untilTold(vs1, 'peerBack', 1))[0]?.trouble).toEqual({ key: 'peer:vsbak', isOver: true });
});

test('a host that dies is taken over from; when it is back it shows who had taken over, and tells how that looked', async () => {
  cluster.vs1.crash();
  await vsbak.untilPhase('active', startMs);
  const dead = (await untilTold(vsbak, 'takeover', 2)).find(({ node }) => node === 'vsbak');
  expect(dead).toMatchObject({ reason: 'active-down', peer: 'vs1', evidence: { active: 'vs1' } });
  await cluster.vs1.reboot();
  vs1.start();
  await vs1.untilPhase('backup', startMs);
  expect((await untilTold(vs1, 'takeover', 2)).map(({ id }) => id)).toEqual((await untilTold(vsbak, 'takeover', 2)).map(({ id }) => id));
  expect((await viewsOf(vsbak, dead?.id ?? '', 2)).map(({ node }) => node)).toEqual(['vsbak', 'vs1']);
  const { output } = await vs1.command('events', 'show', dead?.id ?? '');
  expect(output).toContain('decided by vsbak, reason active-down');
  expect(output).toMatch(/link 1 .* ms before the decision/);
  expect(output).toMatch(/●\s+announced/);
});
