// What must be true at every moment of every simulation, whatever breaks. Judged from what directors do and report.

import { activeDownInterval, handoverTimeout, peerDownInterval } from '../../src/core/timers.ts';
import type { Advert, Fact, GroupSpec, NodeName, Vip, Vrid } from '../../src/core/types.ts';
import type { AddressState } from '../../src/keeper/ports.ts';
import { type Happening, type Packet, Violation } from './happening.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

type Role = 'initialize' | 'backup' | 'active' | 'fault' | 'maintenance' | 'stopped';

/** What was seen of one director. Emptied when its process starts, but for what must outlive that. */
interface Seen {
  readonly roles: Map<Vrid, Role>;
  /** When its last round said active, by the moment it woke for it. */
  readonly saidActiveAt: Map<Vrid, number>;
  readonly asked: Map<number, number>;
  sent: { incarnation: number; sequence: number };
  toldRevision: number;
  /** The last moment at which something else than its own doing touched its kernel, links or time. */
  troubledAt: number;
  wakes: { second: number; count: number };
}

/** Adverts that went one way between two directors while both are active, and were new to the receiver. */
interface Flow {
  count: number;
  since: number;
  last: number;
  sequence: number;
}

/** Restoring and trying again take the keeper up to a second each. */
const kernelGrace = 2_500;
const wakesPerSecond = 5_000;
/** Both have heard so many adverts of the other by now that one of them must have yielded. */
const mutualAdverts = 4;

export function createInvariants(world: World): (happening: Happening) => void {
  const { setup, timeline } = world;
  const seen = new Map<NodeName, Seen>(setup.directors.map(({ name }) => [name, freshSeen()]));
  const flows = new Map<string, Flow>();
  const newest = new Map<string, { incarnation: number; sequence: number }>();
  const lastActiveHeard = new Map<string, { from: NodeName; at: number; interval: number }>();
  const vips = new Map<string, Vip>(setup.groups.flatMap((group) => group.vips.map((vip) => [addressKey(vip), vip] as const)));
  const clockRate = new Map(setup.directors.map((director) => [director.name, director.clockRate]));

  const of = (node: NodeName): Seen => {
    const known = seen.get(node);
    if (known === undefined) throw new Error(`there is no ${node}`);
    return known;
  };
  const roleOf = (node: NodeName, vrid: Vrid): Role => (world.host(node).running ? (of(node).roles.get(vrid) ?? 'initialize') : 'stopped');
  const trouble = (node: NodeName): void => {
    of(node).troubledAt = timeline.now;
  };

  // --------------------------------------------------------------------------------------------------- the kernel

  const checkAdded = (node: NodeName, address: AddressState): void => {
    demand(vips.has(addressKey(address)), `${node} added ${address.address}, which is not configured`);
    const has = world.host(node).kernel.rulesRevision;
    const told = of(node).toldRevision;
    demand(has > 0 && has >= told, `${node} added ${address.address} before the rules: the kernel has revision ${has}, the keeper ${told}`);
  };
  const checkAnnounced = (node: NodeName, address: Pick<Vip, 'address' | 'dev'>): void => {
    const { kernel } = world.host(node);
    const held = kernel.addresses.some((one) => one.address === address.address && one.dev === address.dev);
    demand(held, `${node} announced ${address.address}, which it does not hold`);
    const group = setup.groups.find((one) => one.vips.some((vip) => vip.address === address.address && vip.dev === address.dev));
    if (group !== undefined)
      demand(roleOf(node, group.vrid) === 'active', `${node} announced ${address.address} as ${roleOf(node, group.vrid)}`);
  };
  const checkLevel = (host: Host): void => {
    if (timeline.now - of(host.name).troubledAt < kernelGrace) return;
    for (const group of setup.groups) checkGroupLevel(host, group);
  };
  const checkGroupLevel = (host: Host, group: GroupSpec): void => {
    const role = roleOf(host.name, group.vrid);
    if (role === 'initialize' || !host.running) return;
    for (const vip of group.vips) {
      const held = host.kernel.has(vip);
      demand(held === (role === 'active'), `${host.name} is ${role} and its kernel ${held ? 'holds' : 'does not hold'} ${vip.address}`);
    }
  };

  // ---------------------------------------------------------------------------------------------------- the adverts

  const checkSent = (packet: Packet): void => {
    const { advert, from } = packet;
    if (advert === undefined) throw new Violation(`${from} sent a datagram that nobody can read`);
    const { sent } = of(from);
    const again = advert.incarnation === sent.incarnation && advert.sequence === sent.sequence;
    demand(
      again || isNewer(advert, sent),
      `${from} sent ${advert.incarnation}.${advert.sequence} after ${sent.incarnation}.${sent.sequence}`,
    );
    of(from).sent = { incarnation: advert.incarnation, sequence: advert.sequence };
    if (!again) for (const group of advert.groups) checkStall(from, group.vrid, group.phase === 'active');
  };
  const checkStall = (node: NodeName, vrid: Vrid, active: boolean): void => {
    const { saidActiveAt } = of(node);
    const before = saidActiveAt.get(vrid);
    if (!active) saidActiveAt.delete(vrid);
    else saidActiveAt.set(vrid, timeline.now);
    if (!active || before === undefined) return;
    const silent = (timeline.now - before) * (clockRate.get(node) ?? 1);
    demand(
      silent < patienceOfPeers(node, vrid),
      `${node} was silent for ${silent.toFixed(1)} ms as active of group ${vrid} and goes on as active`,
    );
  };
  const patienceOfPeers = (node: NodeName, vrid: Vrid): number => {
    const priorities = setup.groups.find((group) => group.vrid === vrid)?.priorities ?? new Map<NodeName, number>();
    return Math.min(
      ...[...priorities].filter(([name]) => name !== node).map(([, priority]) => activeDownInterval(priority, setup.interval)),
    );
  };

  // ----------------------------------------------------------------------------------------------------- two actives

  const noteReceived = (packet: Packet): void => {
    const { advert, from, to } = packet;
    if (advert === undefined || !isNewTo(`${from}>${to}`, advert)) return;
    for (const { vrid, phase, priority } of advert.groups) {
      const key = `${to} ${vrid}`;
      if (phase === 'active' && priority > 0) lastActiveHeard.set(key, { from, at: timeline.now, interval: advert.interval });
      else if (lastActiveHeard.get(key)?.from === from) lastActiveHeard.delete(key);
      if (phase === 'active' && roleOf(from, vrid) === 'active' && roleOf(to, vrid) === 'active') noteFlow(packet, advert, vrid);
    }
  };
  const isNewTo = (path: string, advert: Advert): boolean => {
    const known = newest.get(path);
    if (known !== undefined && !isNewer(advert, known)) return false;
    newest.set(path, { incarnation: advert.incarnation, sequence: advert.sequence });
    return true;
  };
  const flowKey = (from: NodeName, to: NodeName, vrid: Vrid): string => `${from}>${to} ${vrid}`;
  const noteFlow = (packet: Packet, advert: Advert, vrid: Vrid): void => {
    const key = flowKey(packet.from, packet.to, vrid);
    const flow = flows.get(key);
    if (flow === undefined || packet.sentAt < flow.since || advert.sequence <= flow.sequence) {
      if (flow === undefined) flows.set(key, { count: 0, since: timeline.now, last: timeline.now, sequence: advert.sequence });
      return;
    }
    if (timeline.now - flow.last > 3 * setup.interval) Object.assign(flow, { count: 0, since: timeline.now });
    Object.assign(flow, { count: flow.count + 1, last: timeline.now, sequence: advert.sequence });
  };
  const forgetFlows = (node: NodeName): void => {
    for (const key of [...flows.keys()]) if (key.startsWith(`${node}>`) || key.includes(`>${node} `)) flows.delete(key);
  };
  const checkPairs = (node: NodeName): void => {
    for (const { vrid } of setup.groups) {
      if (roleOf(node, vrid) !== 'active') continue;
      for (const { name } of setup.directors) if (name !== node && roleOf(name, vrid) === 'active') checkPair(node, name, vrid);
    }
  };
  const checkPair = (node: NodeName, other: NodeName, vrid: Vrid): void => {
    const heard = flows.get(flowKey(other, node, vrid));
    const hearsUs = flows.get(flowKey(node, other, vrid));
    if (heard === undefined) return;
    const mutual = heard.count >= mutualAdverts && (hearsUs?.count ?? 0) >= mutualAdverts;
    demand(!mutual, `${node} and ${other} stay active of group ${vrid} although they hear each other`);
    const tooLong = 2 * peerDownInterval(setup.interval) + 4 * setup.interval;
    const deaf = hearsUs === undefined && heard.count > 6 && heard.last - heard.since > tooLong;
    demand(!deaf, `${node} stays active of group ${vrid} beside ${other}, which does not hear it`);
  };

  // ------------------------------------------------------------------------------------------------ facts and people

  const noteFact = (node: NodeName, fact: Fact): void => {
    const role = roleAfter(fact);
    if (role === undefined || !('vrid' in fact)) return;
    if (fact.type === 'becameActive' && fact.reason === 'active-down') checkSilence(node, fact.vrid);
    of(node).roles.set(fact.vrid, role);
    forgetFlows(node);
  };
  /** A takeover because of silence, though an active was heard: a timer was believed before the packets. */
  const checkSilence = (node: NodeName, vrid: Vrid): void => {
    if (setup.groups.some((group) => group.vrid === vrid && group.preempt)) return;
    const heard = lastActiveHeard.get(`${node} ${vrid}`);
    if (heard === undefined) return;
    const ago = (timeline.now - heard.at) * (clockRate.get(node) ?? 1);
    demand(ago >= 3 * heard.interval, `${node} took group ${vrid} over ${ago.toFixed(1)} ms after it had heard that ${heard.from} is active`);
  };
  const checkAnswers = (node: NodeName): void => {
    for (const [id, at] of of(node).asked) {
      const waited = timeline.now - Math.max(at, of(node).troubledAt);
      demand(waited < handoverTimeout(setup.interval) + 2_000, `${node} never answered #${id}`);
    }
  };
  const countWake = (node: NodeName): void => {
    const { wakes } = of(node);
    const second = Math.floor(timeline.now / 1_000);
    if (wakes.second !== second) Object.assign(wakes, { second, count: 0 });
    wakes.count += 1;
    demand(wakes.count < wakesPerSecond, `${node} woke ${wakes.count} times within a second`);
  };

  return (happening) => {
    switch (happening.type) {
      case 'processStarted': {
        const { sent } = of(happening.node);
        demand(happening.incarnation > sent.incarnation, `${happening.node} started with the old incarnation ${happening.incarnation}`);
        seen.set(happening.node, { ...freshSeen(), sent, troubledAt: timeline.now });
        for (const { vrid } of setup.groups) lastActiveHeard.delete(`${happening.node} ${vrid}`);
        return forgetFlows(happening.node);
      }
      case 'diskLost':
        of(happening.node).sent = { incarnation: 0, sequence: 0 };
        return;
      case 'processEnded':
        return forgetFlows(happening.node);
      case 'paused':
      case 'resumed':
      case 'hostCrashed':
      case 'hostBooted':
      case 'linkChanged':
      case 'kernelRefused':
        return trouble(happening.node);
      case 'woke':
        countWake(happening.node);
        checkPairs(happening.node);
        checkAnswers(happening.node);
        return checkLevel(world.host(happening.node));
      case 'fact':
        return noteFact(happening.node, happening.fact);
      case 'commanded': {
        const { message, node } = happening;
        if (message.type === 'rules' && message.mark.ready) of(node).toldRevision = message.mark.revision;
        if (message.type === 'failover' || message.type === 'maintenance') of(node).asked.set(message.requestId, timeline.now);
        return;
      }
      case 'answered':
        of(happening.node).asked.delete(happening.requestId);
        return;
      case 'sent':
        return checkSent(happening.packet);
      case 'received':
        return noteReceived(happening.packet);
      case 'addressAdded':
        return happening.by === 'keeper' ? checkAdded(happening.node, happening.address) : trouble(happening.node);
      case 'addressRemoved':
        if (happening.by !== 'keeper') return trouble(happening.node);
        return demand(
          vips.has(addressKey(happening.address)),
          `${happening.node} removed ${happening.address.address}, which is not configured`,
        );
      case 'announced':
        return checkAnnounced(happening.node, happening.address);
      case 'rulesLoaded':
      case 'reported':
      case 'lost':
      case 'fault':
        return;
    }
  };
}

function freshSeen(): Seen {
  return {
    roles: new Map(),
    saidActiveAt: new Map(),
    asked: new Map(),
    sent: { incarnation: 0, sequence: 0 },
    toldRevision: 0,
    troubledAt: 0,
    wakes: { second: 0, count: 0 },
  };
}

function roleAfter(fact: Fact): Role | undefined {
  switch (fact.type) {
    case 'becameActive':
      return 'active';
    case 'becameBackup':
      return 'backup';
    case 'enteredFault':
      return 'fault';
    case 'enteredMaintenance':
      return 'maintenance';
    case 'stopped':
      return 'stopped';
    case 'handoverStarted':
    case 'handoverCompleted':
    case 'handoverCalledOff':
    case 'takeoverWithheld':
    case 'bothActive':
    case 'peerHeard':
    case 'peerLost':
      return undefined;
  }
}

function demand(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Violation(otherwise);
}

function isNewer(
  a: { readonly incarnation: number; readonly sequence: number },
  b: { readonly incarnation: number; readonly sequence: number },
): boolean {
  return a.incarnation === b.incarnation ? a.sequence > b.sequence : a.incarnation > b.incarnation;
}

const addressKey = (address: AddressState): string => `${address.dev} ${address.address}/${address.prefix}`;
