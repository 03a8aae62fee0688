// The command line: which command with which options. It parses and then runs; yargs itself runs nothing, because it
// would call a command's handler while completing a word at the press of TAB.
import yargs from 'yargs';
import { VspairError } from '../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../errors/exit-codes.ts';
import { addCheck } from './commands/check.ts';
import { addFailover } from './commands/failover.ts';
import { addKeygen } from './commands/keygen.ts';
import { addMaintenance } from './commands/maintenance.ts';
import { addMigrate } from './commands/migrate.ts';
import { addRules } from './commands/rules/rules.ts';
import { addRun } from './commands/run.ts';
import { addStatus } from './commands/status.ts';
import { reportFailure } from './failure.ts';
import { globalOptions } from './options.ts';
import type { World } from './world.ts';

/** What a parsed command line asks for. */
export type Work = (world: World) => Promise<ExitCode> | ExitCode;

/** The options and commands of a parser that commands are added to. */
export type Parser = ReturnType<typeof parserWithOptions>;

/** Takes the work of the command that was named. */
export type Choose = (work: Work) => void;

export async function runCli(words: readonly string[], world: World): Promise<ExitCode> {
  try {
    const { work, text } = parse(words, world.version);
    if (text !== '') world.out(text);
    return work === undefined ? exitCodes.ok : await work(world);
  } catch (error) {
    return reportFailure(error, words.includes('--json'), world);
  }
}

/** `text` is what yargs itself answers: help, version or completions. Then there is no work. */
function parse(words: readonly string[], version: string): { readonly work: Work | undefined; readonly text: string } {
  let work: Work | undefined;
  let text = '';
  const parser = parserOf(version, (chosen) => {
    work = chosen;
  });
  parser.parseSync([...words], {}, (error, _, output) => {
    if (error) throw new VspairError({ code: 'VSP_USAGE', object: 'command line', attempt: 'understand it', detail: error.message });
    text = output;
  });
  return text === '' ? { work, text } : { work: undefined, text };
}

function parserOf(version: string, choose: Choose): Parser {
  const parser = parserWithOptions(version);
  const commands = [addRun, addStatus, addFailover, addMaintenance, addRules, addMigrate, addCheck, addKeygen];
  for (const add of commands) add(parser, choose);
  return parser;
}

function parserWithOptions(version: string) {
  return yargs()
    .scriptName('vspair')
    .usage('vspair keeps a pair of Linux Virtual Server directors highly available.\n\nUsage: $0 <command> [options]')
    .parserConfiguration({ 'duplicate-arguments-array': false, 'boolean-negation': false })
    .options(globalOptions)
    .completion('completion', 'Print a completion script for bash or zsh')
    .demandCommand(1, 'which command? vspair --help lists them')
    .recommendCommands()
    .strict()
    .version(version)
    .help()
    .locale('en')
    .example('$0 check', 'before anything else')
    .example('$0 status', 'would the pair survive a failure now?')
    .example('$0 failover --yes', 'hand over to the other director')
    .epilogue(
      'Exit codes: 0 done, 3 not healthy, 4 refused, 5 no daemon, 6 rules invalid, 78 configuration invalid; all of them in EXIT-CODES.md.',
    )
    .wrap(100);
}
