// The cluster of one simulation: directors, links, groups, clocks. Drawn from a seed, or written down by a scenario.
import { activeDownInterval } from '../../src/core/timers.ts';
import { type CoreConfig, type GroupSpec, type Millis, millis, type NodeName, type Vip } from '../../src/core/types.ts';
import { renewalsPerLease } from '../../src/keeper/leases.ts';
import type { HeartbeatLink } from '../../src/keeper/messages.ts';
import type { Random } from './random.ts';

export interface Setup {
  readonly directors: readonly DirectorSetup[];
  /** Number of heartbeat links; link i is on device eth<i>. */
  readonly links: number;
  readonly interval: Millis;
  readonly groups: readonly GroupSpec[];
  readonly leaseSeconds: number;
  /** warm: the kernel always has the newest rules; cold: only the keeper of the active loads them. */
  readonly standby: 'warm' | 'cold';
  /** How many requests it takes to bring the rules into a kernel without any. */
  readonly rulesRequests: number;
  readonly wire: WireQuality;
  readonly lateness: Lateness;
  /** Datagrams and kernel notifications that a socket keeps for a process that does not read. */
  readonly socketSlots: number;
}

export interface DirectorSetup {
  readonly name: NodeName;
  /** How fast its clock goes, 1 for exactly. */
  readonly clockRate: number;
  /** What its clock shows when the simulation begins. */
  readonly clockOffset: number;
  /** False: its disk has no rules yet. */
  readonly knowsRules: boolean;
}

export interface WireQuality {
  readonly loss: number;
  readonly duplicate: number;
  readonly delayMin: number;
  readonly delayMax: number;
  /** Share of datagrams that come once more, long after. */
  readonly replay: number;
  /** Share of datagrams that arrive with a bit changed. */
  readonly corrupt: number;
}

/** How long after the moment it asked for a process runs. */
export interface Lateness {
  readonly usual: number;
  readonly rare: number;
  readonly rareChance: number;
}

export const devices: readonly string[] = ['eth0', 'eth1'];
export const goodWire: WireQuality = { loss: 0, duplicate: 0, delayMin: 0.1, delayMax: 0.3, replay: 0, corrupt: 0 };
export const promptly: Lateness = { usual: 0, rare: 0, rareChance: 0 };

export const localAddress = (link: number, index: number): string => `10.0.${link}.${index + 2}`;

export function linksOf(setup: Setup, self: NodeName): readonly HeartbeatLink[] {
  const own = setup.directors.findIndex((director) => director.name === self);
  return Array.from({ length: setup.links }, (_, link) => ({
    local: localAddress(link, own),
    peers: setup.directors.flatMap(({ name }, index) => (index === own ? [] : [{ node: name, address: localAddress(link, index) }])),
  }));
}

export function coreConfigOf(setup: Setup, self: NodeName, incarnation: number): CoreConfig {
  const nodes = setup.directors.map(({ name }, addressRank) => ({ name, addressRank }));
  return { self, incarnation, interval: setup.interval, nodes, groups: setup.groups };
}

export function groupOf(vrid: number, priorities: ReadonlyMap<NodeName, number>, options: Partial<GroupSpec> = {}): GroupSpec {
  return { name: `group${vrid}`, vrid, vips: vipsOf(vrid, 2), preempt: false, preemptDelay: millis(0), priorities, ...options };
}

/** Longer than any backup waits from the last renewal on, as the daemon makes it. */
export function leaseFor(interval: Millis): number {
  return Math.max(2, Math.ceil(activeDownInterval(1, interval) / 1_000 / (1 - 1 / renewalsPerLease)));
}

export function drawSetup(random: Random): Setup {
  const names = random.pick([
    ['vs1', 'vsbak'],
    ['vs1', 'vsbak'],
    ['vs1', 'vsbak'],
    ['vs1', 'vsbak', 'vs3'],
  ]);
  const interval = millis(random.pick([10, 50, 100, 100, 250, 1_000]));
  return {
    directors: names.map((name) => drawDirector(random, name)),
    links: random.pick([1, 2, 2]),
    interval,
    groups: Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, index) => drawGroup(random, 51 + index, names)),
    leaseSeconds: leaseFor(interval) + random.below(3),
    standby: random.pick(['warm', 'cold']),
    wire: drawWire(random, interval),
    lateness: { usual: random.between(0, 1.5), rare: random.between(0, interval), rareChance: random.pick([0, 0.002, 0.02]) },
    socketSlots: random.pick([8, 64, 256]),
    rulesRequests: random.pick([3, 60, 300, 3_000, 15_000]),
  };
}

function drawDirector(random: Random, name: NodeName): DirectorSetup {
  const ppm = random.pick([0, 50, 500]);
  return { name, clockRate: 1 + random.between(-ppm, ppm) / 1e6, clockOffset: random.between(0, 1e7), knowsRules: random.chance(0.9) };
}

function drawGroup(random: Random, vrid: number, names: readonly NodeName[]): GroupSpec {
  const equal = random.chance(0.15);
  const priorities = new Map(names.map((name, index) => [name, equal ? 100 : 150 - 50 * ((index + vrid) % names.length)]));
  const preempt = random.chance(0.3);
  const preemptDelay = millis(preempt ? random.pick([0, 0, 1_000]) : 0);
  return groupOf(vrid, priorities, { vips: vipsOf(vrid, random.pick([1, 2, 3])), preempt, preemptDelay });
}

function drawWire(random: Random, interval: number): WireQuality {
  const slow = random.chance(0.2);
  const delayMin = random.between(0.05, 0.5);
  return {
    loss: random.pick([0, 0, 0.01, 0.1, 0.3]),
    duplicate: random.pick([0, 0.01, 0.1]),
    delayMin,
    delayMax: delayMin + (slow ? random.between(0, 0.8 * interval) : random.between(0, 1)),
    replay: random.pick([0, 0, 0.01]),
    corrupt: random.pick([0, 0, 0.01]),
  };
}

/** The external address, then the internal one that NAT needs, then one of IPv6. */
export function vipsOf(vrid: number, count: number): readonly Vip[] {
  const all: readonly Vip[] = [
    { family: 4, address: `192.0.2.${vrid}`, prefix: 24, dev: 'eth0' },
    { family: 4, address: `192.168.1.${vrid}`, prefix: 24, dev: 'eth1' },
    { family: 6, address: `2001:db8::${vrid}`, prefix: 64, dev: 'eth0' },
  ];
  return all.slice(0, count);
}
