// Virtual IPs change hands without falling: a process that starts over those which its kernel still holds keeps them, but
// asks before it claims them; and who says in a handover that it took them has them, for the other lets go on that word.
import type { Fact, NodeName, Vrid } from '../../src/core/types.ts';
import { demand, type Observe, type Packet } from './happening.ts';
import type { World } from './world.ts';

interface Start {
  readonly at: number;
  /** The groups of which its kernel held an address. */
  readonly held: readonly Vrid[];
  readonly answeredBy: Set<NodeName>;
}

export function createCustodyJudge(world: World): Observe {
  const { setup, timeline } = world;
  const shortestInterval = (): number => Math.min(...world.versions.map(({ interval }) => interval));
  const starts = new Map<NodeName, Start>();
  /** Handovers whose taker has said so. */
  const taken = new Set<string>();

  const noteStart = (node: NodeName): void => {
    const { kernel, inForce } = world.host(node);
    const held = inForce.groups.filter((group) => group.vips.some((vip) => kernel.has(vip))).map((group) => group.vrid);
    starts.set(node, { at: timeline.now, held, answeredBy: new Set() });
  };
  const noteAnswer = ({ from, to, sentAt, advert }: Packet): void => {
    const start = starts.get(to);
    if (advert !== undefined && start !== undefined && sentAt >= start.at) start.answeredBy.add(from);
  };
  const check = (node: NodeName, fact: Fact): void => {
    const start = starts.get(node);
    if (start === undefined) return;
    const dropped = fact.type === 'becameBackup' && fact.reason === 'started' && start.held.includes(fact.vrid);
    demand(!dropped, `${node} started and let go of group ${'vrid' in fact ? fact.vrid : ''}, which its kernel held`);
    const asked = start.answeredBy.size >= setup.directors.length - 1 || timeline.now - start.at >= 3 * shortestInterval();
    const claimed = fact.type === 'becameActive' && fact.reason === 'adopted';
    demand(!claimed || asked, `${node} started and claimed what its kernel held without asking`);
  };

  const checkTaken = ({ from, advert }: Packet): void => {
    for (const { vrid, handover } of advert?.groups ?? []) {
      if (handover?.phase !== 'taken' || taken.has(`${from} ${vrid} ${handover.id}`)) continue;
      taken.add(`${from} ${vrid} ${handover.id}`);
      const vips = world.host(from).inForce.groups.find((group) => group.vrid === vrid)?.vips ?? [];
      const missing = vips.filter((vip) => !world.host(from).kernel.has(vip)).map((vip) => vip.address);
      demand(missing.length === 0, `${from} says that it took group ${vrid} over, without ${missing.join(', ')}`);
    }
  };

  return (happening) => {
    if (happening.type === 'sent') checkTaken(happening.packet);
    if (happening.type === 'processStarted') noteStart(happening.node);
    if (happening.type === 'received') noteAnswer(happening.packet);
    if (happening.type === 'fact') check(happening.node, happening.fact);
  };
}
