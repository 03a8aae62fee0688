// `vspair events show`: one event explained, with what each director told of it.
import type { ControlClient } from '../../../control/client.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { isSecondView } from '../../../events/audience.ts';
import type { DirectorEvent } from '../../../events/event.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import { explanation } from '../../renderEvents.ts';
import type { World } from '../../world.ts';

export function addEventsShow(parser: Parser, choose: Choose): void {
  parser.command(
    'show <id>',
    'Explain one event: who decided what and why, and how long each part took',
    (command) =>
      command
        .positional('id', { type: 'string', demandOption: true, describe: 'Its id, or enough of its beginning' })
        .example('$0 events show 3f2a', 'as vspair events lists it'),
    (options) => choose((world) => askDaemon(options, world, (client) => show(client, options.id, options, world))),
  );
}

async function show(client: ControlClient, id: string, { json }: GlobalOptions, { out }: World): Promise<ExitCode> {
  if (!/^[0-9a-f-]{1,36}$/i.test(id)) throw unknown(id, 'an id has hexadecimal digits and dashes only');
  const found = await client.ask('eventViews', { id: id.toLowerCase() });
  const ids = [...new Set(found.map((event) => event.id))];
  if (found[0] === undefined) throw unknown(id, 'no event has an id that begins so');
  if (ids.length > 1) throw unknown(id, `${ids.length} events begin so: ${ids.slice(0, 5).join(', ')}`);
  const views = firstViewFirst(found);
  out(json ? JSON.stringify({ id: found[0].id, views }, null, 2) : explanation(views));
  return exitCodes.ok;
}

const firstViewFirst = (events: readonly DirectorEvent[]): readonly DirectorEvent[] =>
  events.toSorted((a, b) => Number(isSecondView(a)) - Number(isSecondView(b)));

const unknown = (id: string, detail: string): VspairError =>
  new VspairError({
    code: 'VSP_USAGE',
    object: id,
    attempt: 'show the event',
    detail,
    advice: 'vspair events lists them, the id in the last column but one',
  });
