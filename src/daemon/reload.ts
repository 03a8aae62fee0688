// A reload: the files are read and checked whole, compared with what is in force, and what is new is put in force, or
// nothing at all. One at a time, whether a signal or an operator asks for it.

import type { Readiness } from '../cli/readiness.ts';
import type { DaemonFiles } from '../cli/world.ts';
import type { ConfigChange } from '../config/changes.ts';
import type { Obstacle, ReloadResult } from '../control/reload.ts';
import { VspairError } from '../errors/catalogue.ts';
import { fileChanges, obstaclesTo, type Surroundings } from './reloadSafety.ts';

export interface Reload {
  readonly inForce: DaemonFiles;
  run(dryRun: boolean): Promise<ReloadResult>;
}

export interface ReloadParts {
  readonly files: DaemonFiles;
  readonly readAgain: () => Readiness;
  readonly surroundings: () => Promise<Surroundings>;
  /** Resolves when everything works by the new files. */
  readonly putInForce: (files: DaemonFiles) => Promise<void>;
  readonly report: (result: ReloadResult) => void;
}

type Refusal = Extract<ReloadResult, { readonly ok: false }>;

const restartAdvice =
  'take it back, or restart this director in place, which moves no virtual IP: systemctl kill --kill-whom=main -s SIGUSR2 vspair';

export function createReload(parts: ReloadParts): Reload {
  let inForce = parts.files;
  let last: Promise<unknown> = Promise.resolve();

  const run = async (dryRun: boolean): Promise<ReloadResult> => {
    const read = attempt(parts.readAgain);
    if ('obstacles' in read) return read;
    const changes = fileChanges(inForce, read.files);
    const refusal =
      restartRefusal(changes, read.warnings) ??
      unsafeRefusal(obstaclesTo(inForce, read.files, await parts.surroundings()), changes, read.warnings);
    if (refusal !== undefined) return refusal;
    if (!dryRun && changes.length > 0) {
      await parts.putInForce(read.files);
      inForce = read.files;
    }
    return { ok: true, changes, warnings: read.warnings };
  };

  const reported = async (dryRun: boolean): Promise<ReloadResult> => {
    const result = await run(dryRun);
    if (!dryRun) parts.report(result);
    return result;
  };

  return {
    get inForce() {
      return inForce;
    },
    run(dryRun) {
      const turn = last.then(() => reported(dryRun));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

interface Read {
  readonly files: DaemonFiles;
  readonly warnings: Readiness['warnings'];
}

function attempt(readAgain: () => Readiness): Read | Refusal {
  try {
    const { loaded, node, keys, problems, warnings, failures } = readAgain();
    if (problems.length > 0 || failures.length > 0 || loaded === undefined || node === undefined || keys === undefined)
      return { ...refused('invalid', failures.map(obstacleOf), []), problems, warnings };
    return { files: { config: loaded.config, node, keys }, warnings };
  } catch (error) {
    if (error instanceof VspairError) return refused('invalid', [obstacleOf(error)], []);
    throw error;
  }
}

const obstacleOf = ({ message, advice }: VspairError): Obstacle => ({ what: message, advice });

function restartRefusal(changes: readonly ConfigChange[], warnings: Readiness['warnings']): Refusal | undefined {
  const hard = changes.filter(({ takes }) => takes === 'restart');
  if (hard.length === 0) return undefined;
  const obstacles = hard.map(
    ({ key, does }): Obstacle => ({ what: `${key} cannot change in a running daemon: ${does}`, advice: restartAdvice }),
  );
  return { ...refused('restart', obstacles, changes), warnings };
}

const unsafeRefusal = (
  obstacles: readonly Obstacle[],
  changes: readonly ConfigChange[],
  warnings: Readiness['warnings'],
): Refusal | undefined => (obstacles.length === 0 ? undefined : { ...refused('unsafe', obstacles, changes), warnings });

const refused = (reason: Refusal['reason'], obstacles: readonly Obstacle[], changes: readonly ConfigChange[]): Refusal => ({
  ok: false,
  reason,
  obstacles,
  changes,
  problems: [],
  warnings: [],
});
