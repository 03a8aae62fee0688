// Checks that a server which the rules lose keeps its connections for the time of its service, and no longer.
import { expect, test } from 'vitest';
import type { RulesDocument } from '../../src/rules/document.ts';
import { createReconciler } from '../../src/rules/reconciler.ts';
import { revised, rules, server, service } from './documents.ts';
import { createVirtualIpvs } from './virtualIpvs.ts';

const both = rules(service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12', { weight: 5 })], { drain: 30 }));
const without = (more: { readonly drain: number | undefined } = { drain: 30 }): RulesDocument =>
  rules(service('10.0.0.1', [server('10.0.0.11')], more));
const leaver = '10.0.0.12:80';

/** A director whose kernel holds both servers; the second one has connections. */
async function director() {
  const ipvs = createVirtualIpvs();
  const time = { now: 0 };
  const start = (onDrift: 'repair' | 'report' = 'repair') =>
    createReconciler({
      ipvs,
      ownership: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
      now: () => time.now,
      onDrift,
    });
  const reconciler = start();
  await reconciler.apply(revised(both));
  ipvs.connections.set(leaver, 2);
  ipvs.takeCommands();
  const weights = () => Object.fromEntries(ipvs.dump().flatMap(({ servers }) => servers.map(({ address, weight }) => [address, weight])));
  return { ipvs, time, start, reconciler, weights };
}

test('it loses its weight first, with the time that is left in status, and goes when the time is over', async () => {
  const { time, reconciler, weights } = await director();
  expect(await reconciler.apply(revised(without(), 2))).toMatchObject({
    draining: [{ service: 'tcp 10.0.0.1:80', server: leaver, connections: 2, leftMs: 30_000 }],
    unfinished: true,
  });
  expect(weights()).toEqual({ '10.0.0.11': 1, '10.0.0.12': 0 });
  time.now = 29_999;
  expect(await reconciler.apply(revised(without(), 2))).toMatchObject({ written: 0, draining: [{ leftMs: 1 }], drift: undefined });
  time.now = 30_000;
  expect(await reconciler.apply(revised(without(), 2))).toMatchObject({ written: 1, draining: [], drift: undefined });
  expect(weights()).toEqual({ '10.0.0.11': 1 });
});

test('it goes with its last connection, but not before it has lost its weight', async () => {
  const { ipvs, reconciler, weights } = await director();
  ipvs.connections.clear();
  await reconciler.apply(revised(without(), 2));
  expect(weights()).toEqual({ '10.0.0.11': 1, '10.0.0.12': 0 });
  await reconciler.apply(revised(without(), 2));
  expect(weights()).toEqual({ '10.0.0.11': 1 });
});

test('one that comes back meanwhile gets its weight in place', async () => {
  const { ipvs, reconciler, weights } = await director();
  await reconciler.apply(revised(without(), 2));
  ipvs.takeCommands();
  expect(await reconciler.apply(revised(both, 3))).toMatchObject({ draining: [], drift: undefined });
  expect(ipvs.takeCommands()).toEqual(['setDestination']);
  expect(weights()).toEqual({ '10.0.0.11': 1, '10.0.0.12': 5 });
});

test('a restart goes on with it, and begins the clock anew', async () => {
  const { time, start, reconciler, weights } = await director();
  await reconciler.apply(revised(without(), 2));
  time.now = 20_000;
  expect(await start().apply(revised(without(), 2))).toMatchObject({ written: 0, draining: [{ server: leaver, leftMs: 30_000 }] });
  expect(weights()).toEqual({ '10.0.0.11': 1, '10.0.0.12': 0 });
});

test('without a time for its service it goes at once, also when the time is taken back', async () => {
  const { reconciler, weights } = await director();
  await reconciler.apply(revised(without(), 2));
  await reconciler.apply(revised(without({ drain: undefined }), 3));
  expect(weights()).toEqual({ '10.0.0.11': 1 });
});

test('a weight that somebody gives back to it is taken again, and is no drift', async () => {
  const { ipvs, reconciler, weights } = await director();
  await reconciler.apply(revised(without(), 2));
  const [held] = ipvs.dump();
  const draining = held?.servers.find(({ address }) => address === '10.0.0.12');
  if (held === undefined || draining === undefined) throw new Error('nothing drains');
  ipvs.carryOut({ command: 'setDestination', of: held.service.id, destination: { ...draining, weight: 5 } });
  expect((await reconciler.apply(revised(without(), 2))).drift).toBeUndefined();
  expect(weights()).toEqual({ '10.0.0.11': 1, '10.0.0.12': 0 });
});

test.each([
  ['drains when drift is repaired', 'repair', 0],
  ['stays as it is when drift is only reported', 'report', 5],
] as const)('a server that somebody added is drift, and %s', async (_title, onDrift, weight) => {
  const { ipvs, start, weights } = await director();
  const reconciler = start(onDrift);
  await reconciler.apply(revised(both, 2));
  const [held] = ipvs.dump();
  const [one] = held?.servers ?? [];
  if (held === undefined || one === undefined) throw new Error('no server');
  ipvs.carryOut({ command: 'newDestination', of: held.service.id, destination: { ...one, address: '10.0.0.99', weight: 5 } });
  ipvs.connections.set('10.0.0.99:80', 1);
  const difference = 'server 10.0.0.99:80 of tcp 10.0.0.1:80: is not in the rules';
  expect((await reconciler.apply(revised(both, 2))).drift).toMatchObject({ differences: [difference] });
  await reconciler.apply(revised(both, 2));
  expect(weights()).toMatchObject({ '10.0.0.99': weight });
});
