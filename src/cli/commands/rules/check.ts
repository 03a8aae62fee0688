// `vspair rules check FILE`: every mistake in a rules file, with its place.
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { type LoadedRules, loadRules } from '../../../rules/load.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import { counted, problemJson, problemLines } from '../../renderProblems.ts';
import type { World } from '../../world.ts';
import { warningsOf } from './rulesFile.ts';

interface CheckOptions extends GlobalOptions {
  readonly file: string;
}

export function addRulesCheck(parser: Parser, choose: Choose): void {
  parser.command(
    'check <file>',
    'Check a rules file',
    (command) =>
      command
        .positional('file', { type: 'string', demandOption: true, describe: 'A rules file' })
        .example('$0 rules check rules.yaml', 'every mistake with file, line and column'),
    (options) => choose((world) => check(options, world)),
  );
}

function check(options: CheckOptions, world: World): ExitCode {
  const read = loadRules(options.file);
  const problems = read.ok ? [] : read.problems;
  const warnings = read.ok ? warningsOf(read, options.config) : [];
  const facts = { ok: read.ok, file: options.file, problems: problems.map(problemJson), warnings: warnings.map(problemJson) };
  if (options.json) world.out(JSON.stringify(facts, null, 2));
  else world.out([...problemLines(problems, warnings), conclusion(read.ok ? read : undefined, options.file, problems.length)].join('\n'));
  return read.ok ? exitCodes.ok : exitCodes.rulesInvalid;
}

function conclusion(read: LoadedRules | undefined, file: string, problems: number): string {
  if (read === undefined) return `${file}: ${counted(problems, 'problem')}`;
  const { services } = read.document;
  const servers = services.reduce((sum, service) => sum + service.servers.length, 0);
  return `${file}: in order (${counted(services.length, 'service')}, ${counted(servers, 'server')})`;
}
