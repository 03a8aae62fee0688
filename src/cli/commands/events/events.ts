// `vspair events`: what happened, on either director, from either one.
import type { ControlClient } from '../../../control/client.ts';
import { mostEvents } from '../../../control/protocol.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { eventTypes, severities } from '../../../events/catalogue.ts';
import type { EventSelection } from '../../../events/selection.ts';
import { parseDuration } from '../../../text/duration.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import { eventLine } from '../../renderEvents.ts';
import type { World } from '../../world.ts';
import { wholeNumber } from '../rules/options.ts';
import { follow } from './follow.ts';
import { addEventsShow } from './show.ts';

interface EventsOptions extends GlobalOptions, EventSelection {
  readonly follow: boolean;
  readonly number: number | undefined;
}

const usualNumber = 20;

const options = {
  follow: { type: 'boolean', default: false, alias: 'f', describe: 'Go on with each new event, also when the daemon restarts' },
  number: { alias: 'n', ...wholeNumber('number', 1, mostEvents, `At most so many, the newest  [default: ${usualNumber}]`) },
  since: { type: 'string', requiresArg: true, coerce: readSince, describe: 'Not older: a time such as 1h, or a moment in ISO 8601' },
  group: { type: 'string', requiresArg: true, describe: 'Only of this group' },
  type: {
    type: 'string',
    requiresArg: true,
    coerce: readTypes,
    describe: 'Only of this type, or of several with commas between, and their ends',
  },
  severity: { choices: severities, requiresArg: true, describe: 'This severe or more' },
} as const;

export function addEvents(parser: Parser, choose: Choose): void {
  parser.command(
    'events',
    'Show what happened, on either director',
    (command) => {
      addEventsShow(command, choose);
      return command
        .options(options)
        .example('$0 events --since 1h --severity warning', 'what went wrong in the last hour?')
        .example('$0 events --follow', 'watch while you work')
        .example('$0 events show 3f2a', 'explain one of them, by the beginning of its id');
    },
    ({ type, ...given }) => choose((world) => events({ ...given, types: type }, world)),
  );
}

async function events(given: EventsOptions, world: World): Promise<ExitCode> {
  if (given.follow) return follow({ ...given, limit: given.number ?? usualNumber, selection: selectionOf(given) }, world);
  return askDaemon(given, world, (client) => list(client, given, world));
}

async function list(client: ControlClient, given: EventsOptions, { out, paint }: World): Promise<ExitCode> {
  const found = await client.ask('events', { limit: given.number ?? usualNumber, ...selectionOf(given) });
  if (given.json) out(JSON.stringify(found, null, 2));
  else out(found.length === 0 ? 'nothing of that kind has been told' : found.map((event) => eventLine(event, paint.out)).join('\n'));
  return exitCodes.ok;
}

/** What is left out of the command line is left out of the question. */
const selectionOf = ({ since, group, types, severity }: EventSelection): EventSelection => ({ since, group, types, severity });

function readSince(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text);
  const moment = ago === undefined ? Date.parse(text) : Date.now() - ago;
  if (!Number.isNaN(moment)) return new Date(moment).toISOString();
  throw new Error(`--since is ${JSON.stringify(text)}; expected a time such as 1h, or a moment such as 2026-01-31T12:00:00Z`);
}

function readTypes(text: string | undefined): EventSelection['types'] {
  return text?.split(',').map((word) => {
    const type = eventTypes.find((one) => one === word.trim());
    if (type === undefined) throw new Error(`--type is ${JSON.stringify(word)}; expected one of ${eventTypes.join(', ')}`);
    return type;
  });
}
