// Units of keepalived as groups: their names, VRIDs, virtual IPs and who takes over from whom.
import type { Gap, GroupDraft } from '../configDraft.ts';
import type { Ledger } from '../ledger.ts';
import type { Instance } from './instances.ts';
import type { KeepalivedNode } from './node.ts';
import type { Unit } from './units.ts';

export function groupsOf(
  units: readonly Unit[],
  nodes: readonly KeepalivedNode[],
  directorPriorities: readonly (number | undefined)[],
  ledger: Ledger,
): GroupDraft[] {
  const vrids = new Map<number, string>();
  const names = new Set<string>();
  const vips = new Map<string, string>();
  return units.flatMap((unit) => {
    const all = unit.members.flat();
    const [head] = all;
    if (head === undefined) return [];
    return [
      {
        name: nameFor(unit, head, names, ledger),
        vrid: vridFor(unit, head, vrids),
        vips: unit.members.flatMap((members, position) => members.flatMap((one) => vipsOf(one, nodes[position], vips, ledger))),
        ...preemptionOf(unit),
        priorities: prioritiesOf(unit, directorPriorities, ledger),
      },
    ];
  });
}

/** Of an instance or sync group with a name that a group cannot have, the letters that it can. */
function nameFor({ name }: Unit, head: Instance, taken: Set<string>, ledger: Ledger): string {
  const fitting =
    name
      .replaceAll(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[._-]+/, '')
      .slice(0, 60) || `group-${head.vrid ?? ''}`;
  const free = taken.has(fitting) ? `${fitting}-${taken.size}` : fitting;
  taken.add(free);
  if (free !== name)
    ledger.changed(head, `the name ${name} to ${free}`, 'names of groups are letters, digits, dots, dashes and underscores, each once');
  return free;
}

function vridFor({ name }: Unit, { vrid }: Instance, taken: Map<number, string>): number | Gap {
  if (vrid === undefined) return { fillIn: 'a number from 1 to 255 that no other group has' };
  const other = taken.get(vrid);
  if (other === undefined) taken.set(vrid, name);
  return other === undefined ? vrid : { fillIn: `a number from 1 to 255 that no other group has: ${other} has ${vrid} too` };
}

/** Each virtual IP once, with the instance's interface when it names none. */
function vipsOf(one: Instance, node: KeepalivedNode | undefined, taken: Map<string, string>, ledger: Ledger): GroupDraft['vips'][number][] {
  return one.vips.flatMap((vip) => {
    const earlier = taken.get(vip.address);
    if (earlier !== undefined && earlier !== `${one.vrid}`)
      ledger.leftOut(vip, `${vip.address} in ${one.name}`, {
        why: 'another group has it already',
        advice: 'a virtual IP moves with one group',
      });
    if (earlier !== undefined) return [];
    taken.set(vip.address, `${one.vrid}`);
    const dev = vip.dev ?? one.interface ?? node?.defaultInterface;
    return [{ address: vip.address, prefix: vip.prefix, dev: dev ?? { fillIn: 'the interface of this address' } }];
  });
}

/** Only the setting of a director with the highest priority ever matters: nobody else would preempt. */
function preemptionOf({ members }: Unit): Pick<GroupDraft, 'preempt' | 'preemptDelayMs'> {
  const heads = members.flatMap(([one]) => one ?? []);
  const [highest] = heads.toSorted((one, other) => other.priority - one.priority);
  const preempt = highest?.preempt ?? false;
  return { preempt, preemptDelayMs: preempt ? (highest?.preemptDelayMs ?? 0) : 0 };
}

/** vspair has no address owner: 254 is the highest. */
export const priorityOf = ({ priority }: Instance): number => Math.min(priority, 254);

function prioritiesOf({ members }: Unit, ofDirectors: readonly (number | undefined)[], ledger: Ledger): ReadonlyMap<number, number> {
  const priorities = new Map<number, number>();
  for (const [position, [head, ...more]] of members.entries()) {
    if (head === undefined) continue;
    if (head.priority === 255) ledger.changed(head, `priority 255 of ${head.name} to 254`, 'no director owns a virtual IP');
    for (const other of more)
      if (other.priority !== head.priority)
        ledger.changed(other, `priority ${other.priority} of ${other.name} to ${head.priority}`, `it moves with ${head.name}`);
    if (ofDirectors[position] !== priorityOf(head)) priorities.set(position, priorityOf(head));
  }
  return priorities;
}
