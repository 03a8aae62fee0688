// `vspair alerts`: try the channels out, and see how each of them stands.
import type { AlertTried } from '../../control/protocol.ts';
import type { AlertChannelStatus } from '../../control/status.ts';
import { exitCodeOf, VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import { columns } from '../columns.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';

/** Longer than the longest `timeout` of a channel. */
const patienceMs = 330_000;

export function addAlerts(parser: Parser, choose: Choose): void {
  parser.command('alerts', 'Try the alert channels of this director out, or see how they stand', (command) =>
    command
      .command(
        'test [channel]',
        'Send a test event over every channel, or over one, and tell what became of it',
        (one) =>
          one
            .positional('channel', { type: 'string', describe: 'Its name, or its place in the list: 0 is the first' })
            .example('$0 alerts test', 'over every channel')
            .example('$0 alerts test pager', 'over the channel with this name'),
        (options) => choose((world) => test(options.channel, options, world)),
      )
      .command(
        'status',
        'What each channel has told since the start of the daemon, and what waits',
        (one) => one.example('$0 alerts status', 'does anything wait, and why?'),
        (options) => choose((world) => status(options, world)),
      )
      .demandCommand(1, 'which action? vspair alerts --help lists them'),
  );
}

function test(channel: string | undefined, options: GlobalOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    const tried = await client.ask('alertsTest', channel === undefined ? {} : { channel }, { timeoutMs: patienceMs });
    if (tried === null) throw refused(`alert channel ${channel ?? ''}`, 'there is no such channel; vspair alerts status lists them');
    if (tried.length === 0) throw refused('alerts', 'the configuration of the daemon has no channels');
    world.out(options.json ? JSON.stringify(tried, null, 2) : tried.map(triedLine).join('\n'));
    return tried.every(({ ok }) => ok) ? exitCodes.ok : exitCodeOf('VSP_ALERT_FAILED');
  });
}

const triedLine = ({ channel, ok, detail }: AlertTried): string => (ok ? `${channel}: delivered` : `${channel}: FAILED: ${detail ?? ''}`);

const refused = (object: string, detail: string): VspairError =>
  new VspairError({ code: 'VSP_REFUSED', object, attempt: 'try it out', detail, advice: 'see the section alerts of the configuration' });

function status(options: GlobalOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    const { alerts } = (await client.ask('status', {})).self.daemon;
    world.out(options.json ? JSON.stringify(alerts, null, 2) : statusText(alerts.channels));
    return alerts.channels.every(({ trouble }) => trouble === undefined) ? exitCodes.ok : exitCodes.notHealthy;
  });
}

function statusText(channels: readonly AlertChannelStatus[]): string {
  if (channels.length === 0) return 'no alert channels';
  const rows = channels.map(({ name, delivered, waiting, failed, trouble }) => [
    name,
    String(delivered),
    String(waiting),
    String(failed),
    trouble ?? '',
  ]);
  return columns([['CHANNEL', 'DELIVERED', 'WAITING', 'FAILED', 'TROUBLE'], ...rows]).join('\n');
}
