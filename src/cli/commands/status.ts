// `vspair status`: would the pair survive a failure now?
import type { ControlClient } from '../../control/client.ts';
import type { PairState } from '../../control/status.ts';
import { type ExitCode, type ExitName, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import type { GlobalOptions } from '../options.ts';
import { statusText } from '../renderStatus.ts';
import type { World } from '../world.ts';

export function addStatus(parser: Parser, choose: Choose): void {
  parser.command(
    'status',
    'Show both directors; exits 0 only when the pair would survive a failure',
    (command) => command.example('$0 status', 'for people').example('$0 status --json', 'for programs'),
    (options) => choose((world) => askDaemon(options, world, (client) => status(client, options, world))),
  );
}

async function status(client: ControlClient, { json }: GlobalOptions, { out }: World): Promise<ExitCode> {
  const report = await client.ask('status', {});
  out(json ? JSON.stringify(report, null, 2) : statusText(report));
  return exitCodes[exitNames[report.verdict.state]];
}

const exitNames: Readonly<Record<PairState, ExitName>> = {
  protected: 'ok',
  attention: 'notHealthy',
  notRedundant: 'notRedundant',
  peerNotHeard: 'peerNotHeard',
  bothActive: 'bothActive',
  nobodyActive: 'nobodyActive',
};
