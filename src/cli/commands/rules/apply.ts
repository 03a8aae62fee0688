// `vspair rules apply FILE`: puts a rules file into use on every director.
import type { RulesApplyResult } from '../../../control/protocol.ts';
import { type ErrorCode, VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import type { World } from '../../world.ts';
import { demandRules } from './rulesFile.ts';

interface ApplyOptions extends GlobalOptions {
  readonly file: string;
  readonly message: string;
  readonly expectedRevision: number | undefined;
}

export function addRulesApply(parser: Parser, choose: Choose): void {
  parser.command(
    'apply <file>',
    'Put a rules file into use on every director',
    (command) =>
      command
        .positional('file', { type: 'string', demandOption: true, describe: 'A rules file' })
        .option('message', { type: 'string', default: '', alias: 'm', requiresArg: true, describe: 'Why, for the history' })
        .option('expected-revision', { type: 'number', requiresArg: true, describe: 'Refuse unless this revision is in use now' })
        .example('$0 rules apply rules.yaml -m "real3 added"', ''),
    (options) => choose((world) => apply(options, world)),
  );
}

async function apply(options: ApplyOptions, world: World): Promise<ExitCode> {
  const { document } = demandRules(options.file, options.config, world);
  return askDaemon(options, world, async (client) => {
    const { message, expectedRevision } = options;
    const result = await client.ask('rulesApply', { document, author: world.author, message, expectedRevision });
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
