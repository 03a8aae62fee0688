// The rules store that the configuration names, starting from the copy on disk.
import type { StateBackend } from '../config/config.ts';
import type { NodeName } from '../core/types.ts';
import type { OnFileProblem } from './fileProblem.ts';
import { openLocalCopy } from './localCopy.ts';
import { createLocalStore } from './localStore.ts';
import { createPeerStore } from './peerStore.ts';
import { accessTo, type RedisTimings, redisTimings } from './redisAccess.ts';
import { createRedisStore } from './redisStore.ts';
import type { RulesStore, StoreEvent } from './rulesStore.ts';

export interface RulesStoreOptions {
  readonly state: StateBackend;
  readonly node: NodeName;
  /** Every director, this one included, in the order in which they win an election. Left out: this one alone. */
  readonly directors?: readonly NodeName[];
  /** The version of vspair, for what it writes. */
  readonly writtenBy: string;
  /** The state directory. */
  readonly directory: string;
  readonly onProblem: OnFileProblem;
  readonly report: (event: StoreEvent) => void;
  readonly seen?: () => Readonly<Record<string, unknown>>;
  readonly timings?: Partial<RedisTimings>;
  readonly peerPollMs?: number;
}

/** The safety net only: changes are sent when they are made, and after each connection. */
const peerPollMs = 5_000;

/** Does not wait for the network. Throws VspairError when a file that the configuration names cannot be read. */
export async function openRulesStore(options: RulesStoreOptions): Promise<RulesStore> {
  const { state, node, writtenBy, directory, onProblem, report } = options;
  const copy = await openLocalCopy({ directory, version: writtenBy, onProblem });
  switch (state.backend) {
    case 'none':
      return createLocalStore({ copy, node, writtenBy });
    case 'peer':
      return createPeerStore({
        copy,
        node,
        directors: options.directors ?? [node],
        writtenBy,
        pollMs: options.peerPollMs ?? peerPollMs,
        onProblem,
        report,
      });
    case 'redis':
      return createRedisStore({
        access: accessTo(state, { ...redisTimings, ...options.timings }),
        prefix: state.prefix,
        pollMs: state.poll,
        node,
        writtenBy,
        initial: copy.initial,
        copy,
        onProblem,
        report,
        seen: options.seen ?? (() => ({})),
      });
  }
}
