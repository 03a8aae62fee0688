// sh, mh and dh pick a server by a hash into a table that they fill by going through the list of servers. So two directors
// send a client to the same server only when their lists have the same order, which is the rules': however the list came
// about, it ends as if the rules had been loaded into an empty kernel.
import type { IpvsDestination } from '../wire/ipvs.ts';
import { serverKey } from './kernelServices.ts';

const ordered: ReadonlySet<string> = new Set(['sh', 'mh', 'dh']);

export const orderMatters = (scheduler: string): boolean => ordered.has(scheduler);

/**
 * Those of `wanted` to be added anew, in this order. `held`: as the kernel lists it, the newest first; all of `wanted` are in
 * it. A server can only become the newest, so all stay that stand in the right order from the oldest on.
 */
export function misplaced(
  scheduler: string,
  held: readonly IpvsDestination[],
  wanted: readonly IpvsDestination[],
): readonly IpvsDestination[] {
  if (!orderMatters(scheduler)) return [];
  const age = new Map(held.map((server, position) => [serverKey(server), held.length - position]));
  let last = 0;
  const first = wanted.findIndex((server) => {
    const mine = age.get(serverKey(server)) ?? 0;
    const isBehind = mine < last;
    last = mine;
    return isBehind;
  });
  return first === -1 ? [] : wanted.slice(first);
}
