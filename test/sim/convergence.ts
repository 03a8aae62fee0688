// After the storm: everything is whole again, and the cluster must come to rest with one active per group.
import type { GroupSpec } from '../../src/core/types.ts';
import { peerDownInterval } from '../../src/core/timers.ts';
import { type Happening, Violation } from './happening.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** The longest things that a mended cluster may still wait for: a director in Fault tries again, a successor's lease ends. */
const patience = 20_000;
const quietTime = 2_000;
const quietIntervals = 20;

export interface Quiet {
  observe(happening: Happening): void;
  readonly noise: readonly string[];
  readonly rounds: ReadonlyMap<string, number>;
}

/** Lets time pass until the cluster is as it should be, then demands that it stays so and is quiet. */
export function demandConvergence(world: World, listen: (quiet: Quiet | undefined) => void): void {
  const deadline = world.timeline.now + patience + 4 * peerDownInterval(world.setup.interval);
  while (whatIsWrong(world) !== undefined && world.timeline.now < deadline) passTime(world, world.setup.interval);
  passTime(world, 2 * peerDownInterval(world.setup.interval) + 1_500);
  const wrong = whatIsWrong(world);
  if (wrong !== undefined) throw new Violation(`the mended cluster does not come to rest: ${wrong}`);
  demandQuiet(world, listen);
}

function demandQuiet(world: World, listen: (quiet: Quiet | undefined) => void): void {
  const quiet = createQuiet();
  const time = quietTime + quietIntervals * world.setup.interval;
  listen(quiet);
  passTime(world, time);
  listen(undefined);
  const [noise] = quiet.noise;
  if (noise !== undefined) throw new Violation(`the mended cluster is not quiet: ${noise}`);
  for (const { name } of world.hosts) {
    const rounds = quiet.rounds.get(name) ?? 0;
    const most = (time / world.setup.interval) * 1.01 + 2;
    const least = (time / world.setup.interval) * 0.7 - 2;
    if (rounds > most || rounds < least) throw new Violation(`${name} sent ${rounds} adverts in ${time} ms`);
  }
  const wrong = whatIsWrong(world);
  if (wrong !== undefined) throw new Violation(`the mended cluster fell apart: ${wrong}`);
}

function createQuiet(): Quiet {
  const noise: string[] = [];
  const rounds = new Map<string, number>();
  const newest = new Map<string, number>();
  return {
    noise,
    rounds,
    observe(happening) {
      if (happening.type === 'fact') noise.push(`${happening.node} reports ${happening.fact.type}`);
      if (happening.type === 'addressAdded' || happening.type === 'addressRemoved') noise.push(`${happening.type} at ${happening.node}`);
      if (happening.type !== 'sent' || happening.packet.advert === undefined) return;
      const { from, advert } = happening.packet;
      if (advert.sequence > (newest.get(from) ?? 0)) rounds.set(from, (rounds.get(from) ?? 0) + 1);
      newest.set(from, advert.sequence);
    },
  };
}

function passTime(world: World, time: number): void {
  const until = world.timeline.now + time;
  while (world.timeline.advance(until)) continue;
}

function whatIsWrong(world: World): string | undefined {
  for (const group of world.setup.groups) {
    const wrong = wrongWithGroup(world, group);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Whoever holds one virtual IP of the group must hold all of them, and be the only one; nobody when all are in maintenance. */
function wrongWithGroup(world: World, group: GroupSpec): string | undefined {
  const held = (host: Host): number => group.vips.filter((vip) => host.kernel.has(vip)).length;
  const holders = world.hosts.filter((host) => held(host) > 0);
  const willing = world.hosts.filter((host) => !host.disk.maintenance);
  const names = holders.map((host) => host.name).join(' and ');
  if (holders.length > 1) return `group ${group.vrid} is on ${names}`;
  if (willing.length === 0) return holders.length === 0 ? undefined : `group ${group.vrid} is on ${names}, in maintenance`;
  const [holder] = holders;
  if (holder === undefined) return `nobody holds group ${group.vrid}`;
  if (holder.disk.maintenance) return `${holder.name} holds group ${group.vrid} in maintenance`;
  return held(holder) === group.vips.length ? undefined : `${names} holds only a part of group ${group.vrid}`;
}
