// `vspair rules rollback REVISION`: the rules of an earlier revision as a new one. History only grows.
import type { ControlClient } from '../../../control/client.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { World } from '../../world.ts';
import { makeRevision } from './newRevision.ts';
import { messageOf } from './newRules.ts';
import { type ChangeOptions, changeOptions } from './options.ts';
import { currentRules, demandRevision } from './revisions.ts';

interface RollbackOptions extends ChangeOptions {
  readonly revision: string;
}

export function addRulesRollback(parser: Parser, choose: Choose): void {
  parser.command(
    'rollback <revision>',
    'Put the rules of an earlier revision into use again',
    (command) =>
      command
        .positional('revision', { type: 'string', demandOption: true, describe: 'Its number or digest' })
        .options(changeOptions)
        .example('$0 rules rollback 12 --dry-run', 'what would change')
        .example('$0 rules rollback 12 -m "real3 answers nothing"', ''),
    (options) => choose((world) => askDaemon(options, world, (client) => rollback(client, options, world))),
  );
}

async function rollback(client: ControlClient, options: RollbackOptions, world: World): Promise<ExitCode> {
  const current = await currentRules(client, world);
  const earlier = await demandRevision(client, options.revision);
  const object = `revision ${earlier.revision}`;
  const message = messageOf(`rollback to revision ${earlier.revision}`, options.message);
  const conflictAdvice = 'look at the other change by vspair rules diff, and give the command again';
  return makeRevision(client, { object, document: earlier.document, message, current, conflictAdvice }, options, world);
}
