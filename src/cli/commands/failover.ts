// `vspair failover`: hand groups over by hand, from either director.
import type { ControlClient } from '../../control/client.ts';
import type { FailoverParams } from '../../control/protocol.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import { exitCodeOfState } from '../exitCodeOfState.ts';
import { carryOut, isDone } from '../handover/carryOut.ts';
import { commandText, demandConsent } from '../handover/consent.ts';
import { demandDirector, demandGroups, type Move, moveText } from '../handover/moves.ts';
import { untilProtected, untilReady, waitOption } from '../handover/patience.ts';
import { outcomeJson } from '../handover/render.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';

interface FailoverOptions extends GlobalOptions {
  readonly to: string | undefined;
  readonly group: string | undefined;
  readonly yes: boolean;
  /** Milliseconds. */
  readonly wait: number | undefined;
}

export function addFailover(parser: Parser, choose: Choose): void {
  parser.command(
    'failover',
    'Hand groups over to another director',
    (command) =>
      command
        .option('to', { type: 'string', requiresArg: true, describe: 'The director that takes over  [default: the fittest]' })
        .option('group', { type: 'string', requiresArg: true, describe: 'Only this group  [default: every group]' })
        .option('wait', waitOption)
        .option('yes', { type: 'boolean', default: false, alias: 'y', describe: 'Do not ask' })
        .example('$0 failover', 'hand everything over, after asking')
        .example('$0 failover --group web --to vs1 --yes', 'for scripts')
        .example('$0 failover --wait 1m --yes', 'until the relieved director could take over again'),
    (options) => choose((world) => failover(options, world)),
  );
}

async function failover(options: FailoverOptions, world: World): Promise<ExitCode> {
  const { to, group } = options;
  const agreed = demandConsent(commandText('failover', { to, group }), options, world);
  return askDaemon(options, world, async (client) => {
    if (await agreed(`Hand over ${(await movesOf(client, options)).map(moveText).join(', ')}?`)) return handOver(client, options, world);
    world.err('vspair: nothing was changed');
    return exitCodes.refused;
  });
}

async function movesOf(client: ControlClient, { to, group }: FailoverOptions): Promise<readonly Move[]> {
  const report = await client.ask('status', {});
  const groups = demandGroups(report, group);
  demandDirector(report, to);
  const moves = groups.map(({ name, active }): Move => ({ group: name, from: active, to }));
  const elsewhere = moves.filter(({ from }) => from !== to);
  return elsewhere.length === 0 ? moves : elsewhere;
}

async function handOver(client: ControlClient, options: FailoverOptions, world: World): Promise<ExitCode> {
  const { json, wait } = options;
  const outcomes = await untilReady(() => carryOut(client, paramsOf(options), options, world), wait ?? 0);
  const ok = outcomes.every(isDone);
  const after = wait === undefined || !ok ? undefined : await untilProtected(client, wait);
  if (json) world.out(JSON.stringify({ ok, groups: outcomes.map(outcomeJson), verdict: after?.verdict ?? null }, null, 2));
  else if (after !== undefined) world.out(after.verdict.text);
  if (!ok) return exitCodes.refused;
  return after === undefined ? exitCodes.ok : exitCodeOfState(after.verdict.state);
}

const paramsOf = ({ to, group }: FailoverOptions): FailoverParams => ({
  ...(to === undefined ? {} : { to }),
  ...(group === undefined ? {} : { group }),
});
