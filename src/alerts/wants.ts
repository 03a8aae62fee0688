// Which events a channel tells: by type and severity. Each is told by the director whose event it is.
import type { AlertChannel } from '../config/alertChannel.ts';
import { isForPeople, isSecondView } from '../events/audience.ts';
import { beginningOf } from '../events/catalogue.ts';
import type { DirectorEvent } from '../events/event.ts';

export function wants({ events, severities }: Pick<AlertChannel, 'events' | 'severities'>, event: DirectorEvent): boolean {
  if (isSecondView(event) || !severities.includes(event.severity)) return false;
  return events === undefined ? isForPeople(event) : events.includes(beginningOf(event.type));
}
