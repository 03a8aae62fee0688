// A reload as sentences for an operator, and as an event.
import type { ConfigChange } from '../config/changes.ts';
import { changeText, type ReloadResult } from '../control/reload.ts';
import { problemText } from '../errors/place.ts';
import type { EventDraft } from '../events/draft.ts';
import { configRejected, configReloaded } from '../events/partDrafts.ts';
import type { LogLine } from '../log/line.ts';

const line = (level: LogLine['level'], message: string): LogLine => ({ level, message, fields: { type: 'reload' } });

export function reloadLines(file: string, result: ReloadResult): LogLine[] {
  const warnings = result.warnings.map((warning) => line('warn', problemText(warning)));
  if (result.ok) return [...warnings, ...accepted(file, result.changes)];
  return [
    ...result.problems.map((problem) => line('error', problemText(problem))),
    ...result.obstacles.map(({ what, advice }) => line('error', `reload: ${what}; ${advice}`)),
    line('error', `${file} was not put in force: the running configuration stays`),
  ];
}

function accepted(file: string, changes: readonly ConfigChange[]): LogLine[] {
  if (changes.length === 0) return [line('info', `reload: nothing in ${file} or the secret is new`)];
  return changes.map((change) => line('info', `reload: ${changeText(change)}: ${change.does}`));
}

export function reloadDraft(result: ReloadResult): EventDraft | undefined {
  if (!result.ok) return configRejected([...result.problems.map(problemText), ...result.obstacles.map(({ what }) => what)].join('; '));
  return result.changes.length === 0 ? undefined : configReloaded(result.changes.map(changeText).join('; '));
}
