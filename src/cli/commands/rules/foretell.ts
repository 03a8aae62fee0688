// What rules would change if they were applied: of the rules in use, and in each director's kernel.
import type { ControlClient } from '../../../control/client.ts';
import type { DirectorPlan } from '../../../control/directorPlan.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { rulesDifference } from '../../../rules/diff.ts';
import { differenceLines } from '../../renderDifference.ts';
import { problemJson } from '../../renderProblems.ts';
import type { World } from '../../world.ts';
import { type NewRules, saysTheSame, unchangedText } from './newRules.ts';
import type { ChangeOptions } from './options.ts';
import { noRules } from './revisions.ts';

export async function foretell(
  client: ControlClient,
  { document, current, warnings = [] }: NewRules,
  { json, exitCode }: ChangeOptions,
  { out, paint }: World,
): Promise<ExitCode> {
  const changes = rulesDifference(current?.document ?? noRules, document);
  const changed = !saysTheSame(document, current);
  const revision = current?.revision ?? 0;
  const kernels = await client.ask('rulesPlanned', { document });
  const conclusion = changed ? `revision ${revision} would be followed by another one; nothing was changed` : unchangedText(current);
  const facts = { dryRun: true, revision, changed, changes, kernels, warnings: warnings.map(problemJson) };
  if (json) out(JSON.stringify(facts, null, 2));
  else out([...differenceLines(changes, paint.out), ...kernels.flatMap(planLines), conclusion].join('\n'));
  return changed && exitCode ? exitCodes.differs : exitCodes.ok;
}

/** Thousands of lines help nobody; --json has them all. */
const shownSteps = 20;

function planLines({ node, steps, detail }: DirectorPlan): string[] {
  if (steps === null) return [`what the kernel of ${node} would be told is not known: ${detail ?? ''}`];
  if (steps.length === 0) return [`the kernel of ${node} would be told nothing`];
  const more = steps.length > shownSteps ? [`  and ${steps.length - shownSteps} more`] : [];
  return [`the kernel of ${node} would be told:`, ...steps.slice(0, shownSteps).map((step) => `  ${step}`), ...more];
}
