// What moves together: the instances of one sync group, or one instance by itself, on each of the nodes.
import type { Ledger } from '../ledger.ts';
import type { Instance } from './instances.ts';
import type { KeepalivedNode } from './node.ts';

export interface Unit {
  readonly name: string;
  /** By position of the node: its instances; empty where the node has none of them. */
  readonly members: readonly (readonly Instance[])[];
}

export function unitsOf(nodes: readonly KeepalivedNode[], ledger: Ledger): readonly Unit[] {
  const [first, ...others] = nodes;
  if (first === undefined) return [];
  const units = partsOf(first, ledger).map(({ name, instances }) => ({
    name,
    members: nodes.map((node) => (node === first ? instances : instances.flatMap((one) => counterpartOf(one, first, node, ledger)))),
  }));
  const taken = new Set(units.flatMap(({ members }) => members.flat()));
  return [...units, ...others.flatMap((node) => onlyOn(node, nodes, taken, ledger))];
}

interface Part {
  readonly name: string;
  readonly instances: readonly Instance[];
}

/** In the order of their first instances. */
function partsOf({ instances, syncGroups }: KeepalivedNode, ledger: Ledger): Part[] {
  const synced = new Map<Instance, Part>();
  for (const group of syncGroups) {
    const members = group.members.flatMap((name) => instances.find((one) => one.name === name) ?? []);
    if (members.length < group.members.length)
      ledger.leftOut(group, `members of ${group.name}`, {
        why: 'there is no vrrp_instance of their name',
        advice: 'look whether they are meant',
      });
    if (members.length === 0)
      ledger.leftOut(group, `vrrp_sync_group ${group.name}`, {
        why: 'it has no group { } with instances, and keepalived passes it over',
        advice: 'join their virtual IPs in one group if they shall move together',
      });
    const [head] = members;
    if (head !== undefined && members.length > 1)
      ledger.changed(
        group,
        `${members.map(({ name }) => name).join(', ')} to one group`,
        'virtual IPs that move together are one group with one vrid',
        `it has the vrid, priority and preempt of ${head.name}`,
      );
    const part = { name: group.name, instances: members };
    for (const member of members) if (!synced.has(member)) synced.set(member, part);
  }
  return [
    ...new Set(instances.filter(({ vips }) => vips.length > 0).map((one) => synced.get(one) ?? { name: one.name, instances: [one] })),
  ];
}

/** By its vrid and, where several have it, by its name: VRRP knows no names. */
function counterpartOf(one: Instance, home: KeepalivedNode, node: KeepalivedNode, ledger: Ledger): Instance[] {
  const candidates = node.instances.filter(({ vrid }) => vrid === one.vrid);
  const found =
    candidates.find(({ name }) => name === one.name) ?? candidates.find(({ interface: dev }) => dev === one.interface) ?? candidates[0];
  if (found === undefined)
    ledger.changed(
      one,
      `${one.name} to both directors`,
      `${node.file} has no instance with virtual_router_id ${one.vrid ?? ''}`,
      'every director takes part in every group',
    );
  for (const vip of found?.vips ?? [])
    if (!one.vips.some(({ address }) => address === vip.address))
      ledger.changed(
        vip,
        `${vip.address} to both directors`,
        `${home.file} does not have it in ${one.name}`,
        'take it out if it shall not move',
      );
  return found === undefined ? [] : [found];
}

function onlyOn(node: KeepalivedNode, nodes: readonly KeepalivedNode[], taken: ReadonlySet<Instance>, ledger: Ledger): Unit[] {
  return partsOf({ ...node, instances: node.instances.filter((one) => !taken.has(one)), syncGroups: [] }, ledger).map(
    ({ name, instances }) => {
      for (const one of instances)
        ledger.changed(
          one,
          `${one.name} to both directors`,
          'no other file has its virtual_router_id',
          'every director takes part in every group',
        );
      return { name, members: nodes.map((other) => (other === node ? instances : [])) };
    },
  );
}
