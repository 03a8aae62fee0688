// Who the directors are: one for each file, and one for each peer that no file is from.
import type { DirectorDraft, Gap } from '../configDraft.ts';
import type { Ledger } from '../ledger.ts';
import { priorityOf } from './groups.ts';
import type { Instance } from './instances.ts';
import type { KeepalivedNode } from './node.ts';
import type { Unit } from './units.ts';

/** `names` are those that somebody said, of the nodes first. */
export function directorsOf(
  nodes: readonly KeepalivedNode[],
  names: readonly string[],
  units: readonly Unit[],
  ledger: Ledger,
): DirectorDraft[] {
  const links = linksOf(units, nodes.length);
  const strangers = Math.max(0, ...links.map((link) => link.strangers.length), 2 - nodes.length);
  const own = nodes.map((node, position) => ({
    name: names[position] ??
      nameFrom(node, nodes, ledger) ?? { fillIn: `the host name of the director with ${node.file}, or give --names` },
    priority: priorityIn(units, position) ?? { fillIn: 'its priority, 1 to 254' },
    addresses: links.map(({ known, dev }) => known[position] ?? { fillIn: `the address of this director on ${dev}` }),
  }));
  return [...own, ...Array.from({ length: strangers }, (_, stranger) => strangerDraft(stranger, names[nodes.length + stranger], links))];
}

function strangerDraft(stranger: number, name: string | undefined, links: readonly Link[]): DirectorDraft {
  const addresses = links.map(
    ({ strangers, dev }): string | Gap => strangers[stranger] ?? { fillIn: `the address of that director on ${dev}` },
  );
  return {
    name: name ?? { fillIn: `the host name of ${stranger === 0 ? 'the other director' : `director ${stranger + 2}`}` },
    priority: { fillIn: '1 to 254, from its own keepalived.conf' },
    addresses,
  };
}

export const priorityIn = (units: readonly Unit[], position: number): number | undefined => {
  const head = units.flatMap(({ members }) => members[position]?.[0] ?? [])[0];
  return head === undefined ? undefined : priorityOf(head);
};

/** router_id identifies a machine; many files have the sample's, on both machines the same. */
function nameFrom(node: KeepalivedNode, nodes: readonly KeepalivedNode[], ledger: Ledger): string | undefined {
  const { routerId, file } = node;
  const fits = routerId !== undefined && /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(routerId);
  if (!fits || nodes.length < 2 || nodes.filter((other) => other.routerId === routerId).length > 1) return undefined;
  ledger.assumed(
    { place: { file, line: 1, column: 1 }, lastLine: 1 },
    `director ${routerId}`,
    'that is the router_id of the file',
    'it has to be the host name, or be given by --node',
  );
  return routerId;
}

/** What the instances of one interface tell of one heartbeat link. */
interface Link {
  readonly dev: string;
  /** By position of the node. */
  readonly known: readonly (string | undefined)[];
  /** Peers that are none of the nodes. */
  readonly strangers: readonly string[];
}

/** Each pair of addresses once; without any unicast address one link that is to be filled in. */
function linksOf(units: readonly Unit[], nodes: number): readonly Link[] {
  const instances = units.flatMap(({ members }) =>
    (members[0] ?? []).map((one, at) => [one, ...members.slice(1).map((others) => others[at])]),
  );
  const links = instances
    .map((each) => linkOf(each, nodes))
    .filter(({ known, strangers }) => [...known, ...strangers].some((address) => address !== undefined));
  const distinct = new Map(links.map((link) => [JSON.stringify([link.known, link.strangers]), link]));
  const dev = instances[0]?.[0]?.interface ?? 'a heartbeat link';
  return distinct.size > 0 ? [...distinct.values()] : [{ dev, known: [], strangers: [] }];
}

function linkOf(each: readonly (Instance | undefined)[], nodes: number): Link {
  const stated = Array.from({ length: nodes }, (_, position) => each[position]?.source?.address);
  const known = stated.map((address, position) => address ?? toldByOther(each, position, stated));
  const peers = each.flatMap((one) => one?.peers ?? []).map(({ address }) => address);
  const strangers = [...new Set(peers)].filter((address) => !known.includes(address));
  return { dev: each[0]?.interface ?? 'a heartbeat link', known, strangers };
}

/** With two nodes the one peer of the other is this one. */
function toldByOther(
  each: readonly (Instance | undefined)[],
  position: number,
  stated: readonly (string | undefined)[],
): string | undefined {
  const [only, ...more] = each.filter((_, other) => other !== position).flatMap((one) => one?.peers ?? []);
  return stated.length === 2 && more.length === 0 ? only?.address : undefined;
}
