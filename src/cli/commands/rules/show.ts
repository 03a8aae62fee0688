// `vspair rules show`: the rules in use, or those of an earlier revision, in the form of a rules file.
import type { ControlClient } from '../../../control/client.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import type { RulesRevision } from '../../../rules/document.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import { revisionText } from '../../renderRules.ts';
import type { World } from '../../world.ts';
import { currentRules, demandRevision } from './revisions.ts';

interface ShowOptions extends GlobalOptions {
  readonly revision: string | undefined;
}

export function addRulesShow(parser: Parser, choose: Choose): void {
  parser.command(
    'show',
    'Show the rules in use, in the form of a rules file',
    (command) =>
      command
        .option('revision', { type: 'string', requiresArg: true, describe: 'Of this revision, by its number or digest' })
        .example('$0 rules show > rules.yaml', 'to edit and apply it')
        .example('$0 rules show --revision 12', 'what was in use then'),
    (options) => choose((world) => askDaemon(options, world, (client) => show(client, options, world))),
  );
}

async function show(client: ControlClient, { revision: name, json }: ShowOptions, world: World): Promise<ExitCode> {
  const revision = name === undefined ? await currentRules(client, world) : await demandRevision(client, name);
  world.out(json ? JSON.stringify(revision, null, 2) : rulesFileText(revision));
  return exitCodes.ok;
}

export const rulesFileText = (revision: RulesRevision | null): string =>
  revision === null ? '# There are no rules yet: vspair rules apply FILE\nservices: []' : revisionText(revision);
