// `vspair maintenance on|off`: this director hands over and takes nothing until it is switched off again.
import type { MaintenanceParams } from '../../control/protocol.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import { commandText, demandConsent } from '../handover/consent.ts';
import { outcomeLine } from '../handover/render.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';

interface MaintenanceOptions extends GlobalOptions {
  readonly reason: string | undefined;
  readonly yes: boolean;
}

const purpose = 'Take this director out of service (on), or back in (off)';
const patienceMs = 30_000;

export function addMaintenance(parser: Parser, choose: Choose): void {
  parser.command(
    'maintenance <switch>',
    purpose,
    (command) =>
      command
        .usage(`$0 maintenance <on|off>\n\n${purpose}`)
        .positional('switch', {
          choices: ['on', 'off'] as const,
          demandOption: true,
          describe: 'on: hand over and take nothing; off: take part again',
        })
        .option('reason', { type: 'string', requiresArg: true, describe: 'Why, for the status of both directors and the events' })
        .option('yes', { type: 'boolean', default: false, alias: 'y', describe: 'Do not ask; off never asks, since it moves nothing' })
        .example('$0 maintenance on --reason "new disk"', 'before work on this machine; a restart does not end it')
        .example('$0 maintenance off', 'after it'),
    (options) => choose((world) => maintenance(options.switch === 'on', options, world)),
  );
}

async function maintenance(on: boolean, options: MaintenanceOptions, world: World): Promise<ExitCode> {
  const { reason, yes } = options;
  const agreed = demandConsent(commandText('maintenance on', { reason }), { yes: yes || !on }, world);
  if (await agreed('Hand over what this director serves, and take nothing over until maintenance is off?'))
    return switched(on, options, world);
  world.err('vspair: nothing was changed');
  return exitCodes.refused;
}

function switched(on: boolean, options: MaintenanceOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    const outcome = await client.ask('maintenance', paramsOf(on, options, world), { timeoutMs: patienceMs });
    world.out(options.json ? JSON.stringify(outcome, null, 2) : outcomeLine(`maintenance ${on ? 'on' : 'off'}`, outcome));
    return outcome.ok ? exitCodes.ok : exitCodes.refused;
  });
}

const paramsOf = (on: boolean, { reason }: MaintenanceOptions, { author }: World): MaintenanceParams => ({
  ...{ on, author },
  ...(reason === undefined ? {} : { reason }),
});
