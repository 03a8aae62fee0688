// Why a director is in maintenance is remembered as the keeper decides: a real memory on disk, the keeper's words by hand.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Outcome } from '../../src/core/types.ts';
import { type Maintenance, watchMaintenance } from '../../src/daemon/maintenance.ts';
import { type NodeState, openNodeState } from '../../src/store/nodeState.ts';
import { directory } from '../cli/process.ts';

const fail = (problem: unknown): never => {
  throw new Error(JSON.stringify(problem));
};

async function watched(
  path = directory(),
): Promise<{ readonly memory: NodeState; readonly maintenance: Maintenance; readonly path: string }> {
  const memory = await openNodeState({ directory: path, onProblem: fail });
  onTestFinished(() => memory.close());
  return { memory, maintenance: watchMaintenance({ memory, onUnsaved: fail }), path };
}

const done: Outcome = { ok: true, detail: '' };
const refused: Outcome = { ok: false, reason: 'not-confirmed', detail: '' };

/** A keeper that tells each of these changes before it answers. */
const keeper =
  ({ maintenance }: { readonly maintenance: Maintenance }, outcome: Outcome, ...changes: readonly boolean[]) =>
  (): Promise<Outcome> => {
    for (const on of changes) maintenance.noteKeeper({ type: 'maintenanceChanged', on });
    return Promise.resolve(outcome);
  };

test('the reason, who gave it and when are there as long as the maintenance, over a restart too', async () => {
  const one = await watched();
  const before = Date.now();
  await one.maintenance.request({ on: true, reason: 'new disk', author: 'root@vs1' }, keeper(one, done, true));
  expect(one.memory.maintenance()).toMatchObject({ reason: 'new disk', author: 'root@vs1' });
  expect(Date.parse(one.memory.maintenance()?.since ?? '')).toBeGreaterThanOrEqual(before);
  await one.memory.close();
  const next = await watched(one.path);
  // As every keeper does that starts in maintenance.
  next.maintenance.noteKeeper({ type: 'maintenanceChanged', on: true });
  expect(next.memory.maintenance()).toEqual(one.memory.maintenance());
  await next.maintenance.request({ on: false }, keeper(next, done, false));
  expect(next.memory.maintenance()).toBeUndefined();
});

test('a maintenance that is withdrawn, since nobody took over, leaves nothing', async () => {
  const one = await watched();
  expect(await one.maintenance.request({ on: true, reason: 'x' }, keeper(one, refused, true, false))).toEqual(refused);
  expect(one.memory.maintenance()).toBeUndefined();
});

test('a reason that is given later replaces the one before, and the time stays', async () => {
  const one = await watched();
  await one.maintenance.request({ on: true }, keeper(one, done, true));
  const since = one.memory.maintenance()?.since;
  expect(one.memory.maintenance()).toMatchObject({ reason: null });
  await one.maintenance.request({ on: true, reason: 'new disk' }, keeper(one, done));
  expect(one.memory.maintenance()).toMatchObject({ reason: 'new disk', since });
});

test('one that cannot be saved is told', async () => {
  const path = join(directory(), 'state');
  const memory = await openNodeState({ directory: path, onProblem: () => undefined });
  const told = Promise.withResolvers<unknown>();
  const maintenance = watchMaintenance({ memory, onUnsaved: told.resolve });
  await rm(path, { recursive: true });
  await writeFile(path, 'in its place');
  maintenance.noteKeeper({ type: 'maintenanceChanged', on: true });
  expect(String(await told.promise)).toContain('maintenance.json');
});
