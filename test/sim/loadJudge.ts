// A keeper that brings many rules into its kernel never does so for long without looking up, and only while it is active.
import type { NodeName } from '../../src/core/types.ts';
import { demand, type Observe } from './happening.ts';
import type { Roles } from './roles.ts';
import type { World } from './world.ts';

/** Each takes the virtual kernel about two milliseconds: after that a slice is to end. */
const piecesAtOnce = 2;

export function createLoadJudge(world: World, roles: Roles): Observe {
  const pieces = new Map<NodeName, number>();

  const check = (node: NodeName): void => {
    const count = (pieces.get(node) ?? 0) + 1;
    pieces.set(node, count);
    demand(count <= piecesAtOnce, `${node} wrote ${count} pieces of its rules and looked at nothing else`);
    const active = world.host(node).inForce.groups.some(({ vrid }) => roles.of(node, vrid) === 'active');
    demand(active, `${node} loads rules and is active of no group`);
  };

  return (happening) => {
    if (happening.type === 'rulesLoading') check(happening.node);
    if (happening.type === 'woke' || happening.type === 'processStarted') pieces.delete(happening.node);
  };
}
