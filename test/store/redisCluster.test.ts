// Directors on a Redis Cluster, whose nodes die and freeze.
import { expect, test } from 'vitest';
import { applied, by, connected, rules, untilApplied, type Watched } from './redisDirector.ts';
import { clusterWith, type Nodes } from './redisNodes.ts';

const patienceMs = 60_000;
const prefix = '{test}:';

const pairAt = ({ owner, servers }: Nodes, pollMs = 100): Promise<[Watched, Watched]> => {
  const options = { commandMs: 500, pollMs, state: { servers, prefix } };
  return Promise.all([connected(owner, options), connected(owner, { ...options, name: 'vsbak' })]);
};

test(
  'one script writes rules and history on the node that has them all, and the notice comes through any node',
  async () => {
    const nodes = await clusterWith(`${prefix}rules`);
    const [one, two] = await pairAt(nodes, 60_000);
    const revision = await applied(one.store, rules(1));
    await two.until(() => two.store.current()?.revision === 1);
    expect(await two.store.history.find(1)).toEqual(revision);
    expect(await two.store.apply(rules(2), { ...by, expectedRevision: 0 })).toMatchObject({ reason: 'conflict' });
    const keys = ['documents', 'history', 'rules'].map((key) => `${prefix}${key}`);
    expect((await nodes.owner.client().keys('*')).toSorted()).toEqual(keys);
  },
  patienceMs,
);

test(
  'the node that has the rules is killed: its replica is used, nothing is lost, and rules can be applied again',
  async ({ annotate }) => {
    const nodes = await clusterWith(`${prefix}rules`);
    const [one, two] = await pairAt(nodes);
    const kept = await applied(one.store, rules(1));
    await two.until(() => two.store.current()?.revision === 1);
    await nodes.owner.client().wait(1, 5000);
    await nodes.owner.kill();
    await one.until(() => !one.store.state().connected);
    expect(one.store.current()).toEqual(kept);
    await annotate(`the first apply after the loss was noticed was taken after ${await untilApplied(one, 2)} ms`);
    await two.until(() => two.store.current()?.revision === 2);
    expect(await two.store.history.find(1)).toEqual(kept);
  },
  patienceMs,
);

test(
  'a node that has none of the rules freezes: they can be applied as before, and reach the other director',
  async () => {
    const nodes = await clusterWith(`${prefix}rules`);
    const [one, two] = await pairAt(nodes);
    await applied(one.store, rules(1));
    nodes.others[0]?.freeze();
    await untilApplied(one, 2);
    await two.until(() => two.store.current()?.revision === 2);
    nodes.others[0]?.thaw();
  },
  patienceMs,
);
