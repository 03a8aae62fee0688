// Two directors may both be active only while they cannot know of each other: judged by the adverts that really came
// through between them since both are active. One that still loads its rules beside one that serves does no harm.
import { peerDownInterval } from '../../src/core/timers.ts';
import { type Millis, millis, type NodeName, type Vrid } from '../../src/core/types.ts';
import { demand, type Observe, type Packet } from './happening.ts';
import type { Roles } from './roles.ts';
import { isNewer, type Round } from './rounds.ts';
import type { World } from './world.ts';

/** Adverts that came through one way between two actives, without a gap. */
interface Flow {
  readonly count: number;
  readonly since: number;
  readonly last: number;
}

/** Both have heard so many adverts of the other by now that one of them must have yielded. */
const mutualAdverts = 4;
const oneWayAdverts = 6;

export function createRivalsJudge(world: World, roles: Roles): Observe {
  const { setup, timeline } = world;
  const flows = new Map<string, Flow>();
  const newest = new Map<string, Round>();
  /** Whether each director's kernel holds each group, as it last said. */
  const holds = new Map<string, boolean>();
  const key = (from: NodeName, to: NodeName, vrid: Vrid): string => `${from}>${to} ${vrid}`;
  const interval = (): Millis => millis(Math.max(...world.versions.map((one) => one.interval)));
  const patience = (): number => 2 * peerDownInterval(interval()) + 4 * interval();

  const note = (packet: Packet): void => {
    const { advert, from, to } = packet;
    const known = newest.get(`${from}>${to}`);
    if (advert === undefined || (known !== undefined && !isNewer(advert, known))) return;
    newest.set(`${from}>${to}`, { incarnation: advert.incarnation, sequence: advert.sequence });
    for (const { vrid, phase, holding, handover } of advert.groups) {
      holds.set(`${from} ${vrid}`, holding);
      const harms = holding === holds.get(`${to} ${vrid}`) && (holding || handover === undefined);
      if (phase === 'active' && harms && roles.of(from, vrid) === 'active' && roles.of(to, vrid) === 'active') count(packet, vrid);
    }
  };
  const count = ({ from, to, sentAt }: Packet, vrid: Vrid): void => {
    const flow = flows.get(key(from, to, vrid));
    const { now } = timeline;
    const goesOn = flow !== undefined && now - flow.last <= 3 * interval();
    if (flow !== undefined && sentAt < flow.since) return;
    flows.set(key(from, to, vrid), goesOn ? { ...flow, count: flow.count + 1, last: now } : { count: 0, since: now, last: now });
  };
  const forget = (node: NodeName): void => {
    for (const one of [...flows.keys()]) if (one.startsWith(`${node}>`) || one.includes(`>${node} `)) flows.delete(one);
  };
  const check = (node: NodeName, other: NodeName, vrid: Vrid): void => {
    const hears = flows.get(key(other, node, vrid));
    const heard = flows.get(key(node, other, vrid));
    if (hears === undefined || roles.of(other, vrid) !== 'active') return;
    const mutual = hears.count >= mutualAdverts && heard !== undefined && heard.count >= mutualAdverts;
    demand(!mutual, `${node} and ${other} stay active of group ${vrid} although they hear each other`);
    const oneWay = heard === undefined && hears.count >= oneWayAdverts && hears.last - hears.since > patience();
    demand(!oneWay, `${node} stays active of group ${vrid} beside ${other}, which does not hear it`);
  };

  return (happening) => {
    if (happening.type === 'received') note(happening.packet);
    if (happening.type === 'fact' && 'vrid' in happening.fact) forget(happening.node);
    if (happening.type === 'processStarted' || happening.type === 'processEnded') forget(happening.node);
    if (happening.type !== 'woke') return;
    for (const { vrid } of world.host(happening.node).inForce.groups) {
      if (roles.of(happening.node, vrid) !== 'active') continue;
      for (const { name } of setup.directors) if (name !== happening.node) check(happening.node, name, vrid);
    }
  };
}
