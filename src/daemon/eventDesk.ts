// Where what happens becomes an event of this director and goes to whoever keeps or tells it. What comes before they are
// ready waits; what lasts is told when it begins and when it ends.
import { type EventDraft, eventOf, type Teller } from '../events/draft.ts';
import type { DirectorEvent } from '../events/event.ts';
import { type KeeperWords, keeperDrafts } from '../events/keeperEvents.ts';
import { createTransitions, type Transitions } from '../events/transitions.ts';
import { openTroubles, type Troubles } from '../events/troubles.ts';
import type { FromKeeper } from '../keeper/messages.ts';

export interface EventDesk {
  tell(draft: EventDraft): void;
  keeper(message: FromKeeper): void;
  /** From now on events are made. */
  begin(ground: EventGround): void;
  close(): void;
}

export interface EventGround {
  readonly incarnation: number;
  /** What this director told before, oldest first. */
  readonly told: readonly DirectorEvent[];
  readonly deliver: (event: DirectorEvent) => void;
}

/** A takeover whose rules take longer to load is told before they are in, and again when it is complete. */
const untilTold = { lookEveryMs: 500, afterMs: 2_000 } as const;

interface Open {
  readonly transitions: Transitions;
  readonly troubles: Troubles;
  readonly deliver: EventGround['deliver'];
}

export function createEventDesk(teller: Teller, words: KeeperWords): EventDesk {
  const early: EventDraft[] = [];
  let open: Open | undefined;

  const tell = (draft: EventDraft): void => {
    if (open === undefined) early.push(draft);
    else if (open.troubles.admits(draft.trouble ?? null)) open.deliver(eventOf(draft, teller));
  };

  const look = setInterval(() => {
    for (const draft of open?.transitions.overdue(untilTold.afterMs) ?? []) tell(draft);
  }, untilTold.lookEveryMs).unref();

  return {
    tell,
    keeper(message) {
      if (open !== undefined) for (const draft of keeperDrafts(message, open.transitions, words)) tell(draft);
    },
    begin({ incarnation, told, deliver }) {
      const { cluster, node } = teller;
      open = { transitions: createTransitions({ cluster, node, incarnation }), troubles: openTroubles(told), deliver };
      for (const draft of early.splice(0)) tell(draft);
    },
    close: () => clearInterval(look),
  };
}
