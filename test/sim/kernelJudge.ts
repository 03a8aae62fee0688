// Rules before address before announcement, nothing but what is configured, and the kernel at the level of the role.
import type { GroupSpec, NodeName, Vip, Vrid } from '../../src/core/types.ts';
import type { AddressState } from '../../src/keeper/ports.ts';
import { demand, type Observe, type Packet } from './happening.ts';
import type { Host } from './host.ts';
import type { Roles } from './roles.ts';
import type { World } from './world.ts';

/** To restore an address and to try a refused write again take the keeper up to a second each. */
const grace = 2_500;

export function createKernelJudge(world: World, roles: Roles): Observe {
  const { timeline } = world;
  const groupsOf = (node: NodeName): readonly GroupSpec[] => world.host(node).inForce.groups;
  /** By any configuration that there has been: a director may have an older or a newer one. */
  const isConfigured = (address: AddressState): boolean =>
    world.versions.some(({ groups }) => groups.some(({ vips }) => vips.some((vip) => addressKey(vip) === addressKey(address))));
  const groupOf = (node: NodeName, address: AddressState): Vrid | undefined =>
    groupsOf(node).find(({ vips }) => vips.some((vip) => addressKey(vip) === addressKey(address)))?.vrid;
  /** Revision of the rules that each keeper was last told to be ready. */
  const told = new Map<NodeName, number>();
  /** Groups that were announced by a director that had not said to be active. */
  const announcedEarly = new Map<NodeName, Vrid>();
  /** When something other than its own doing last touched each director's kernel, links or time. */
  const troubledAt = new Map<NodeName, number>();
  const wokeAt = new Map<NodeName, number>();
  /** When each director last wrote a piece of rules that more follow. */
  const loadingAt = new Map<NodeName, number>();
  const reloads = new Set<number>();
  /** What the configurations of each process have named. */
  const named = new Map<NodeName, ReadonlySet<string>>();
  const decidedAt = new Map<NodeName, number>();
  /** Directors with the groups that they said last that they hold. */
  const serving = new Set<string>();

  const checkAdded = (node: NodeName, address: AddressState): void => {
    demand(isConfigured(address), `${node} added ${address.address}, which is not configured`);
    const has = world.host(node).kernel.rulesRevision;
    const ready = told.get(node) ?? 0;
    // One that somebody removed from a director that serves by the rules before, while it loads newer ones.
    const restored = isLoading(node) && serving.has(`${node} ${groupOf(node, address)}`);
    demand(
      has > 0 && (has >= ready || restored),
      `${node} added ${address.address} before the rules: its kernel has revision ${has}, its keeper ${ready}`,
    );
  };
  const checkAnnounced = (node: NodeName, { address, dev }: Pick<Vip, 'address' | 'dev'>): void => {
    const held = world.host(node).kernel.addresses.find((one) => one.address === address && one.dev === dev);
    if (held === undefined) return demand(false, `${node} announced ${address}, which it does not hold`);
    const vrid = groupOf(node, held);
    if (vrid !== undefined && roles.of(node, vrid) !== 'active') announcedEarly.set(node, vrid);
  };
  /** In one wake-up an address may be announced before it is told why. */
  const checkEarly = (node: NodeName): void => {
    const vrid = announcedEarly.get(node);
    announcedEarly.delete(node);
    const role = vrid === undefined ? 'active' : roles.of(node, vrid);
    demand(role === 'active' || role === undefined, `${node} announced addresses of group ${vrid} as ${role}`);
  };
  /** Who says "I have it" has it: the one that hands over lets go on this word. Who says that it still loads does. */
  const checkSaid = ({ from, advert }: Packet): void => {
    for (const { vrid, holding } of advert?.groups ?? []) {
      if (holding) serving.add(`${from} ${vrid}`);
      else serving.delete(`${from} ${vrid}`);
    }
    if (isTroubled(from)) return;
    for (const group of groupsOf(from)) {
      const said = advert?.groups.find((one) => one.vrid === group.vrid);
      if (said?.phase !== 'active') continue;
      const of = `${from} says that it is active of group ${group.vrid}`;
      demand(!said.holding || holdsAll(world.host(from), group), `${of} without its addresses`);
      demand(said.holding || isLoading(from) || decidedAt.get(from) === timeline.now, `${of} and still loads, and does not`);
    }
  };
  const holdsAll = (host: Host, group: GroupSpec): boolean => group.vips.every((vip) => host.kernel.has(vip));
  const noteNamed = (node: NodeName): void => {
    const known = named.get(node) ?? new Set();
    named.set(node, new Set([...known, ...groupsOf(node).flatMap(({ vips }) => vips.map(addressKey))]));
  };
  /** It cannot know of what happened since it last woke, and needs time for what it knows. */
  const isTroubled = (node: NodeName): boolean => {
    const at = troubledAt.get(node) ?? 0;
    return timeline.now - at < grace || at > (wokeAt.get(node) ?? 0);
  };
  const isLoading = (node: NodeName): boolean => timeline.now - (loadingAt.get(node) ?? Number.NEGATIVE_INFINITY) < grace;
  const checkLevel = (host: Host): void => {
    if (isTroubled(host.name)) return;
    for (const group of groupsOf(host.name)) checkGroup(host, group);
  };
  const checkGroup = (host: Host, group: GroupSpec): void => {
    const role = roles.of(host.name, group.vrid);
    if (role === undefined || role === 'initialize') return;
    for (const vip of group.vips) {
      demand(role !== 'active' || host.kernel.isUp(vip.dev), `${host.name} is active of group ${group.vrid}, and its ${vip.dev} is down`);
      const held = host.kernel.has(vip);
      const comes = role === 'active' && isLoading(host.name);
      demand(
        held === (role === 'active') || comes,
        `${host.name} is ${role}, but its kernel ${held ? 'holds' : 'does not hold'} ${vip.address}`,
      );
    }
  };

  /** Once a configuration is in force nothing is left of what only an older one of this process named. */
  const checkLeft = (node: NodeName): void => {
    const left = world
      .host(node)
      .kernel.addresses.filter((address) => named.get(node)?.has(addressKey(address)) && groupOf(node, address) === undefined);
    noteNamed(node);
    if (isTroubled(node)) return;
    demand(left.length === 0, `${node} still holds ${left.map(({ address }) => address).join()}, which its configuration names no more`);
  };

  return (happening) => {
    switch (happening.type) {
      case 'processStarted':
        told.delete(happening.node);
        loadingAt.delete(happening.node);
        named.delete(happening.node);
        noteNamed(happening.node);
        troubledAt.set(happening.node, timeline.now);
        return;
      case 'paused':
      case 'resumed':
      case 'hostCrashed':
      case 'linkChanged':
      case 'kernelRefused':
        troubledAt.set(happening.node, timeline.now);
        return;
      case 'commanded':
        if (happening.message.type === 'config') reloads.add(happening.message.requestId);
        if (happening.message.type === 'rules' && happening.message.mark.ready) told.set(happening.node, happening.message.mark.revision);
        return;
      case 'addressAdded':
        if (happening.by === 'keeper') checkAdded(happening.node, happening.address);
        else troubledAt.set(happening.node, timeline.now);
        return;
      case 'addressRemoved':
        if (happening.by !== 'keeper') troubledAt.set(happening.node, timeline.now);
        else demand(isConfigured(happening.address), `${happening.node} removed the foreign ${happening.address.address}`);
        return;
      case 'rulesLoading':
        loadingAt.set(happening.node, timeline.now);
        return;
      case 'rulesLoaded':
        loadingAt.delete(happening.node);
        return;
      case 'announced':
        checkAnnounced(happening.node, happening.address);
        return;
      case 'woke':
        checkEarly(happening.node);
        checkLevel(world.host(happening.node));
        wokeAt.set(happening.node, timeline.now);
        return;
      case 'sent':
        checkSaid(happening.packet);
        return;
      case 'fact':
        if (happening.fact.type === 'becameActive') decidedAt.set(happening.node, timeline.now);
        return;
      case 'answered':
        if (reloads.delete(happening.requestId)) checkLeft(happening.node);
        return;
      case 'hostBooted':
      case 'processEnded':
      case 'diskLost':
      case 'reported':
      case 'lost':
      case 'received':
      case 'fault':
    }
  };
}

const addressKey = (address: AddressState): string => `${address.dev} ${address.address}/${address.prefix}`;
