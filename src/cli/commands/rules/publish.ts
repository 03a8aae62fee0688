// `vspair rules publish`: writes the rules that this director uses into a store that has lost them.
import type { ControlClient } from '../../../control/client.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { World } from '../../world.ts';
import { concludeUnchanged } from './conclusion.ts';
import { foretell } from './foretell.ts';
import { writeRevision } from './newRevision.ts';
import { messageOf } from './newRules.ts';
import { type ChangeOptions, changeOptions } from './options.ts';

export function addRulesPublish(parser: Parser, choose: Choose): void {
  parser.command(
    'publish',
    'Write the rules in use back into a store that lost them',
    (command) => command.options(changeOptions).example('$0 rules publish', 'after Redis was emptied or restored from an old copy'),
    (options) => choose((world) => askDaemon(options, world, (client) => publish(client, options, world))),
  );
}

async function publish(client: ControlClient, options: ChangeOptions, world: World): Promise<ExitCode> {
  const current = await client.ask('rulesShow', {});
  if (current === null) throw nothingThere();
  const { revision, document } = current;
  const message = messageOf(`revision ${revision} published again`, options.message);
  const rules = { object: `revision ${revision}`, document, message, current, conflictAdvice: 'give the command again' };
  if (options.dryRun) return foretell(client, rules, options, world);
  if (await mayBeLost(client)) return writeRevision(client, rules, options, world);
  return concludeUnchanged(client, rules, options, world, `nothing was lost: the store has revision ${revision}`);
}

/** Of a Redis that does not answer nobody knows; the attempt says why it cannot be written. */
async function mayBeLost(client: ControlClient): Promise<boolean> {
  if ((await client.ask('rulesTrouble', {})) !== null) return true;
  const { store } = (await client.ask('status', {})).self.daemon;
  return store.backend === 'redis' && !store.connected;
}

const nothingThere = (): VspairError =>
  new VspairError({ code: 'VSP_REFUSED', object: 'the rules in use', attempt: 'publish them', detail: 'this director has no rules' });
