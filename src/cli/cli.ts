// The command line: which command with which options. It parses and then runs; yargs itself runs nothing, because it
// would call a command's handler while completing a word at the press of TAB.
import yargs from 'yargs';
import { type ExitCode, exitCodes } from '../errors/exit-codes.ts';
import { namesToComplete } from './completion.ts';
import { reportFailure } from './failure.ts';
import { globalOptions } from './options.ts';
import { notUnderstood, plainStrings, withHelpOf } from './usage.ts';
import type { World } from './world.ts';

/** What a parsed command line asks for. */
export type Work = (world: World) => Promise<ExitCode> | ExitCode;

/** The options and commands of a parser that commands are added to. */
export type Parser = ReturnType<typeof parserWithOptions>;

/** Takes the work of the command that was named. */
export type Choose = (work: Work) => void;

/** In the order in which help lists them. */
export const commands: Readonly<Record<string, () => Promise<(parser: Parser, choose: Choose) => void>>> = {
  run: async () => (await import('./commands/run.ts')).addRun,
  status: async () => (await import('./commands/status.ts')).addStatus,
  failover: async () => (await import('./commands/failover.ts')).addFailover,
  failback: async () => (await import('./commands/failback.ts')).addFailback,
  maintenance: async () => (await import('./commands/maintenance.ts')).addMaintenance,
  drill: async () => (await import('./commands/drill.ts')).addDrill,
  release: async () => (await import('./commands/release.ts')).addRelease,
  events: async () => (await import('./commands/events/events.ts')).addEvents,
  alerts: async () => (await import('./commands/alerts.ts')).addAlerts,
  reload: async () => (await import('./commands/reload.ts')).addReload,
  rules: async () => (await import('./commands/rules/rules.ts')).addRules,
  migrate: async () => (await import('./commands/migrate.ts')).addMigrate,
  init: async () => (await import('./commands/init.ts')).addInit,
  check: async () => (await import('./commands/check.ts')).addCheck,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  keygen: async () => (await import('./commands/keygen.ts')).addKeygen,
};

export async function runCli(words: readonly string[], world: World): Promise<ExitCode> {
  try {
    if (words.length === 0) return await helped(world);
    const { work, text } = await parse(words, world.version);
    if (text !== '') world.out(text);
    return work === undefined ? exitCodes.ok : await work(world);
  } catch (error) {
    return reportFailure(withHelpOf(words, error, Object.keys(commands)), words.includes('--json'), world);
  }
}

/** Somebody's first try: the commands say more than an error would. To standard error, since nothing was asked for. */
async function helped({ version, err }: World): Promise<ExitCode> {
  err((await parse(['--help'], version)).text);
  return exitCodes.usage;
}

/** `text` is what yargs itself answers: help, version or completions. Then there is no work. */
async function parse(words: readonly string[], version: string): Promise<{ readonly work: Work | undefined; readonly text: string }> {
  const names = words[0] === '--get-yargs-completions' ? namesToComplete(words.slice(1)) : undefined;
  if (names !== undefined) return { work: undefined, text: names.join('\n') };
  let work: Work | undefined;
  let text = '';
  const parser = parserWithOptions(version);
  const choose: Choose = (chosen) => {
    work = chosen;
  };
  for (const load of commandsFor(words)) (await load())(parser, choose);
  parser.parseSync([...words], {}, (error, _, output) => {
    if (error) throw notUnderstood(error.message, output);
    text = output;
  });
  return text === '' ? { work, text } : { work: undefined, text };
}

/** A command that is named loads nothing of the others: a daemon starts sooner, and needs less memory. */
function commandsFor([first = '']: readonly string[]) {
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}

function parserWithOptions(version: string) {
  return yargs()
    .scriptName('vspair')
    .usage('vspair keeps a pair of Linux Virtual Server directors highly available.\n\nUsage: $0 <command> [options]')
    .parserConfiguration({ 'duplicate-arguments-array': false, 'boolean-negation': false })
    .options(globalOptions)
    .completion('completion', 'Print a completion script for bash, zsh or fish, whichever SHELL names')
    .demandCommand(1, 'which command? vspair --help lists them')
    .recommendCommands()
    .strict()
    .version(version)
    .help()
    .locale('en')
    .updateStrings(plainStrings)
    .example('$0 check', 'before anything else')
    .example('$0 status', 'would the pair survive a failure now?')
    .example('$0 failover --yes', 'hand over to the other director')
    .epilogue(
      'Exit codes: 0 done, 3 not healthy, 4 refused, 5 no daemon, 6 rules invalid, 78 configuration invalid. ' +
        'Of status: 20 not redundant, 21 peer not heard, 22 both active, 23 nobody active. Of drill: 24 ended before it was through. ' +
        'All of them are in vspair(1).',
    )
    .wrap(100);
}
