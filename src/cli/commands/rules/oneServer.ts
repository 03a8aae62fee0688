// `vspair rules set|drain|restore`: changes of one server without editing a file. They are relative to whatever is in use:
// one that meets a revision that came meanwhile is made again on top of it.
import type { ControlClient } from '../../../control/client.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { type ChangedRules, drainServer, restoreServer, type ServerSettings, setServer } from '../../../rules/change.ts';
import { rulesDifference } from '../../../rules/diff.ts';
import type { RulesDocument } from '../../../rules/document.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import { differenceLines } from '../../renderDifference.ts';
import type { World } from '../../world.ts';
import { applyRules, conclude, foretell, refusalOf, unchangedText } from './newRevision.ts';
import { type ChangeOptions, changeOptions } from './options.ts';
import { currentRules, noRules } from './revisions.ts';
import { messageOf } from './rollback.ts';

const serverWord = { type: 'string', demandOption: true, describe: '10.0.0.11:80, or 10.0.0.11 for its every port' } as const;

export function addRulesSet(parser: Parser, choose: Choose): void {
  parser.command(
    'set <service> <server>',
    'Change the weight or the thresholds of a server of one service',
    (command) =>
      command
        .positional('service', { type: 'string', demandOption: true, describe: '10.0.0.1:80, tcp/10.0.0.1:80 or "fwmark 7"' })
        .positional('server', serverWord)
        .option('weight', { type: 'number', requiresArg: true, coerce: upTo(65_535, 'weight'), describe: '0: no new connections' })
        .option('upper-threshold', { ...threshold, coerce: upTo(0xffff_ffff, 'upper-threshold'), describe: '0: no bound' })
        .option('lower-threshold', { ...threshold, coerce: upTo(0xffff_ffff, 'lower-threshold'), describe: '0: none' })
        .options(changeOptions)
        .example('$0 rules set 10.0.0.1:80 10.0.0.11 --weight 3', '')
        .example('$0 rules set "fwmark 7" 10.0.0.11 --weight 0', ''),
    (options) => choose((world) => set(options, world)),
  );
}

const threshold = { type: 'number', requiresArg: true } as const;

function upTo(most: number, name: string): (value: number | undefined) => number | undefined {
  return (value) => {
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) return value;
    throw new Error(`--${name} is ${value}; expected a whole number from 0 to ${most}`);
  };
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

/** Whoever loses so often against others is told rather than left waiting. */
const attempts = 5;

type RelativeChange = (rules: RulesDocument) => ChangedRules;

function makeChange(change: RelativeChange, what: string, options: ChangeOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    for (let left = attempts - 1; ; left -= 1) {
      const exitCode = await tryChange(client, change, { what, last: left === 0 }, options, world);
      if (exitCode !== 'conflict') return exitCode;
    }
  });
}

async function tryChange(
  client: ControlClient,
  change: RelativeChange,
  { what, last }: { readonly what: string; readonly last: boolean },
  options: ChangeOptions,
  world: World,
): Promise<ExitCode | 'conflict'> {
  const current = await currentRules(client, world);
  const before = current?.document ?? noRules;
  const changed = change(before);
  if (!changed.ok) throw new VspairError({ code: 'VSP_RULES_UNKNOWN', object: 'the rules in use', attempt: what, detail: changed.detail });
  const rules = { object: 'the rules in use', document: changed.document, message: messageOf(what, options.message), current };
  if (options.dryRun) return foretell(rules, options, world);
  if (changed.document === before) {
    world.out(
      options.json ? JSON.stringify({ ok: true, unchanged: true, revision: current?.revision ?? 0 }, null, 2) : unchangedText(current),
    );
    return exitCodes.ok;
  }
  const result = await applyRules(client, rules, world);
  if (!result.ok && result.reason === 'conflict' && !last) return 'conflict';
  if (!result.ok) throw refusalOf(result, 'the change');
  if (!options.json) world.out(differenceLines(rulesDifference(before, changed.document), world.paint.out).join('\n'));
  return conclude(client, rules, result, options, world);
}
