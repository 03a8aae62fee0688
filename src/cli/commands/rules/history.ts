// `vspair rules history`: who changed the rules when and why. While the store cannot be read, as far as this director knows.
import type { ControlClient } from '../../../control/client.ts';
import { longestHistory } from '../../../control/protocol.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import type { RevisionEntry, RulesRevision } from '../../../rules/document.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import { columns } from '../../columns.ts';
import type { GlobalOptions } from '../../options.ts';
import type { World } from '../../world.ts';
import { wholeNumber } from './options.ts';
import { currentRules } from './revisions.ts';

interface HistoryOptions extends GlobalOptions {
  readonly limit: number | undefined;
}

const usualLimit = 20;

export function addRulesHistory(parser: Parser, choose: Choose): void {
  parser.command(
    'history',
    'List the revisions of the rules, newest first',
    (command) =>
      command
        .option('limit', wholeNumber('limit', 1, longestHistory, `At most so many  [default: ${usualLimit}]`))
        .example('$0 rules history', 'who changed what when')
        .example('$0 rules history --limit 1000 --json', 'all of it, for programs'),
    (options) => choose((world) => askDaemon(options, world, (client) => history(client, options, world))),
  );
}

async function history(client: ControlClient, { limit, json }: HistoryOptions, world: World): Promise<ExitCode> {
  const current = await currentRules(client, world);
  const { entries, localCopy } = await readable(client, limit ?? usualLimit, world);
  const listed = entries.map((entry) => ({ ...entry, inUse: isIt(entry, current), localCopy }));
  if (json) world.out(JSON.stringify(listed, null, 2));
  else world.out(listed.length === 0 ? 'there are no revisions yet: vspair rules apply FILE' : historyTable(listed).join('\n'));
  return exitCodes.ok;
}

interface Readable {
  readonly entries: readonly RevisionEntry[];
  /** They are those of this director's disk, for want of the store. */
  readonly localCopy: boolean;
}

async function readable(client: ControlClient, limit: number, { err }: World): Promise<Readable> {
  try {
    return { entries: await client.ask('rulesHistory', { limit }), localCopy: false };
  } catch (error) {
    if (!(error instanceof VspairError && error.code === 'VSP_STORE_UNAVAILABLE')) throw error;
    const entries = await client.ask('rulesHistory', { limit, local: true });
    err(`warning: ${error.message}; these are the revisions on the disk of this director`);
    return { entries, localCopy: true };
  }
}

const isIt = ({ revision, digest }: RevisionEntry, current: RulesRevision | null): boolean =>
  revision === current?.revision && digest === current.digest;

interface ListedRevision extends RevisionEntry {
  readonly inUse: boolean;
}

const historyTable = (entries: readonly ListedRevision[]): string[] =>
  columns([
    ['REVISION', 'STATE', 'TIME', 'AUTHOR', 'SERVICES', 'SERVERS', 'DIGEST', 'MESSAGE'],
    ...entries.map((entry) => [
      String(entry.revision),
      stateText(entry),
      entry.time,
      oneLine(entry.author),
      String(entry.services),
      String(entry.servers),
      entry.digest,
      oneLine(entry.message),
    ]),
  ]);

function stateText({ inUse, superseded }: ListedRevision): string {
  if (inUse) return 'in use';
  return superseded ? 'superseded' : '';
}

/** Somebody else's words must not move the cursor. */
const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ');
