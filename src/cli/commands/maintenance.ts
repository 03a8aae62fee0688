// `vspair maintenance on|off`: this director hands over and takes nothing until it is switched off again.
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import type { GlobalOptions } from '../options.ts';
import { outcomeText } from '../renderOutcome.ts';
import type { World } from '../world.ts';

const patienceMs = 30_000;

export function addMaintenance(parser: Parser, choose: Choose): void {
  parser.command(
    'maintenance <switch>',
    'Take this director out of service, or back in',
    (command) =>
      command
        .positional('switch', {
          choices: ['on', 'off'] as const,
          demandOption: true,
          describe: 'on: hand over and take nothing; off: take part again',
        })
        .example('$0 maintenance on', 'before work on this machine')
        .example('$0 maintenance off', 'after it'),
    (options) => choose((world) => maintenance(options.switch === 'on', options, world)),
  );
}

async function maintenance(on: boolean, options: GlobalOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    const outcome = await client.ask('maintenance', { on }, { timeoutMs: patienceMs });
    world.out(options.json ? JSON.stringify(outcome, null, 2) : `maintenance ${on ? 'on' : 'off'}: ${outcomeText(outcome)}`);
    return outcome.ok ? exitCodes.ok : exitCodes.refused;
  });
}
