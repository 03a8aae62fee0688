// Reads the configuration file: a Config, or all that is wrong with it, each with its place.

import type { GroupSpec, Vip } from '../core/types.ts';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { inOrder, type Problem } from '../errors/place.ts';
import { problemsOf } from '../text/shape.ts';
import { type PlaceOf, readYaml, readYamlFile, type YamlReading } from '../text/yaml.ts';
import { channelsOf } from './alerts.ts';
import type { Config, DirectorConfig, IpvsConfig, StateBackend } from './config.ts';
import { draftOf } from './draft.ts';
import { ipvsSysctls } from './ipvsSysctls.ts';
import { redisOf } from './redis.ts';
import { contradictions, doubts } from './relations.ts';
import { type ConfigShape, configSchema } from './schema.ts';

export interface LoadedConfig {
  readonly ok: true;
  readonly config: Config;
  readonly warnings: readonly Problem[];
  /** For what is found later, such as an interface that this machine does not have. */
  readonly placeOf: PlaceOf;
}

export interface InvalidConfig {
  readonly ok: false;
  /** Never empty; in the order of the file. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Throws VspairError when the file cannot be read. */
export function loadConfig(file: string): LoadedConfig | InvalidConfig {
  try {
    return configOf(readYamlFile(file), file);
  } catch (error) {
    if (!(error instanceof VspairError) || errnoOf(error.cause) !== 'ENOENT') throw error;
    throw error.advising('make one by vspair init, or copy it from the other director');
  }
}

export const parseConfig = (text: string, file: string): LoadedConfig | InvalidConfig => configOf(readYaml(text, file), file);

function configOf({ tree, problems: syntax }: YamlReading, file: string): LoadedConfig | InvalidConfig {
  if (tree === undefined) return { ok: false, problems: syntax, warnings: [] };
  const draft = draftOf(tree.value);
  const shape = configSchema.safeParse(tree.value);
  const warnings = inOrder(doubts(draft, tree));
  const isMapping = typeof tree.value === 'object' && tree.value !== null;
  const problems = inOrder([
    ...syntax,
    ...(shape.success ? [] : problemsOf(shape.error, tree)),
    ...(isMapping ? contradictions(draft, tree) : []),
  ]);
  if (!shape.success || problems.length > 0) return { ok: false, problems, warnings };
  return { ok: true, config: resolved(shape.data, file), warnings, placeOf: tree.placeOf };
}

function resolved(shape: ConfigShape, file: string): Config {
  const directors = Object.entries(shape.directors).map(([name, { priority, addresses }]) => ({
    name,
    priority,
    addresses: addresses.map(({ text }) => text),
  }));
  return {
    file,
    cluster: shape.cluster,
    secretFile: shape.secretFile,
    directors,
    heartbeat: shape.heartbeat,
    groups: shape.groups.map((group) => groupOf(group, directors)),
    state: stateOf(shape),
    ipvs: ipvsOf(shape.ipvs),
    alerts: shape.alerts.flatMap(channelsOf),
    metrics: shape.metrics,
    // The same number as the adverts': one line in a firewall opens both.
    control: { socket: shape.control.socket, peerPort: shape.control.peerPort ?? shape.heartbeat.port },
    log: shape.log,
  };
}

function ipvsOf({ sysctls, timeouts, connectionSync, ...rest }: ConfigShape['ipvs']): IpvsConfig {
  const wishes = Object.entries(ipvsSysctls).flatMap(([name, { path }]) => {
    const value = sysctls[name];
    return value === undefined ? [] : [{ path, value }];
  });
  return {
    ...rest,
    connectionSync: connectionSync === undefined ? undefined : { ...connectionSync, maxLength: connectionSync.maxLength },
    timeouts: { tcp: timeouts.tcp, tcpFin: timeouts.tcpFin, udp: timeouts.udp },
    sysctls: wishes,
  };
}

function groupOf(shape: ConfigShape['groups'][number], directors: readonly DirectorConfig[]): GroupSpec {
  return {
    name: shape.name,
    vrid: shape.vrid,
    vips: shape.vips.map(({ address, dev }): Vip => ({ family: address.family, address: address.text, prefix: address.prefix, dev })),
    preempt: shape.preempt,
    preemptDelay: shape.preemptDelay,
    priorities: new Map(directors.map(({ name, priority }) => [name, shape.priorities[name] ?? priority])),
  };
}

const stateOf = ({ state, cluster }: ConfigShape): StateBackend => (state.backend === 'redis' ? redisOf(state, cluster) : state);
