// What operators ask of the events over the control socket: the last ones, those of one id, and every new one.
import type { ControlShapes } from '../control/protocol.ts';
import { isSecondView } from '../events/audience.ts';
import type { DirectorEvent } from '../events/event.ts';
import { type EventSelection, firstViews, isSelected } from '../events/selection.ts';
import type { Call, Handlers } from '../rpc/methods.ts';
import type { EventLog } from '../store/eventLog.ts';

export type EventHandlers = Pick<Handlers<ControlShapes>, 'events' | 'eventViews' | 'eventsFollow'>;

export function eventHandlers(log: EventLog): EventHandlers {
  return {
    events: ({ limit, ...selection }) =>
      firstViews(log.events())
        .filter((event) => isSelected(event, selection))
        .slice(-limit),
    eventViews: ({ id }) => log.events().filter((event) => event.id.startsWith(id)),
    eventsFollow: (selection, call) => follow(log, selection, call),
  };
}

/** Ends when the asker is gone. */
async function follow(log: EventLog, selection: EventSelection, call: Call): Promise<null> {
  const gone: PromiseWithResolvers<null> = Promise.withResolvers();
  call.signal.addEventListener('abort', () => gone.resolve(null), { once: true });
  const forget = log.onEvent((event) => {
    if (isSelected(event, selection) && !isToldAlready(log, event)) call.progress(event);
  });
  try {
    return await gone.promise;
  } finally {
    forget();
  }
}

const isToldAlready = (log: EventLog, event: DirectorEvent): boolean =>
  isSecondView(event) && log.events().some((other) => other.id === event.id && !isSecondView(other));
