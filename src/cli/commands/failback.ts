// `vspair failback`: bring groups back to the director of the highest priority, from wherever they are.
import type { ControlClient } from '../../control/client.ts';
import type { GroupOutcome } from '../../control/protocol.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import { carryOut, isDone } from '../handover/carryOut.ts';
import { commandText, demandConsent } from '../handover/consent.ts';
import { demandGroups, moveText } from '../handover/moves.ts';
import { outcomeJson } from '../handover/render.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';

interface FailbackOptions extends GlobalOptions {
  readonly group: string | undefined;
  readonly yes: boolean;
}

interface Return {
  readonly group: string;
  readonly from: string | undefined;
  readonly to: string;
}

export function addFailback(parser: Parser, choose: Choose): void {
  parser.command(
    'failback',
    'Bring groups back to their preferred director, the one of the highest priority',
    (command) =>
      command
        .option('group', { type: 'string', requiresArg: true, describe: 'Only this group  [default: every group]' })
        .option('yes', { type: 'boolean', default: false, alias: 'y', describe: 'Do not ask' })
        .example('$0 failback', 'once the preferred director is repaired')
        .example('$0 failback --group web --yes', 'for scripts; does nothing when it is there already'),
    (options) => choose((world) => failback(options, world)),
  );
}

async function failback(options: FailbackOptions, world: World): Promise<ExitCode> {
  const agreed = demandConsent(commandText('failback', { group: options.group }), options, world);
  return askDaemon(options, world, async (client) => {
    const returns = await returnsOf(client, options);
    if (returns.length === 0) return nothingToDo(options, world);
    if (await agreed(`Hand over ${returns.map(moveText).join(', ')}?`)) return handBack(client, returns, options, world);
    world.err('vspair: nothing was changed');
    return exitCodes.refused;
  });
}

async function returnsOf(client: ControlClient, { group }: FailbackOptions): Promise<readonly Return[]> {
  const groups = demandGroups(await client.ask('status', {}), group);
  return groups.flatMap(({ name, active, preferred }) => (active === preferred ? [] : [{ group: name, from: active, to: preferred }]));
}

function nothingToDo({ json }: FailbackOptions, { out }: World): ExitCode {
  out(json ? JSON.stringify({ ok: true, groups: [] }, null, 2) : 'there is nothing to do: the preferred director is active');
  return exitCodes.ok;
}

/** One after the other: each is seen to be there before the next one moves. */
async function handBack(client: ControlClient, returns: readonly Return[], options: FailbackOptions, world: World): Promise<ExitCode> {
  const outcomes: GroupOutcome[] = [];
  for (const { group, to } of returns) outcomes.push(...(await carryOut(client, { group, to }, options, world)));
  const ok = outcomes.every(isDone);
  if (options.json) world.out(JSON.stringify({ ok, groups: outcomes.map(outcomeJson) }, null, 2));
  return ok ? exitCodes.ok : exitCodes.refused;
}
