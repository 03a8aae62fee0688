// Directors and clusters go by 8 bytes on the wire: the first of SHA-256 over the name in UTF-8.
import { createHash } from 'node:crypto';
import type { NodeName } from '../core/types.ts';

/** The directors of a cluster, by name to sign with and by id to read with. */
export interface NodeIds {
  readonly idOf: ReadonlyMap<NodeName, bigint>;
  readonly nameOf: ReadonlyMap<bigint, NodeName>;
}

export const clusterId = (name: string): bigint => wireId(name);

export function nodeIds(names: readonly NodeName[]): NodeIds {
  const pairs = names.map((name) => [name, wireId(name)] as const);
  return { idOf: new Map(pairs), nameOf: new Map(pairs.map(([name, id]) => [id, name])) };
}

/** As the unsigned big-endian number that the 8 bytes are. */
function wireId(name: string): bigint {
  return createHash('sha256').update(name, 'utf8').digest().readBigUInt64BE(0);
}
