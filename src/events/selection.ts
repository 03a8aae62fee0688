// Which events somebody wants to see.
import { isSecondView } from './audience.ts';
import { beginningOf, type EventType, type Severity, severities } from './catalogue.ts';
import type { DirectorEvent } from './event.ts';

/** What is left out asks for nothing. */
export interface EventSelection {
  /** ISO 8601, UTC. */
  readonly since?: string | undefined;
  readonly group?: string | undefined;
  /** An end is selected with its beginning. */
  readonly types?: readonly EventType[] | undefined;
  /** This severe or more. */
  readonly severity?: Severity | undefined;
}

export function isSelected(event: DirectorEvent, { since, group, types, severity }: EventSelection): boolean {
  if (since !== undefined && event.time < since) return false;
  if (group !== undefined && event.group !== group) return false;
  if (types !== undefined && !types.includes(event.type) && !types.includes(beginningOf(event.type))) return false;
  return severity === undefined || severities.indexOf(event.severity) <= severities.indexOf(severity);
}

/** Without the second views of what is there in the first. */
export function firstViews(events: readonly DirectorEvent[]): readonly DirectorEvent[] {
  const told = new Set(events.filter((event) => !isSecondView(event)).map(({ id }) => id));
  return events.filter((event) => !isSecondView(event) || !told.has(event.id));
}
