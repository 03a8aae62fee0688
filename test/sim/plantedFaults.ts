// npm run sim:faults: plants one mistake after the other in a copy of the source, and shows which test notices it: the
// table tests of the core, a scenario, or the simulator by its seed. A mistake that nobody notices makes it fail.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Plant, plants } from './plants.ts';

/** How many the simulator may take to notice. */
const seeds = 60;

const root = join(import.meta.dirname, '../..');

/** A copy of the source in which to plant; `remove` it in the end. */
export interface Greenhouse {
  readonly directory: string;
  remove(): void;
}

export function createGreenhouse(): Greenhouse {
  const directory = mkdtempSync(join(tmpdir(), 'vspair-plants-'));
  for (const part of ['src', 'test/core', 'test/sim', 'test/vitest.config.ts', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, part), join(directory, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}

/** Lets `look` see the source with the mistake in it. */
export function withPlant<Result>(greenhouse: Greenhouse, plant: Plant, look: () => Result): Result {
  const file = join(greenhouse.directory, plant.file);
  const healthy = readFileSync(file, 'utf8');
  const parts = healthy.split(plant.find);
  if (parts.length !== 2)
    throw new Error(`"${plant.mistake}" does not fit any more: its line stands ${parts.length - 1} times in ${plant.file}`);
  writeFileSync(file, parts.join(plant.replace));
  try {
    return look();
  } finally {
    writeFileSync(file, healthy);
  }
}

/** The first failing seed from 1 and what was wrong; undefined when the simulator noticed nothing. */
export function noticedBySimulator({ directory }: Greenhouse, seeds: number): string | undefined {
  const told = run(directory, ['test/sim/main.ts', '--seed', '1', '--count', String(seeds), '--first']);
  return /^seed (\d+) at .*$/m.exec(told)?.[0];
}

/** The title of the first test that fails among those whose files match. */
function noticedByTests({ directory }: Greenhouse, files: string): string | undefined {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const told = run(directory, [
    vitest,
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project',
    'unit',
    '--reporter=json',
    '--bail=1',
    files,
  ]);
  const report = told.slice(told.indexOf('{'));
  return (
    /"status":"failed","title":"((?:[^"\\]|\\.)*)"/.exec(report)?.[1] ??
    (report.includes('"success":true') ? undefined : 'it does not run to its end')
  );
}

/** What the command printed, whether it failed or not. */
function run(directory: string, command: readonly string[]): string {
  try {
    return execFileSync(process.execPath, command, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
      timeout: 180_000,
    });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
    throw error;
  }
}

interface Noticed {
  readonly core: string | undefined;
  readonly scenario: string | undefined;
  readonly simulator: string | undefined;
}

function lookForMistakes(greenhouse: Greenhouse): Noticed {
  return {
    core: noticedByTests(greenhouse, 'test/core'),
    scenario: noticedByTests(greenhouse, 'test/sim/scenarios'),
    simulator: noticedBySimulator(greenhouse, seeds),
  };
}

const isNoticed = ({ core, scenario, simulator }: Noticed): boolean => (core ?? scenario ?? simulator) !== undefined;

function printTable(greenhouse: Greenhouse): void {
  const healthy = lookForMistakes(greenhouse);
  if (isNoticed(healthy)) throw new Error(`the source is not healthy to begin with: ${JSON.stringify(healthy)}`);
  let unnoticed = 0;
  for (const plant of plants) {
    const noticed = withPlant(greenhouse, plant, () => lookForMistakes(greenhouse));
    if (!isNoticed(noticed)) unnoticed += 1;
    console.log(`${plant.mistake} (${plant.file})`);
    console.log(`  core:      ${noticed.core ?? '-'}\n  scenario:  ${noticed.scenario ?? '-'}\n  simulator: ${noticed.simulator ?? '-'}`);
  }
  console.log(`${plants.length} mistakes planted, ${unnoticed} not noticed`);
  process.exitCode = unnoticed === 0 ? 0 : 1;
}

if (import.meta.main) {
  const greenhouse = createGreenhouse();
  try {
    printTable(greenhouse);
  } finally {
    greenhouse.remove();
  }
}
