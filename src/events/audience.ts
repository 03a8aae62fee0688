// Which events people are told of when they ask for nothing in particular.
import { beginningOf, catalogue } from './catalogue.ts';
import type { DirectorEvent } from './event.ts';

/** What another director tells already: the giver's part of a handover, or how a takeover looked from here. */
export const isSecondView = ({ type, reason }: DirectorEvent): boolean =>
  (type === 'handover' && reason === 'given') || (type === 'takeover' && reason === 'seen');

/** Whatever moved the service or lost its protection, and the end of that; not that a daemon started or a director rests. */
export function isForPeople(event: DirectorEvent): boolean {
  const { type } = event;
  const moved = type === 'takeover' || type === 'handover' || type === 'test';
  return !isSecondView(event) && (moved || catalogue[beginningOf(type)].severity !== 'info');
}
