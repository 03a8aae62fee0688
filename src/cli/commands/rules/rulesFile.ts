// A rules file that an action reads: its document with what is to be warned of, or its mistakes told with their places.
import type { Config } from '../../../config/config.ts';
import { loadConfig } from '../../../config/load.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import type { Problem } from '../../../errors/place.ts';
import { type InvalidRules, type LoadedRules, loadRules, mixedFamiliesBesideSync, servicesBesideTheVips } from '../../../rules/load.ts';
import { counted, problemLines } from '../../renderProblems.ts';
import type { World } from '../../world.ts';

/** Tells the warnings. Throws VspairError: VSP_RULES_INVALID once every mistake is told; what reading the file throws. */
export function demandRules(file: string, configFile: string, world: Pick<World, 'err'>): LoadedRules {
  const read = loadRules(file);
  if (!read.ok) {
    for (const line of problemLines(read.problems, [])) world.err(line);
    throw invalidRules(read, file);
  }
  return withWarningsTold(read, configFile, world);
}

/** Tells the warnings, and gives all of them. */
export function withWarningsTold(read: LoadedRules, configFile: string, { err }: Pick<World, 'err'>): LoadedRules {
  const warnings = warningsOf(read, configFile);
  for (const line of problemLines([], warnings)) err(line);
  return { ...read, warnings };
}

/** Its problems are told by whoever met them. */
export const invalidRules = ({ problems }: InvalidRules, file: string): VspairError =>
  new VspairError({ code: 'VSP_RULES_INVALID', object: file, attempt: 'apply it', detail: counted(problems.length, 'problem'), problems });

/** A rules file can be checked where there is no configuration; then its addresses are taken as they are. */
export function warningsOf(read: LoadedRules, configFile: string): readonly Problem[] {
  try {
    const config = loadConfig(configFile);
    return config.ok ? [...read.warnings, ...warningsBeside(read, config.config)] : read.warnings;
  } catch (error) {
    if (error instanceof VspairError) return read.warnings;
    throw error;
  }
}

function warningsBeside(read: LoadedRules, { groups, ipvs }: Config): Problem[] {
  const vips = groups.flatMap((group) => group.vips.map(({ address }) => address));
  return [...servicesBesideTheVips(read, vips), ...(ipvs.connectionSync === undefined ? [] : mixedFamiliesBesideSync(read))];
}
