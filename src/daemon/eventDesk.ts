// Where what happens becomes an event of this director and goes to whoever keeps or tells it. What comes before they are
// ready waits; what lasts is told when it begins and when it ends.
import { type EventDraft, eventOf, type Teller } from '../events/draft.ts';
import type { DirectorEvent } from '../events/event.ts';
import { type Flapping, watchFlapping } from '../events/flapping.ts';
import { type KeeperWords, keeperDrafts } from '../events/keeperEvents.ts';
import { type Levels, watchLevels } from '../events/levels.ts';
import { createTransitions, type Transitions } from '../events/transitions.ts';
import { openTroubles, type Troubles } from '../events/troubles.ts';
import type { FromKeeper, KeeperSnapshot } from '../keeper/messages.ts';

export interface EventDesk {
  tell(draft: EventDraft): void;
  keeper(message: FromKeeper): void;
  /** A look at the keeper, about once a second. */
  look(snapshot: KeeperSnapshot): void;
  /** From now on events are made. */
  begin(ground: EventGround): void;
}

export interface EventGround {
  readonly incarnation: number;
  /** What this director told before, oldest first. */
  readonly told: readonly DirectorEvent[];
  readonly deliver: (event: DirectorEvent) => void;
}

/** A takeover whose rules take longer to load is told before they are in, and again when it is complete. */
const untilToldMs = 2_000;

interface Open {
  readonly transitions: Transitions;
  readonly troubles: Troubles;
  readonly levels: Levels;
  readonly flapping: Flapping;
  readonly deliver: EventGround['deliver'];
}

export function createEventDesk(teller: Teller, words: KeeperWords): EventDesk {
  const early: EventDraft[] = [];
  let open: Open | undefined;

  const tell = (draft: EventDraft): void => {
    if (open === undefined) early.push(draft);
    else if (open.troubles.admits(draft.trouble ?? null)) deliver(open, eventOf(draft, teller));
  };

  const deliver = (to: Open, event: DirectorEvent): void => {
    to.deliver(event);
    for (const draft of to.flapping.note(event, performance.now())) tell(draft);
  };

  return {
    tell,
    keeper(message) {
      if (open !== undefined) for (const draft of keeperDrafts(message, open.transitions, words)) tell(draft);
    },
    look(snapshot) {
      if (open === undefined) return;
      const { transitions, troubles, levels, flapping } = open;
      const late = transitions.overdue(untilToldMs);
      for (const draft of [...late, ...levels.drafts(snapshot, troubles), ...flapping.settle(performance.now())]) tell(draft);
    },
    begin({ incarnation, told, deliver: to }) {
      const { cluster, node } = teller;
      const transitions = createTransitions({ cluster, node, incarnation });
      open = { transitions, troubles: openTroubles(told), levels: watchLevels(), flapping: watchFlapping(), deliver: to };
      for (const draft of early.splice(0)) tell(draft);
    },
  };
}
