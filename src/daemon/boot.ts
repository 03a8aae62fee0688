// From the configuration to what the keeper is born with.
import type { Config, DirectorConfig } from '../config/config.ts';
import { coreConfigOf } from '../config/core.ts';
import { activeDownInterval } from '../core/timers.ts';
import type { RulesMark } from '../core/types.ts';
import { renewalsPerLease } from '../keeper/leases.ts';
import type { HeartbeatLink, KeeperBoot, KeeperConfig, SecretKey } from '../keeper/messages.ts';
import type { NodeState } from '../store/nodeState.ts';

export interface BootParts {
  readonly config: Config;
  readonly node: DirectorConfig;
  readonly keys: readonly SecretKey[];
  readonly memory: NodeState;
  readonly rules: RulesMark;
}

/** `incarnation`: of a keeper that runs already its own one counts. */
export function keeperConfig({ config, node, keys }: Pick<BootParts, 'config' | 'node' | 'keys'>, incarnation: number): KeeperConfig {
  return {
    core: coreConfigOf(config, node.name, incarnation),
    keys,
    links: heartbeatLinks(config, node),
    leaseSeconds: leaseSeconds(config),
  };
}

export function keeperBoot({ memory, rules, ...files }: BootParts): KeeperBoot {
  const { config } = files;
  return {
    ...keeperConfig(files, memory.incarnation),
    cluster: config.cluster,
    port: config.heartbeat.port,
    marks: memory.marks,
    maintenance: memory.maintenance() !== undefined,
    rules,
  };
}

/**
 * Longer than a backup waits, even when the daemon is killed right before a renewal: then nobody would hold the address
 * until the takeover. No longer than need be, so that a dead director does not go on answering. The kernel counts it in
 * whole seconds.
 */
function leaseSeconds(config: Config): number {
  const patience = activeDownInterval(1, config.heartbeat.interval) / 1_000;
  return Math.max(2, Math.ceil(patience / (1 - 1 / renewalsPerLease)));
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
