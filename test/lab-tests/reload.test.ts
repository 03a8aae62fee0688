// Reloads of a running pair, with everything on the wire counted: nothing that did not change is dropped or moves.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectControl } from '../../src/control/client.ts';
import type { ReloadResult } from '../../src/control/reload.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import type { CommandResult, Director } from '../lab/director.ts';
import { answerers } from '../lab/outage.ts';
import { startProbe } from '../lab/probe.ts';
import { unanswered } from './gap.ts';
import { type Pair, untilReachable } from './pair.ts';
import { Wire } from './wire.ts';
import { seenOnce } from './withPair.ts';

const added = '10.0.0.7';

const fileOf = (director: Director, name: 'vspair.yaml' | 'secret'): string => join(director.folder, name);

function edit(director: Director, change: (text: string) => string): void {
  const file = fileOf(director, 'vspair.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

/** On one director after the other; each has to say that it was done. */
async function reload(directors: readonly Director[], change: (text: string) => string = (text) => text): Promise<void> {
  for (const director of directors) {
    edit(director, change);
    const result = await reloadHere(director);
    if (!result.ok) throw new Error(`reload of ${director.name}: ${JSON.stringify(result, null, 1)}`);
  }
}

/** What `vspair reload` asks for, without a process for each. */
async function reloadHere(director: Director): Promise<ReloadResult> {
  const client = await connectControl(join(director.folder, 'socket'));
  try {
    return await client.ask('reload', { dryRun: false });
  } finally {
    client.close();
  }
}

/** Of which rounds of each director nothing was captured, from its first to its last one; once a round would be missing in the middle. */
function missing(wire: Wire, name: string): readonly number[] {
  const sequences = new Set(wire.adverts(name).map(({ advert }) => advert.sequence));
  const [first, last] = [Math.min(...sequences), Math.max(...sequences)];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((sequence) => !sequences.has(sequence));
}

async function accountOf(director: Director) {
  const { self } = await director.status();
  const [group] = self.keeper.groups;
  return {
    dropped: self.keeper.adverts.dropped,
    phase: group?.phase,
    reason: group?.reason,
    missed: self.keeper.peers[0]?.links.map((link) => link.missed),
  };
}

/** What a story that must not be noticed left: adverts, addresses, roles. */
async function undisturbed(pair: Pair, story: (wire: Wire) => Promise<void>) {
  const { vs1, vsbak, watch } = pair;
  const wire = await Wire.tap(vsbak);
  await watch.forget();
  const before = [await accountOf(vs1), await accountOf(vsbak)];
  await story(wire);
  await wire.rounds('vs1', 3);
  await wire.stop();
  const after = [await accountOf(vs1), await accountOf(vsbak)];
  return { before, after, missing: [...missing(wire, 'vs1'), ...missing(wire, 'vsbak')], changes: await watch.allChanges(), wire };
}

async function rotate({ vs1, vsbak }: Pair, wire: Wire): Promise<readonly CommandResult[]> {
  const said: CommandResult[] = [];
  for (let step = 1; step <= 3; step += 1) {
    said.push(await vs1.command('keygen', '--rotate', '--out', fileOf(vs1, 'secret')));
    copyFileSync(fileOf(vs1, 'secret'), fileOf(vsbak, 'secret'));
    wire.learnKeys(vs1);
    await reload([vs1, vsbak]);
    await wire.rounds('vs1', 3);
  }
  return said;
}

describe('a running pair', () => {
  const seen = seenOnce({ interval: '100ms' }, async (pair) => {
    const { cluster, vs1, vsbak, watch } = pair;
    const directors = [vs1, vsbak];
    // A new key signs only when the other director can be asked about it; just after the start it may not be reached yet.
    await untilReachable(directors);
    let said: readonly CommandResult[] = [];
    const rotation = await undisturbed(pair, async (wire) => {
      said = await rotate(pair, wire);
    });
    const keys = (await vsbak.status()).self.daemon.keys;
    const intervals = await undisturbed(pair, async (wire) => {
      await reload([vs1, vsbak], (text) => text.replace('interval: 100ms', 'interval: 1s'));
      await wire.rounds('vs1', 13);
      await reload([vs1, vsbak], (text) => text.replace('interval: 1s', 'interval: 100ms'));
    });

    const probe = await startProbe(cluster.client, { intervalMs: 2 });
    await watch.forget();
    await reload([vsbak, vs1], (text) => text.replace('    vips:\n', `    vips:\n      - { address: ${added}/24, dev: eth0 }\n`));
    await watch.until(added, ['vs1']);
    await reload([vs1, vsbak], (text) => text.replace(`      - { address: ${added}/24, dev: eth0 }\n`, ''));
    await watch.until(added, []);
    const vips = { changes: await watch.allChanges(), report: await probe.stop() };

    const links = await undisturbed(pair, async () => {
      const dropLast = (text: string): string => text.replaceAll(/addresses: \[([^,\]]+), [^\]]+\]/g, 'addresses: [$1]');
      const whole = readFileSync(fileOf(vs1, 'vspair.yaml'), 'utf8');
      await reload(directors, dropLast);
      await vs1.until(({ self }) => self.keeper.peers[0]?.links.length === 1);
      for (const director of directors) await reload([director], () => whole.replace(vs1.folder, director.folder));
      await vsbak.until(({ self }) => self.keeper.peers[0]?.links.length === 2 && self.keeper.peers[0].links.every(({ heard }) => heard));
    });

    const refused = await refusals(pair);
    const told = await eventsOf(vs1);
    return {
      said,
      rotation,
      keys,
      intervals,
      vips,
      links,
      refused,
      told,
      output: directors.map(({ process: daemon }) => daemon.output).join('\n'),
    };
  });

  test('gets a new key in three steps, and no advert is missed or dropped, no address moves, no role changes', () => {
    const { rotation, said, keys } = seen();
    expect(said.map(({ exitCode }) => exitCode)).toEqual(said.map(() => 0));
    expect(rotation.missing).toEqual([]);
    expect(rotation.changes).toEqual([]);
    expect(rotation.after).toEqual(rotation.before);
    expect(keys?.map(({ id }) => id)).toEqual([2]);
    const ids = new Set(rotation.wire.adverts('vs1').map(({ frame }) => frame.payload[28]));
    expect(ids).toEqual(new Set([1, 2]));
  });

  test('keeps its peer channel through all of it', () => {
    expect(seen().output).not.toMatch(/peer channel: .* lost/);
  });

  test('gets a longer interval and a shorter one, and no advert is missed or dropped, no address moves, no role changes', () => {
    const { intervals } = seen();
    expect(intervals.missing).toEqual([]);
    expect(intervals.changes).toEqual([]);
    expect(intervals.after).toEqual(intervals.before);
    expect(new Set(intervals.wire.adverts('vsbak').map(({ advert }) => advert.interval))).toEqual(new Set([100, 1_000]));
  });

  test('gets a virtual IP and loses it again, and the others are not touched, nor their traffic', () => {
    const { changes, report } = seen().vips;
    expect(changes).toEqual([`vs1 added ${added}`, `vs1 removed ${added}`]);
    expect(answerers(report.answers)).toEqual(['vs1']);
    expect(unanswered(report)).toEqual([]);
  });

  test('loses a heartbeat link and gets it back, while the other one goes on', () => {
    const { links } = seen();
    expect(links.missing).toEqual([]);
    expect(links.changes).toEqual([]);
    expect(links.after.map(({ phase, reason }) => ({ phase, reason }))).toEqual(
      links.before.map(({ phase, reason }) => ({ phase, reason })),
    );
  });

  test('goes on as it was with a file that has mistakes, each of them told with its place', () => {
    const { bad, before, after } = seen().refused;
    expect(bad.exitCode).toBe(78);
    expect(bad.output).toMatch(/vspair\.yaml:\d+:\d+: unknown key heartbeat\.intervall/);
    expect(bad.output).toMatch(/vspair\.yaml:\d+:\d+: groups\[0\]\.vrid/);
    expect(bad.output).toContain('nothing was changed');
    expect(after).toEqual(before);
  });

  test('does not take what a running daemon cannot change, and says how it comes into force', () => {
    const { restart } = seen().refused;
    expect(restart.exitCode).toBe(4);
    expect(restart.output).toContain('state cannot change in a running daemon');
    expect(restart.output).toContain('SIGUSR2');
  });

  test('is not given the next step of a rotation before the last one is in force', () => {
    const { early } = seen().refused;
    expect(early.exitCode).toBe(4);
    expect(early.output).toContain('step 1 is not in force on vs1; step 1 is not in force on vsbak');
  });

  test('does not sign with a key that the other director does not accept yet', () => {
    const { unsafe } = seen().refused;
    expect(unsafe.exitCode).toBe(4);
    expect(unsafe.output).toContain('vsbak does not accept key 3');
  });

  test('tells of each change that is in force as an event, with what it changed, and of each refused one with its mistakes', () => {
    const { told } = seen();
    const textsOf = (type: string): readonly string[] => told.filter((event) => event.type === type).map(({ text }) => text);
    const changed = textsOf('configReloaded');
    expect(changed).toHaveLength(9);
    expect(changed.slice(3, 5)).toEqual(['heartbeat.interval: 100ms -> 1000ms', 'heartbeat.interval: 1000ms -> 100ms']);
    const rejected = textsOf('configRejected');
    expect(rejected[0]).toContain('unknown key heartbeat.intervall');
    expect(rejected.at(-1)).toContain('vsbak does not accept key 3');
  });
});

/** Those of its own about its configuration, oldest first. */
async function eventsOf(director: Director): Promise<readonly DirectorEvent[]> {
  const { output } = await director.command('events', '--json', '-n', '100', '--type', 'configReloaded,configRejected');
  return (JSON.parse(output) as DirectorEvent[]).filter(({ node }) => node === director.name);
}

async function refusals({ vs1 }: Pair) {
  const [text, secret] = [readFileSync(fileOf(vs1, 'vspair.yaml'), 'utf8'), readFileSync(fileOf(vs1, 'secret'))];
  const restore = (): void => {
    writeFileSync(fileOf(vs1, 'vspair.yaml'), text);
    writeFileSync(fileOf(vs1, 'secret'), secret);
  };
  const inForce = async () => (await vs1.status()).self.daemon.config?.whole;
  const before = await inForce();
  edit(vs1, (whole) => whole.replace('interval:', 'intervall:').replace('vrid: 51', 'vrid: 500'));
  const bad = await vs1.command('reload');
  process.kill(vs1.process.pid, 'SIGHUP');
  restore();
  edit(vs1, (whole) => `${whole}state: { backend: none }\n`);
  const restart = await vs1.command('reload');
  restore();
  await vs1.command('keygen', '--rotate', '--out', fileOf(vs1, 'secret'));
  const early = await vs1.command('keygen', '--rotate', '--out', fileOf(vs1, 'secret'));
  await vs1.command('keygen', '--rotate', '--out', fileOf(vs1, 'secret'), '--force');
  const unsafe = await vs1.command('reload');
  restore();
  return { bad, restart, early, unsafe, before, after: await inForce() };
}
