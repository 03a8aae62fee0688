// `vspair status`: would the pair survive a failure now?
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { parseDuration } from '../../text/duration.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import { exitCodeOfState } from '../exitCodeOfState.ts';
import type { GlobalOptions } from '../options.ts';
import { statusText } from '../renderStatus.ts';
import { watchStatus } from '../watchStatus.ts';
import type { World } from '../world.ts';

interface StatusOptions extends GlobalOptions {
  /** Milliseconds between two looks. */
  readonly watch: number | undefined;
}

/** A daemon that does not answer in this time says nothing; longer than it waits for its peers itself. */
const answerMs = 5_000;
const usualWatchMs = 1_000;
const [shortestWatchMs, longestWatchMs] = [100, 3_600_000];

export function addStatus(parser: Parser, choose: Choose): void {
  parser.command(
    'status',
    'Show both directors; exits 0 only when the pair would survive a failure',
    (command) =>
      command
        .option('watch', {
          type: 'string',
          alias: 'w',
          describe: 'A full screen that is kept up; every second when no time is given. q ends it',
          coerce: readInterval,
        })
        .example('$0 status', 'for people')
        .example('$0 status --watch 2s', 'on a second screen while something is done to the pair')
        .example('$0 status --json', 'for programs: JSON.md has its form'),
    (options) => choose((world) => (options.watch === undefined ? status(options, world) : watch(options, options.watch, world))),
  );
}

async function status(options: StatusOptions, world: World): Promise<ExitCode> {
  const report = await askDaemon(options, world, (client) => client.ask('status', {}, { timeoutMs: answerMs }));
  world.out(options.json ? JSON.stringify(report, null, 2) : statusText(report, world.paint.out));
  return exitCodeOfState(report.verdict.state);
}

async function watch(options: StatusOptions, everyMs: number, world: World): Promise<ExitCode> {
  if (world.screen === undefined || options.json) throw noScreen(options.json);
  const screen = world.screen();
  try {
    await watchStatus(options, everyMs, screen, world);
  } finally {
    screen.close();
  }
  return exitCodes.ok;
}

function noScreen(json: boolean): VspairError {
  const detail = json ? 'the screen is for people' : 'there is no terminal';
  const advice = 'for programs: vspair status --json, again and again';
  return new VspairError({ code: 'VSP_USAGE', object: 'vspair status --watch', attempt: 'open the screen', detail, advice });
}

function readInterval(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = text === '' ? usualWatchMs : parseDuration(text);
  if (ms !== undefined && ms >= shortestWatchMs && ms <= longestWatchMs) return ms;
  throw new Error(`--watch is ${JSON.stringify(text)}; expected a time from 100ms to 1h, such as 2s`);
}
