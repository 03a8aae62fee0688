// After the storm: everything is whole again, and the cluster must come to rest with one active per group.

import type { GroupSpec } from '../../src/core/types.ts';
import { type Observe, Violation } from './happening.ts';
import type { Host } from './host.ts';
import type { Setup } from './setup.ts';
import type { World } from './world.ts';

/** The longest things that a mended cluster may still wait for: a director in Fault tries again, a successor's lease ends. */
const patience = 20_000;
const quietTime = 2_000;
const quietIntervals = 20;

interface Quiet {
  readonly observe: Observe;
  readonly noise: readonly string[];
  readonly rounds: ReadonlyMap<string, number>;
}

const newest = ({ versions, setup }: World): Setup => versions.at(-1) ?? setup;

/** Lets time pass until the cluster is as it should be and stays so, without a word, for a while; not for ever. */
export function demandConvergence(world: World, listen: (listener: Observe | undefined) => void): void {
  const deadline = world.timeline.now + patience + 60 * newest(world).interval;
  let restless: string | undefined = 'it was not looked at';
  while (restless !== undefined && world.timeline.now < deadline) restless = whatMoves(world, listen);
  if (restless !== undefined) throw new Violation(`the mended cluster does not come to rest: ${restless}`);
}

/** Starts whoever ended meanwhile, as an init system does, and watches. Undefined when all is well and only adverts were seen. */
function whatMoves(world: World, listen: (listener: Observe | undefined) => void): string | undefined {
  const { timeline } = world;
  const { interval } = newest(world);
  const time = quietTime + quietIntervals * interval;
  const quiet = createQuiet();
  for (const host of world.hosts) host.start();
  listen(quiet.observe);
  const until = timeline.now + time;
  while (timeline.advance(until));
  listen(undefined);
  return (
    whatIsWrong(world) ??
    quiet.noise[0] ??
    world.hosts.map(({ name }) => wrongPace(name, quiet, time / interval)).find((wrong) => wrong !== undefined)
  );
}

function wrongPace(name: string, quiet: Quiet, intervals: number): string | undefined {
  const rounds = quiet.rounds.get(name) ?? 0;
  return rounds <= intervals * 1.01 + 2 && rounds >= intervals * 0.7 - 2
    ? undefined
    : `${name} sent ${rounds} adverts in ${intervals} intervals`;
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

function whatIsWrong(world: World): string | undefined {
  for (const group of newest(world).groups) {
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
