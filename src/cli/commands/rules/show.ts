// `vspair rules show`: the rules in use, in the form of a rules file.
import type { ControlClient } from '../../../control/client.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import { revisionText } from '../../renderRules.ts';
import type { World } from '../../world.ts';

export function addRulesShow(parser: Parser, choose: Choose): void {
  parser.command(
    'show',
    'Show the rules in use, in the form of a rules file',
    (command) => command.example('$0 rules show > rules.yaml', ''),
    (options) => choose((world) => askDaemon(options, world, (client) => show(client, options, world))),
  );
}

async function show(client: ControlClient, { json }: GlobalOptions, { out }: World): Promise<ExitCode> {
  const revision = await client.ask('rulesShow', {});
  if (json) out(JSON.stringify(revision, null, 2));
  else out(revision === null ? '# There are no rules yet: vspair rules apply FILE\nservices: []' : revisionText(revision));
  return exitCodes.ok;
}
