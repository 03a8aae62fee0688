// The hardware addresses of the interfaces with virtual IPs, of every director: who else answers for one is a stranger.
import type { NodeName } from '../core/types.ts';
import type { KeeperSnapshot } from '../keeper/messages.ts';

export interface Hardware {
  /** Undefined while one of the directors has not been asked with success yet. What was known of one that is away still counts. */
  known(): Promise<ReadonlySet<string> | undefined>;
}

export interface HardwareParts {
  readonly others: readonly NodeName[];
  readonly own: () => Promise<KeeperSnapshot>;
  /** Rejects when it cannot be reached. */
  readonly ofPeer: (peer: NodeName) => Promise<KeeperSnapshot>;
}

export function knowHardware({ others, own, ofPeer }: HardwareParts): Hardware {
  const remembered = new Map<NodeName, readonly string[]>();

  const learn = async (peer: NodeName): Promise<void> => {
    const snapshot = await ofPeer(peer).catch(() => undefined);
    if (snapshot !== undefined) remembered.set(peer, addressesOf(snapshot));
  };

  return {
    async known() {
      await Promise.all(others.map(learn));
      if (others.some((peer) => (remembered.get(peer) ?? []).length === 0)) return undefined;
      return new Set([...addressesOf(await own()), ...[...remembered.values()].flat()]);
    },
  };
}

const addressesOf = ({ links }: KeeperSnapshot): readonly string[] => links.flatMap(({ mac = '' }) => (mac === '' ? [] : [mac]));
