// `vspair rules apply|show|check`: the virtual services and real servers that the directors share.
import { loadConfig } from '../../config/load.ts';
import type { ControlClient } from '../../control/client.ts';
import type { RulesApplyResult } from '../../control/protocol.ts';
import { type ErrorCode, VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Problem } from '../../errors/place.ts';
import { type LoadedRules, loadRules, servicesBesideTheVips } from '../../rules/load.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import type { GlobalOptions } from '../options.ts';
import { counted, problemJson, problemLines } from '../renderProblems.ts';
import { revisionText } from '../renderRules.ts';
import type { World } from '../world.ts';

interface FileOptions extends GlobalOptions {
  readonly file: string;
}

interface ApplyOptions extends FileOptions {
  readonly message: string;
  readonly expectedRevision: number | undefined;
}

export function addRules(parser: Parser, choose: Choose): void {
  parser.command('rules', 'Check, apply or show the virtual services and real servers', (command) => {
    addActions(command, choose);
    return command.demandCommand(1, 'which action? vspair rules --help lists them');
  });
}

function addActions(parser: Parser, choose: Choose): void {
  parser
    .command(
      'check <file>',
      'Check a rules file',
      (command) => command.positional('file', { type: 'string', demandOption: true }).example('$0 rules check rules.yaml', ''),
      (options) => choose((world) => check(options, world)),
    )
    .command(
      'apply <file>',
      'Put a rules file into use on every director',
      (command) =>
        command
          .positional('file', { type: 'string', demandOption: true })
          .option('message', { type: 'string', default: '', alias: 'm', requiresArg: true, describe: 'Why, for the history' })
          .option('expected-revision', { type: 'number', requiresArg: true, describe: 'Refuse unless this revision is in use now' })
          .example('$0 rules apply rules.yaml -m "real3 added"', ''),
      (options) => choose((world) => apply(options, world)),
    )
    .command(
      'show',
      'Show the rules in use, in the form of a rules file',
      (command) => command.example('$0 rules show > rules.yaml', ''),
      (options) => choose((world) => askDaemon(options, world, (client) => show(client, options, world))),
    );
}

function check(options: FileOptions, world: World): ExitCode {
  const read = loadRules(options.file);
  const problems = read.ok ? [] : read.problems;
  const warnings = read.ok ? warningsOf(read, options.config) : [];
  if (options.json)
    world.out(
      JSON.stringify(
        { ok: read.ok, file: options.file, problems: problems.map(problemJson), warnings: warnings.map(problemJson) },
        null,
        2,
      ),
    );
  else world.out([...problemLines(problems, warnings), conclusion(read.ok ? read : undefined, options.file, problems.length)].join('\n'));
  return read.ok ? exitCodes.ok : exitCodes.rulesInvalid;
}

/** A rules file can be checked where there is no configuration; then its addresses are taken as they are. */
function warningsOf(read: LoadedRules, configFile: string): readonly Problem[] {
  try {
    const config = loadConfig(configFile);
    const vips = config.ok ? config.config.groups.flatMap((group) => group.vips.map(({ address }) => address)) : undefined;
    return vips === undefined ? read.warnings : [...read.warnings, ...servicesBesideTheVips(read, vips)];
  } catch (error) {
    if (error instanceof VspairError) return read.warnings;
    throw error;
  }
}

function conclusion(read: LoadedRules | undefined, file: string, problems: number): string {
  if (read === undefined) return `${file}: ${counted(problems, 'problem')}`;
  const { services } = read.document;
  const servers = services.reduce((sum, service) => sum + service.servers.length, 0);
  return `${file}: in order (${counted(services.length, 'service')}, ${counted(servers, 'server')})`;
}

async function apply(options: ApplyOptions, world: World): Promise<ExitCode> {
  const read = loadRules(options.file);
  if (!read.ok) {
    for (const line of problemLines(read.problems, [])) world.err(line);
    throw new VspairError({
      code: 'VSP_RULES_INVALID',
      object: options.file,
      attempt: 'apply it',
      detail: counted(read.problems.length, 'problem'),
    });
  }
  for (const line of problemLines([], warningsOf(read, options.config))) world.err(line);
  return askDaemon(options, world, async (client) => {
    const { message, expectedRevision } = options;
    const result = await client.ask('rulesApply', { document: read.document, author: world.author, message, expectedRevision });
    if (!result.ok) throw refusalOf(result, options.file);
    world.out(options.json ? JSON.stringify(result, null, 2) : `revision ${result.revision} is in use (digest ${result.digest})`);
    return exitCodes.ok;
  });
}

function refusalOf({ reason, detail, currentRevision }: Extract<RulesApplyResult, { ok: false }>, file: string): VspairError {
  const code = refusalCodes[reason] ?? 'VSP_REFUSED';
  const rest = code === 'VSP_RULES_UNCONFIRMED' ? '' : `; revision ${currentRevision} stays in use`;
  return new VspairError({ code, object: file, attempt: 'apply it', detail: `${detail}${rest}` });
}

const refusalCodes: Readonly<Record<string, ErrorCode>> = {
  conflict: 'VSP_RULES_CONFLICT',
  unavailable: 'VSP_STORE_UNAVAILABLE',
  unconfirmed: 'VSP_RULES_UNCONFIRMED',
};

async function show(client: ControlClient, { json }: GlobalOptions, { out }: World): Promise<ExitCode> {
  const revision = await client.ask('rulesShow', {});
  if (json) out(JSON.stringify(revision, null, 2));
  else out(revision === null ? '# There are no rules yet: vspair rules apply FILE\nservices: []' : revisionText(revision));
  return exitCodes.ok;
}
