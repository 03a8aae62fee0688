// Can `vspair run` start here? The configuration, this director in it, its secret, its interfaces: every answer at once.
import type { DirectorConfig } from '../config/config.ts';
import { checkInterfaces } from '../config/interfaces.ts';
import { type InvalidConfig, type LoadedConfig, loadConfig } from '../config/load.ts';
import { findNode } from '../config/node.ts';
import { loadSecretHere, secretDoubts } from '../config/secretPlace.ts';
import { VspairError } from '../errors/catalogue.ts';
import type { Problem } from '../errors/place.ts';
import type { SecretKey } from '../keeper/messages.ts';
import type { GlobalOptions } from './options.ts';
import type { World } from './world.ts';

export interface Readiness {
  readonly loaded: LoadedConfig | undefined;
  readonly node: DirectorConfig | undefined;
  readonly keys: readonly SecretKey[] | undefined;
  /** Mistakes in the configuration file. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What else stands against a start. */
  readonly failures: readonly VspairError[];
}

/** Throws VspairError when there is no configuration to read. */
export function readinessOf(
  { config: file, node: flag }: GlobalOptions,
  { hostname, devices }: Pick<World, 'hostname' | 'devices'>,
): Readiness {
  const read = loadConfig(file);
  if (!read.ok) return unreadable(read);
  const node = attempt(() => findNode(read.config, flag, hostname));
  const keys = attempt(() => loadSecretHere(read.config.secretFile, process.env));
  return {
    loaded: read,
    node: node.value,
    keys: keys.value,
    problems: checkInterfaces(read, devices()),
    warnings: [...read.warnings, ...secretDoubts(read.config.secretFile, process.env)],
    failures: [...node.failures, ...keys.failures],
  };
}

const unreadable = ({ problems, warnings }: InvalidConfig): Readiness => ({
  loaded: undefined,
  node: undefined,
  keys: undefined,
  problems,
  warnings,
  failures: [],
});

interface Attempted<Value> {
  readonly value: Value | undefined;
  readonly failures: readonly VspairError[];
}

function attempt<Value>(act: () => Value): Attempted<Value> {
  try {
    return { value: act(), failures: [] };
  } catch (error) {
    if (error instanceof VspairError) return { value: undefined, failures: [error] };
    throw error;
  }
}
