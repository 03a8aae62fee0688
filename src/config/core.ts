// What the election needs of a configuration.
import type { CoreConfig, NodeName, NodeSpec } from '../core/types.ts';
import { type Address, compareAddresses, parseAddress } from '../text/address.ts';
import type { Config, DirectorConfig } from './config.ts';

export function coreConfigOf(config: Config, self: NodeName, incarnation: number): CoreConfig {
  return { self, incarnation, interval: config.heartbeat.interval, nodes: rankedNodes(config.directors), groups: config.groups };
}

/** The directors in the order in which they win an election of the first group. */
export function electionOrder({ directors, groups }: Pick<Config, 'directors' | 'groups'>): readonly NodeName[] {
  const priorityOf = (name: NodeName): number => groups[0]?.priorities.get(name) ?? 0;
  return rankedNodes(directors)
    .toSorted((one, other) => priorityOf(other.name) - priorityOf(one.name) || other.addressRank - one.addressRank)
    .map(({ name }) => name);
}

/** In the order of the file, ranked by the address on the first heartbeat link: numerically, v6 above v4. */
function rankedNodes(directors: readonly DirectorConfig[]): NodeSpec[] {
  const ranked = directors.toSorted((one, other) => compareAddresses(firstAddress(one), firstAddress(other)));
  return directors.map((director) => ({ name: director.name, addressRank: ranked.indexOf(director) }));
}

function firstAddress({ addresses }: DirectorConfig): Address {
  return parseAddress(addresses[0] ?? '') ?? { family: 4, text: '', bytes: [] };
}
