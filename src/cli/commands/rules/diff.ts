// `vspair rules diff [A] [B]`: what differs between two revisions, or between one and a file.
import { existsSync } from 'node:fs';
import type { ControlClient } from '../../../control/client.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { rulesDifference } from '../../../rules/diff.ts';
import { digestOf } from '../../../rules/digest.ts';
import type { RulesDocument, RulesRevision } from '../../../rules/document.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import { differenceLines } from '../../renderDifference.ts';
import type { World } from '../../world.ts';
import { currentRules, demandRevision, noRules, revisionName } from './revisions.ts';
import { demandRules } from './rulesFile.ts';

interface DiffOptions extends GlobalOptions {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly exitCode: boolean;
}

export function addRulesDiff(parser: Parser, choose: Choose): void {
  parser.command(
    'diff [from] [to]',
    'Show what differs between two revisions',
    (command) =>
      command
        .positional('from', { type: 'string', describe: 'A revision or a rules file  [default: the revision before the one in use]' })
        .positional('to', { type: 'string', describe: 'A revision or a rules file  [default: the revision in use]' })
        .option('exit-code', { type: 'boolean', default: false, describe: 'Exit 11 when there is a difference' })
        .example('$0 rules diff', 'what the last change was')
        .example('$0 rules diff 12', 'what has changed since revision 12')
        .example('$0 rules diff rules.yaml', 'what has changed since this file')
        .example('$0 rules diff 12 13', 'what the step from 12 to 13 was'),
    (options) => choose((world) => askDaemon(options, world, (client) => diff(client, options, world))),
  );
}

/** One side of the comparison. */
interface Side {
  readonly name: string;
  readonly digest: string;
  readonly document: RulesDocument;
}

async function diff(client: ControlClient, options: DiffOptions, world: World): Promise<ExitCode> {
  const current = await currentRules(client, world);
  const from = options.from === undefined ? await previous(client, current) : await sideOf(client, options.from, options, world);
  const to = options.to === undefined ? sideAt(current) : await sideOf(client, options.to, options, world);
  const changes = rulesDifference(from.document, to.document);
  const changed = from.digest !== to.digest;
  if (options.json) world.out(JSON.stringify({ from: named(from), to: named(to), changed, changes }, null, 2));
  else world.out([`from ${from.name} to ${to.name}:`, ...linesOf(changes, changed, world)].join('\n'));
  return changed && options.exitCode ? exitCodes.differs : exitCodes.ok;
}

function linesOf(changes: ReturnType<typeof rulesDifference>, changed: boolean, { paint }: World): readonly string[] {
  if (changes.length > 0) return differenceLines(changes, paint.out);
  return [changed ? 'the same services and servers in another order' : 'no difference'];
}

const named = ({ name, digest }: Side) => ({ name, digest });

async function sideOf(client: ControlClient, text: string, { config }: DiffOptions, world: World): Promise<Side> {
  if (revisionName(text) !== undefined || !existsSync(text)) return sideAt(await demandRevision(client, text));
  const { document } = demandRules(text, config, world);
  return { name: text, digest: digestOf(document), document };
}

function sideAt(revision: RulesRevision | null): Side {
  if (revision === null) return { name: 'no rules', digest: digestOf(noRules), document: noRules };
  return { name: `revision ${revision.revision}`, digest: revision.digest, document: revision.document };
}

/** Some of the history may have lost against what is in use. */
async function previous(client: ControlClient, current: RulesRevision | null): Promise<Side> {
  if (current === null) return sideAt(null);
  const entries = await client.ask('rulesHistory', { limit: 100 });
  const before = entries.find(({ revision, superseded }) => revision < current.revision && !superseded);
  return before === undefined ? sideAt(null) : sideAt(await demandRevision(client, before.digest));
}
