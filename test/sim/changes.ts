// How somebody edits the configuration of a running cluster: one change at a time, of any kind that a reload takes.
import { type GroupSpec, millis, type NodeName } from '../../src/core/types.ts';
import type { Random } from './random.ts';
import { groupOf, leaseFor, type Setup, vipsOf } from './setup.ts';

const changes = [changeInterval, addVip, removeVip, addGroup, removeGroup, moveVip, changePriorities, changePreemption] as const;

export function changedSetup(random: Random, setup: Setup): Setup {
  const changed = random.pick(changes)(random, setup);
  return isOneGroupEach(changed) ? changed : setup;
}

/** A virtual IP that was moved may come back to the group that it began in. */
function isOneGroupEach({ groups }: Setup): boolean {
  const addresses = groups.flatMap(({ vips }) => vips.map(({ address }) => address));
  return new Set(addresses).size === addresses.length;
}

export function withInterval(setup: Setup, ms: number): Setup {
  const interval = millis(ms);
  return { ...setup, interval, leaseSeconds: leaseFor(interval) };
}

export const withGroup = (setup: Setup, vrid: number, change: Partial<GroupSpec>): Setup => ({
  ...setup,
  groups: setup.groups.map((group) => (group.vrid === vrid ? { ...group, ...change } : group)),
});

export const withoutGroup = (setup: Setup, vrid: number): Setup => ({
  ...setup,
  groups: setup.groups.filter((group) => group.vrid !== vrid),
});

export const withNewGroup = (setup: Setup, vrid: number): Setup => ({
  ...setup,
  groups: [...setup.groups, groupOf(vrid, prioritiesOf(namesOf(setup)))],
});

function changeInterval(random: Random, setup: Setup): Setup {
  return withInterval(setup, random.pick([10, 50, 100, 250, 1_000]));
}

function addVip(random: Random, setup: Setup): Setup {
  const { vrid, vips } = anyGroup(random, setup);
  return withGroup(setup, vrid, { vips: vipsOf(vrid, Math.min(3, vips.length + 1)) });
}

function removeVip(random: Random, setup: Setup): Setup {
  const { vrid, vips } = anyGroup(random, setup);
  return withGroup(setup, vrid, { vips: vips.slice(0, Math.max(1, vips.length - 1)) });
}

/** To a group that is served by the same director or another. */
function moveVip(random: Random, setup: Setup): Setup {
  const from = anyGroup(random, setup);
  const to = anyGroup(random, setup);
  const moved = from.vips.at(-1);
  if (from.vrid === to.vrid || from.vips.length < 2 || moved === undefined) return setup;
  return withGroup(withGroup(setup, from.vrid, { vips: from.vips.slice(0, -1) }), to.vrid, { vips: [...to.vips, moved] });
}

function addGroup(random: Random, setup: Setup): Setup {
  const vrid = 51 + random.below(5);
  return setup.groups.some((group) => group.vrid === vrid) ? setup : withNewGroup(setup, vrid);
}

function removeGroup(random: Random, setup: Setup): Setup {
  return setup.groups.length === 1 ? setup : withoutGroup(setup, anyGroup(random, setup).vrid);
}

function changePriorities(random: Random, setup: Setup): Setup {
  const names = namesOf(setup);
  return withGroup(setup, anyGroup(random, setup).vrid, { priorities: prioritiesOf(random.chance(0.5) ? names.toReversed() : names) });
}

function changePreemption(random: Random, setup: Setup): Setup {
  return withGroup(setup, anyGroup(random, setup).vrid, {
    preempt: random.chance(0.5),
    preemptDelay: millis(random.pick([0, 1_000])),
  });
}

function anyGroup(random: Random, { groups }: Setup): GroupSpec {
  const group = groups[random.below(groups.length)];
  if (group === undefined) throw new Error('a configuration without groups');
  return group;
}

const namesOf = ({ directors }: Setup): readonly NodeName[] => directors.map(({ name }) => name);

const prioritiesOf = (names: readonly NodeName[]): ReadonlyMap<NodeName, number> =>
  new Map(names.map((name, index) => [name, 150 - 50 * index]));
