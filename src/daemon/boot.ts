// From the configuration to what the keeper is born with.
import type { Config, DirectorConfig } from '../config/config.ts';
import { coreConfigOf } from '../config/core.ts';
import { activeDownInterval } from '../core/timers.ts';
import type { RulesMark } from '../core/types.ts';
import type { HeartbeatLink, KeeperBoot, SecretKey } from '../keeper/messages.ts';
import type { NodeState } from '../store/nodeState.ts';

export interface BootParts {
  readonly config: Config;
  readonly node: DirectorConfig;
  readonly keys: readonly SecretKey[];
  readonly memory: NodeState;
  readonly rules: RulesMark;
}

export function keeperBoot({ config, node, keys, memory, rules }: BootParts): KeeperBoot {
  return {
    core: coreConfigOf(config, node.name, memory.incarnation),
    cluster: config.cluster,
    keys,
    port: config.heartbeat.port,
    links: heartbeatLinks(config, node),
    marks: memory.marks,
    maintenance: memory.maintenance,
    leaseSeconds: leaseSeconds(config),
    rules,
  };
}

/**
 * Longer than a backup waits, so that a director that may still serve never loses an address; no longer than need be,
 * so that a dead one does not go on answering. The kernel counts it in whole seconds.
 */
function leaseSeconds(config: Config): number {
  return Math.ceil(activeDownInterval(1, config.heartbeat.interval) / 1_000) + 1;
}

function heartbeatLinks(config: Config, node: DirectorConfig): readonly HeartbeatLink[] {
  const peers = config.directors.filter((director) => director.name !== node.name);
  return node.addresses.map((local, link) => ({
    local,
    peers: peers.flatMap(({ name, addresses }) => {
      const address = addresses[link];
      return address === undefined ? [] : [{ node: name, address }];
    }),
  }));
}
