// `vspair init`: from a few answers to the files of a new pair, and the commands that are left to give.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { newSecretText, secretFile } from '../../config/keygen.ts';
import { loadSecret } from '../../config/secret.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { demandWritable, makeDirectory, type NewFile, writeNewFiles } from '../../text/newFiles.ts';
import type { Choose, Parser } from '../cli.ts';
import type { Answers, Key, Machine } from '../init/answers.ts';
import { type PairFiles, pairFilesOf } from '../init/files.ts';
import { answersOf, example } from '../init/interview.ts';
import { machineOf } from '../init/machine.ts';
import { nextSteps, stepLines } from '../init/nextSteps.ts';
import { questions } from '../init/questions.ts';
import type { GlobalOptions } from '../options.ts';
import { problemJson, problemLines } from '../renderProblems.ts';
import type { World } from '../world.ts';

interface InitOptions extends GlobalOptions, Readonly<Record<Exclude<Key, 'node'>, string | undefined>> {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
}

const answer = (key: Key) => ({ type: 'string', requiresArg: true, describe: questions[key].asks }) as const;

/** One for each question; the node's name is an option of all commands. */
const answers = {
  cluster: answer('cluster'),
  peer: answer('peer'),
  addresses: answer('addresses'),
  'peer-addresses': answer('peerAddresses'),
  forward: answer('forward'),
  vip: answer('vip'),
  dev: answer('dev'),
  gateway: answer('gateway'),
  'gateway-dev': answer('gatewayDev'),
  vrid: answer('vrid'),
  sync: answer('sync'),
  servers: answer('servers'),
  port: answer('port'),
} as const;

export function addInit(parser: Parser, choose: Choose): void {
  parser.command(
    'init',
    'Write configuration, secret and first rules of a new pair; asks for what no flag says',
    (command) =>
      command
        .options(answers)
        .option('yes', { type: 'boolean', default: false, describe: 'Take the suggestions instead of asking' })
        .option('dry-run', { type: 'boolean', default: false, describe: 'Print what would be written' })
        .option('force', { type: 'boolean', default: false, describe: 'Replace configuration and rules if there are any' })
        .example('$0 init', 'at a terminal, on the director that is to be active first')
        .example(`${example.replace('vspair', '$0')} --yes`, 'without questions')
        .example('$0 init --config ./vspair.yaml --dry-run', 'look at it first'),
    (options) => choose((world) => init(options, world)),
  );
}

async function init(options: InitOptions, world: World): Promise<ExitCode> {
  const config = resolve(options.config);
  // Nobody should answer a dozen questions to be refused then.
  if (!options.dryRun) demandPlace(config, options.force);
  const machine = machineOf(world);
  const given = await answersFrom(options, machine, world);
  const files = pairFilesOf(given, config, machine);
  const outcome = { given, files, keptSecret: secretIsThere(files.places.secret, options) };
  if (!options.dryRun) write(outcome, options);
  world.out(options.json ? JSON.stringify(initJson(outcome, options), null, 2) : initText(outcome, options, world).join('\n'));
  return exitCodes.ok;
}

function demandPlace(config: string, replace: boolean): void {
  if (existsSync(config) && !replace)
    throw new VspairError({ code: 'VSP_FILE_EXISTS', object: config, attempt: 'write it', detail: 'it exists already' });
  demandWritable(dirname(config));
}

function answersFrom(flags: InitOptions, machine: Machine, { converse, err }: World): Promise<Answers> {
  const tell = (text: string): void => err(`  ${text}`);
  if (flags.yes || converse === undefined) return answersOf({ flags, machine, ask: undefined, tell });
  err('Enter takes the suggestion in brackets; Control-C leaves, and nothing is written.');
  return converse((ask) => answersOf({ flags, machine, ask, tell }));
}

interface Outcome {
  readonly given: Answers;
  readonly files: PairFiles;
  /** The other director may have it already: replacing it would part the two. */
  readonly keptSecret: boolean;
}

/** Throws VspairError for one that no director takes, unless it may be replaced. */
function secretIsThere(file: string, { force }: InitOptions): boolean {
  if (!existsSync(file)) return false;
  try {
    return loadSecret(file).length > 0;
  } catch (error) {
    if (force) return false;
    throw error;
  }
}

function write({ files: { places, config, rules }, keptSecret }: Outcome, { force }: InitOptions): void {
  const files: NewFile[] = [
    ...(keptSecret ? [] : [secretFile(places.secret, newSecretText())]),
    ...(rules === undefined ? [] : [{ file: places.rules, text: rules, mode: 0o644 }]),
    // The last one: what a daemon starts from is there when all it names is.
    { file: places.config, text: config, mode: 0o644 },
  ];
  makeDirectory(dirname(places.config));
  writeNewFiles(files, force);
}

function initText({ given, files, keptSecret }: Outcome, { dryRun }: InitOptions, { hostname }: World): string[] {
  const { places, config, rules } = files;
  const secret = `${places.secret} (${keptSecret ? 'the one that is there' : 'new, mode 0600'})`;
  const names = [places.config, ...(rules === undefined ? [] : [places.rules]), secret];
  const shown = [`# ${places.config}`, config, ...(rules === undefined ? [] : [`# ${places.rules}`, rules])];
  return [
    ...(dryRun ? [...shown, `Would be written: ${names.join(', ')}`] : [`Written: ${names.join(', ')}`]),
    ...problemLines([], files.warnings),
    ...remarks(given, hostname),
    '',
    ...stepLines(nextSteps(given, files)),
  ];
}

function remarks({ node, addresses }: Answers, hostname: string): string[] {
  const foreign = `${node} is not the name of this host, ${hostname}: vspair run and vspair check need --node ${node}.`;
  const single = 'Only one heartbeat link: when it is cut both directors become active. A second one over another switch prevents that.';
  return [...(node === hostname ? [] : [foreign]), ...(addresses.length > 1 ? [] : [single])];
}

const initJson = ({ given, files, keptSecret }: Outcome, { dryRun }: InitOptions) => ({
  ok: true,
  written: !dryRun,
  files: {
    config: { file: files.places.config, text: files.config },
    rules: files.rules === undefined ? null : { file: files.places.rules, text: files.rules },
    secret: { file: files.places.secret, isNew: !keptSecret },
  },
  warnings: files.warnings.map(problemJson),
  nextSteps: nextSteps(given, files),
});
