// How a change of the rules ends: what is left to say, and to wait for, once a revision was taken or nothing was to change.
import type { ControlClient } from '../../../control/client.ts';
import type { RulesApplyResult } from '../../../control/protocol.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { rulesDifference } from '../../../rules/diff.ts';
import type { RulesRevision } from '../../../rules/document.ts';
import { differenceLines } from '../../renderDifference.ts';
import { problemJson } from '../../renderProblems.ts';
import type { World } from '../../world.ts';
import { awaitArrival, type Waited } from './arrival.ts';
import { type NewRules, unchangedText } from './newRules.ts';
import type { ChangeOptions } from './options.ts';
import { noRules } from './revisions.ts';

export type Applied = Extract<RulesApplyResult, { ok: true }>;

export async function conclude(
  client: ControlClient,
  { document, current, warnings = [] }: NewRules,
  { revision, digest }: Applied,
  options: ChangeOptions,
  world: World,
): Promise<ExitCode> {
  const changes = rulesDifference(current?.document ?? noRules, document);
  const accepted = `revision ${revision} is accepted (digest ${digest})`;
  if (!options.json) world.out([...differenceLines(changes, world.paint.out), accepted].join('\n'));
  const { arrival, exitCode } = await arrivalOf(client, { revision, digest }, options, world);
  const facts = { ok: exitCode === exitCodes.ok, accepted: true, revision, digest, changes, arrival: arrival ?? null };
  if (options.json) world.out(JSON.stringify({ ...facts, warnings: warnings.map(problemJson) }, null, 2));
  return exitCode;
}

/** Who gives a command again because a director had not got the revision is to learn whether it has it now. */
export async function concludeUnchanged(
  client: ControlClient,
  { current, warnings = [] }: Pick<NewRules, 'current' | 'warnings'>,
  options: ChangeOptions,
  world: World,
  text = unchangedText(current),
): Promise<ExitCode> {
  if (!options.json) world.out(text);
  const { arrival, exitCode } = await arrivalOf(client, current, options, world);
  const facts = { ok: exitCode === exitCodes.ok, unchanged: true, revision: current?.revision ?? 0, arrival: arrival ?? null };
  if (options.json) world.out(JSON.stringify({ ...facts, warnings: warnings.map(problemJson) }, null, 2));
  return exitCode;
}

/** There is nothing to wait for before the first revision. */
async function arrivalOf(
  client: ControlClient,
  revision: Pick<RulesRevision, 'revision' | 'digest'> | null,
  { json, noWait, wait }: ChangeOptions,
  world: World,
): Promise<Waited> {
  if (noWait || revision === null) return { arrival: undefined, exitCode: exitCodes.ok };
  return awaitArrival(client, revision, { withinMs: wait, quiet: json }, world);
}
