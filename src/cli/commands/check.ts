// `vspair check`: every mistake in the configuration, with its place, and what the kernel lacks, before they are put to use.
import { loadConfig } from '../../config/load.ts';
import { type Finding, findingOf } from '../../doctor/check.ts';
import { ipvs } from '../../doctor/checks/ipvs.ts';
import type { KernelSeen } from '../../doctor/seen.ts';
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
    'Check the configuration, the secret, the interfaces and the kernel',
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
  const lacking = options.fileOnly ? [] : lackingIn(world.kernel());
  const exitCode = verdict(found);
  const { config: file, json } = options;
  world.out(json ? JSON.stringify(checkJson(found, lacking, file, exitCode), null, 2) : checkText(found, lacking, file));
  return exitCode;
}

/** The daemon starts all the same, and forwards nothing; what comes when it is needed is not lacking. */
const lackingIn = (kernel: KernelSeen): readonly Finding[] =>
  ipvs
    .judge({ kernel })
    .filter(({ level }) => level === 'warning' || level === 'problem')
    .map((lack) => findingOf(ipvs, lack));

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

function checkText(found: Readiness, lacking: readonly Finding[], file: string): string {
  const failures = found.failures.map((failure) => `${failure.message} [${failure.code}]\n  ${failure.advice}`);
  const lacks = lacking.map(({ text, why, fix }) => `warning: ${text}: ${why ?? ''}\n  ${fix ?? ''}`);
  return [...problemLines(found.problems, found.warnings), ...failures, ...lacks, conclusion(found, lacking.length, file)].join('\n');
}

function conclusion({ loaded, node, problems, warnings, failures }: Readiness, lacks: number, file: string): string {
  const wrong = problems.length + failures.length;
  const doubts = warnings.length + lacks;
  const warned = doubts === 0 ? '' : `, ${counted(doubts, 'warning')}`;
  if (wrong > 0 || loaded === undefined) return `${file}: ${counted(wrong, 'problem')}${warned}`;
  const { cluster, directors, groups } = loaded.config;
  const vips = groups.reduce((sum, group) => sum + group.vips.length, 0);
  const parts = `cluster ${cluster}, ${counted(directors.length, 'director')}, ${counted(groups.length, 'group')}, ${counted(vips, 'virtual IP')}`;
  return `${file}: in order${warned} (${parts}${node === undefined ? '' : `; this is ${node.name}`})`;
}

const checkJson = ({ node, problems, warnings, failures }: Readiness, lacking: readonly Finding[], file: string, exitCode: ExitCode) => ({
  ok: exitCode === exitCodes.ok,
  config: file,
  node: node?.name ?? null,
  problems: problems.map(problemJson),
  warnings: warnings.map(problemJson),
  failures: failures.map(failureJson),
  lacking: lacking.map(({ check: id, text, why, fix }) => ({ check: id, text, why, fix })),
});
