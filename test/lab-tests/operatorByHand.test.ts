// What operators do by hand, with the commands themselves, while a client probes: a drill, maintenance, and failback. One
// story, since a pair takes long to start: after the maintenance of vs1 it is vsbak that is active.
import { describe, expect, test } from 'vitest';
import type { outcomeJson } from '../../src/cli/handover/render.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import type { CommandResult } from '../lab/director.ts';
import { answerers } from '../lab/outage.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { type ProbeReport, startProbe } from '../lab/probe.ts';
import { lossText, unanswered } from './gap.ts';
import { type Pair, startMs, untilReachable } from './pair.ts';
import { seenOnce } from './withPair.ts';

const { outside } = virtualAddresses;

type Handed = ReturnType<typeof outcomeJson>;

interface Drilled {
  readonly ok: boolean;
  readonly groups: readonly { readonly group: string; readonly there: Handed; readonly back: Handed }[];
}

interface Act {
  readonly result: CommandResult;
  readonly probe: ProbeReport;
  readonly changes: readonly string[];
}

/** Lets the operator act under traffic, until `servedBy` alone holds the virtual IP and answers for it. */
async function seenByClient({ cluster, watch }: Pair, servedBy: string, act: () => Promise<CommandResult>): Promise<Act> {
  const probe = await startProbe(cluster.client, { intervalMs: 2 });
  await watch.forget();
  const result = await act();
  await watch.until(outside, [servedBy]);
  await probe.answerBy(servedBy);
  return { result, probe: await probe.stop(), changes: await watch.changes(outside) };
}

/** What each director's own command tells in JSON, and how it ended. */
const toldByEach = ({ directors }: Pair, ...args: readonly string[]) =>
  Promise.all(
    directors.map(async (director) => {
      const { exitCode, stdout } = await director.command(...args, '--json');
      return { node: director.name, exitCode, told: JSON.parse(stdout) as unknown };
    }),
  );

async function refusedDrills(pair: Pair) {
  await pair.watch.forget();
  return { results: await toldByEach(pair, 'drill', '--yes'), changes: await pair.watch.allChanges() };
}

async function restarted({ vs1, watch }: Pair) {
  await watch.forget();
  const before = (await vs1.status()).self.daemon.maintenance;
  await vs1.stop();
  vs1.start();
  const after = (await vs1.untilPhase('maintenance', startMs)).self.daemon.maintenance;
  return { before, after, changes: await watch.allChanges() };
}

/** The lease of the virtual IPs in the dead one's kernel is several times what a takeover would need. */
async function leftAlone({ vs1, vsbak, watch }: Pair) {
  await watch.forget();
  await vsbak.stop('SIGKILL');
  await vs1.until(({ self }) => self.keeper.peers.every(({ heard }) => !heard));
  await watch.until(outside, []);
  const changes = await watch.changes(outside);
  const { self } = await vs1.status();
  vsbak.start();
  await watch.until(outside, ['vsbak'], startMs);
  return { changes, phases: self.keeper.groups.map(({ phase }) => phase) };
}

const seen = seenOnce({}, async (pair) => {
  await untilReachable(pair.directors);
  const { vs1, vsbak } = pair;
  await vs1.until(({ healthy }) => healthy);
  const drill = await seenByClient(pair, 'vs1', () => vs1.command('drill', '--yes', '--json'));
  const on = await seenByClient(pair, 'vsbak', () => vs1.command('maintenance', 'on', '--reason', 'new disk', '--yes'));
  const statuses = await toldByEach(pair, 'status');
  const events = await toldByEach(pair, 'events', '--type', 'maintenanceOn');
  const refused = await refusedDrills(pair);
  const restart = await restarted(pair);
  const death = await leftAlone(pair);
  const off = await seenByClient(pair, 'vsbak', () => vs1.command('maintenance', 'off'));
  const whole = await vsbak.until(({ healthy }) => healthy, startMs);
  const failback = await seenByClient(pair, 'vs1', () => vsbak.command('failback', '--yes', '--json'));
  return { drill, on, statuses, events, refused, restart, death, off, whole, failback };
});

function rulesOfTheClient(seen: () => Act, servedBy: readonly string[]): void {
  test('the client is served all the time, and loses no packet', () => {
    expect(seen().result.exitCode, seen().result.output).toBe(exitCodes.ok);
    expect(answerers(seen().probe.answers)).toEqual(servedBy);
    expect(unanswered(seen().probe), lossText(seen().probe)).toEqual([]);
  });
}

describe('vspair drill', () => {
  rulesOfTheClient(() => seen().drill, ['vs1', 'vsbak', 'vs1']);

  test('hands over there and back, and ends where it began', () => {
    expect(seen().drill.changes).toEqual(['vsbak added', 'vs1 removed', 'vs1 added', 'vsbak removed']);
  });

  test('reports both ways, each with its gap', () => {
    const { ok, groups } = JSON.parse(seen().drill.result.stdout) as Drilled;
    const way = ({ from, to, gap, ...outcome }: Handed) => ({ ok: outcome.ok, from, to, gap: typeof gap?.ms });
    expect(ok).toBe(true);
    expect(groups.map(({ group, there, back }) => ({ group, there: way(there), back: way(back) }))).toEqual([
      {
        group: 'web',
        there: { ok: true, from: 'vs1', to: 'vsbak', gap: 'number' },
        back: { ok: true, from: 'vsbak', to: 'vs1', gap: 'number' },
      },
    ]);
  });

  test.each(['vs1', 'vsbak'])('is refused by %s while vs1 is in maintenance, and nothing moves', (name) => {
    const { results, changes } = seen().refused;
    const { exitCode, told } = results.find(({ node }) => node === name) ?? {};
    expect(exitCode).toBe(exitCodes.refused);
    expect(told).toMatchObject({ error: { code: 'VSP_REFUSED' } });
    expect(JSON.stringify(told)).toMatch(/nothing was changed.*vs1 is in maintenance/);
    expect(changes).toEqual([]);
  });
});

describe('vspair maintenance on', () => {
  rulesOfTheClient(() => seen().on, ['vs1', 'vsbak']);

  test('hands over before it lets go', () => {
    expect(seen().on.changes).toEqual(['vsbak added', 'vs1 removed']);
  });

  test('its reason stands in the status of both directors, which say that the pair is not redundant', () => {
    const daemon = { maintenance: { reason: 'new disk' } };
    expect(seen().statuses).toMatchObject([
      { node: 'vs1', exitCode: exitCodes.notRedundant, told: { self: { daemon } } },
      { node: 'vsbak', exitCode: exitCodes.notRedundant, told: { peers: [{ node: 'vs1', director: { daemon } }] } },
    ]);
  });

  test('its reason stands in the events of both directors', () => {
    const told = [{ node: 'vs1', type: 'maintenanceOn', reason: 'new disk' }];
    expect(seen().events).toMatchObject([
      { node: 'vs1', exitCode: exitCodes.ok, told },
      { node: 'vsbak', exitCode: exitCodes.ok, told },
    ]);
  });

  test('outlives a restart of the daemon, with who gave it, why and since when, and nothing moves', () => {
    expect(seen().restart).toMatchObject({ before: { reason: 'new disk' }, changes: [] });
    expect(seen().restart.after).toEqual(seen().restart.before);
  });

  test('takes nothing over, even when the other one dies', () => {
    expect(seen().death).toEqual({ changes: ['vsbak removed'], phases: ['maintenance'] });
  });
});

describe('vspair maintenance off', () => {
  rulesOfTheClient(() => seen().off, ['vsbak']);

  test('makes the pair whole again, and moves nothing', () => {
    expect(seen().off.changes).toEqual([]);
    expect(seen().whole).toMatchObject({ summary: 'web: vsbak active, vs1 ready to take over', problems: [] });
  });
});

describe('vspair failback, given on the director of the lower priority', () => {
  rulesOfTheClient(() => seen().failback, ['vsbak', 'vs1']);

  test('brings the group back to the other one, which holds the virtual IPs before the old one lets go', () => {
    expect(seen().failback.changes).toEqual(['vs1 added', 'vsbak removed']);
    expect(JSON.parse(seen().failback.result.stdout)).toMatchObject({ ok: true, groups: [{ group: 'web', from: 'vsbak', to: 'vs1' }] });
  });
});
