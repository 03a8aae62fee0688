// `vspair rules set|drain|restore`: changes of one server without editing a file.
import { VspairError } from '../../../errors/catalogue.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import { drainServer, restoreServer, type ServerSettings, setServer } from '../../../rules/change.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { World } from '../../world.ts';
import { type ChangeOptions, changeOptions, wholeNumber } from './options.ts';
import { makeChange } from './relativeChange.ts';

const serverWord = { type: 'string', demandOption: true, describe: '10.0.0.11:80, or 10.0.0.11 for its every port' } as const;

export function addRulesSet(parser: Parser, choose: Choose): void {
  parser.command(
    'set <service> <server>',
    'Change the weight or the thresholds of a server of one service',
    (command) =>
      command
        .positional('service', { type: 'string', demandOption: true, describe: '10.0.0.1:80, tcp/10.0.0.1:80 or "fwmark 7"' })
        .positional('server', serverWord)
        .option('weight', wholeNumber('weight', 0, 65_535, 'Its share of new connections  [0: none]'))
        .option(
          'upper-threshold',
          wholeNumber('upper-threshold', 0, 0xffff_ffff, 'Connections from which on it gets no more  [0: no bound]'),
        )
        .option('lower-threshold', wholeNumber('lower-threshold', 0, 0xffff_ffff, 'Connections below which it gets some again'))
        .options(changeOptions)
        .example('$0 rules set 10.0.0.1:80 10.0.0.11 --weight 3', '')
        .example('$0 rules set "fwmark 7" 10.0.0.11 --weight 0', ''),
    (options) => choose((world) => set(options, world)),
  );
}

export function addRulesDrain(parser: Parser, choose: Choose): void {
  parser.command(
    'drain <server>',
    'Give a server no new connections, in every service that it is in',
    (command) =>
      command
        .positional('server', serverWord)
        .options(changeOptions)
        .example('$0 rules drain 10.0.0.11 -m "new disk"', 'before work on it; its connections go on')
        .example('$0 rules drain 10.0.0.11:443', 'only what comes to this port'),
    (options) => choose((world) => makeChange((rules) => drainServer(rules, options.server), `drain ${options.server}`, options, world)),
  );
}

export function addRulesRestore(parser: Parser, choose: Choose): void {
  parser.command(
    'restore <server>',
    'Give a drained server the weights back that it had',
    (command) =>
      command.positional('server', serverWord).options(changeOptions).example('$0 rules restore 10.0.0.11', 'when the work is done'),
    (options) =>
      choose((world) => makeChange((rules) => restoreServer(rules, options.server), `restore ${options.server}`, options, world)),
  );
}

interface SetOptions extends ChangeOptions, ServerSettings {
  readonly service: string;
  readonly server: string;
}

function set(options: SetOptions, world: World): Promise<ExitCode> {
  const { service, server, weight, upperThreshold, lowerThreshold } = options;
  const settings = { weight, upperThreshold, lowerThreshold };
  const words = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  if (words.length === 0) {
    const detail = 'nothing to set: add --weight, --upper-threshold or --lower-threshold';
    throw new VspairError({ code: 'VSP_USAGE', object: 'vspair rules set', attempt: 'change the server', detail });
  }
  const what = `set ${server} of ${service}: ${words.join(', ')}`;
  return makeChange((rules) => setServer(rules, service, server, settings), what, options, world);
}
