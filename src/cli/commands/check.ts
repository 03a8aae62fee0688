// `vspair check`: every mistake in the configuration, with its place, before it is put to use.
import { loadConfig } from '../../config/load.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Choose, Parser } from '../cli.ts';
import { failureJson } from '../failure.ts';
import type { GlobalOptions } from '../options.ts';
import { type Readiness, readinessOf } from '../readiness.ts';
import { counted, problemJson, problemLines } from '../renderProblems.ts';
import type { World } from '../world.ts';

interface CheckOptions extends GlobalOptions {
  readonly fileOnly: boolean;
}

export function addCheck(parser: Parser, choose: Choose): void {
  parser.command(
    'check',
    'Check the configuration, the secret and the interfaces',
    (command) =>
      command
        .option('file-only', { type: 'boolean', default: false, describe: 'Only the file: this machine is none of the directors' })
        .example('$0 check', 'what vspair run would find, on this director')
        .example('$0 check --file-only --config new.yaml', 'a file for other machines'),
    (options) => choose((world) => check(options, world)),
  );
}

function check(options: CheckOptions, world: World): ExitCode {
  const found = options.fileOnly ? fileAlone(options.config) : readinessOf(options, world);
  const exitCode = verdict(found);
  world.out(options.json ? JSON.stringify(checkJson(found, options.config, exitCode), null, 2) : checkText(found, options.config));
  return exitCode;
}

function fileAlone(file: string): Readiness {
  const read = loadConfig(file);
  return {
    loaded: read.ok ? read : undefined,
    node: undefined,
    keys: undefined,
    problems: read.ok ? [] : read.problems,
    warnings: read.warnings,
    failures: [],
  };
}

export function verdict({ problems, failures }: Readiness): ExitCode {
  if (problems.length > 0) return exitCodes.configInvalid;
  return failures[0]?.exitCode ?? exitCodes.ok;
}

function checkText(found: Readiness, file: string): string {
  const failures = found.failures.map((failure) => `${failure.message} [${failure.code}]\n  ${failure.advice}`);
  return [...problemLines(found.problems, found.warnings), ...failures, conclusion(found, file)].join('\n');
}

function conclusion({ loaded, node, problems, warnings, failures }: Readiness, file: string): string {
  const wrong = problems.length + failures.length;
  const warned = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`;
  if (wrong > 0 || loaded === undefined) return `${file}: ${counted(wrong, 'problem')}${warned}`;
  const { cluster, directors, groups } = loaded.config;
  const vips = groups.reduce((sum, group) => sum + group.vips.length, 0);
  const parts = `cluster ${cluster}, ${counted(directors.length, 'director')}, ${counted(groups.length, 'group')}, ${counted(vips, 'virtual IP')}`;
  return `${file}: in order${warned} (${parts}${node === undefined ? '' : `; this is ${node.name}`})`;
}

const checkJson = ({ node, problems, warnings, failures }: Readiness, file: string, exitCode: ExitCode) => ({
  ok: exitCode === exitCodes.ok,
  config: file,
  node: node?.name ?? null,
  problems: problems.map(problemJson),
  warnings: warnings.map(problemJson),
  failures: failures.map(failureJson),
});
