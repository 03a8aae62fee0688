// `vspair failover`: hand groups over by hand, from either director.
import type { FailoverParams } from '../../control/protocol.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import type { GlobalOptions } from '../options.ts';
import { groupOutcomeLine } from '../renderOutcome.ts';
import type { World } from '../world.ts';

interface FailoverOptions extends GlobalOptions {
  readonly to: string | undefined;
  readonly group: string | undefined;
  readonly yes: boolean;
}

/** The other side has to load rules, take the virtual IPs and be heard. */
const patienceMs = 30_000;

export function addFailover(parser: Parser, choose: Choose): void {
  parser.command(
    'failover',
    'Hand groups over to another director',
    (command) =>
      command
        .option('to', { type: 'string', requiresArg: true, describe: 'The director that takes over  [default: the fittest]' })
        .option('group', { type: 'string', requiresArg: true, describe: 'Only this group  [default: every group]' })
        .option('yes', { type: 'boolean', default: false, alias: 'y', describe: 'Do not ask' })
        .example('$0 failover', 'hand everything over, after asking')
        .example('$0 failover --group web --to vs1 --yes', 'for scripts'),
    (options) => choose((world) => failover(options, world)),
  );
}

async function failover(options: FailoverOptions, world: World): Promise<ExitCode> {
  if (!(options.yes || (await agreed(options, world)))) {
    world.err('vspair: nothing was changed');
    return exitCodes.refused;
  }
  return askDaemon(options, world, async (client) => {
    const outcomes = await client.ask('failover', paramsOf(options), { timeoutMs: patienceMs });
    world.out(options.json ? JSON.stringify(outcomes, null, 2) : outcomes.map(groupOutcomeLine).join('\n'));
    return outcomes.every(({ outcome }) => outcome.ok) ? exitCodes.ok : exitCodes.refused;
  });
}

const paramsOf = ({ to, group }: FailoverOptions): FailoverParams => ({
  ...(to === undefined ? {} : { to }),
  ...(group === undefined ? {} : { group }),
});

async function agreed({ to, group }: FailoverOptions, { confirm }: World): Promise<boolean> {
  if (confirm === undefined) {
    throw new VspairError({
      code: 'VSP_USAGE',
      object: 'vspair failover',
      attempt: 'ask whether it is meant',
      detail: 'there is no terminal; add --yes',
    });
  }
  const what = group === undefined ? 'every group' : `group ${group}`;
  return confirm(`Hand ${what} over to ${to ?? 'the fittest other director'}?`);
}
