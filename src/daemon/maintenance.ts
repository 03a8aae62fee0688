// Maintenance of this director as an operator asks for it: the keeper decides, and why and since when is remembered here, on
// disk too, so that a restart does not end it.
import type { MaintenanceParams } from '../control/protocol.ts';
import type { MaintenanceNote } from '../control/status.ts';
import type { Outcome } from '../core/types.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import type { NodeState } from '../store/nodeState.ts';

export interface Maintenance {
  /** To be called before anybody asks for the note. */
  noteKeeper(message: FromKeeper): void;
  request(params: MaintenanceParams, ask: (on: boolean) => Promise<Outcome>): Promise<Outcome>;
}

export interface MaintenanceParts {
  readonly memory: Pick<NodeState, 'maintenance' | 'keepMaintenance'>;
  /** The note is not on disk: the next start would not know of it. */
  readonly onUnsaved: (error: unknown) => void;
}

const noReason: MaintenanceNote = { reason: null, author: null, since: null };

export function watchMaintenance({ memory, onUnsaved }: MaintenanceParts): Maintenance {
  // A keeper that starts in maintenance tells so, as of a change: the note of before holds.
  let wanted: MaintenanceNote = memory.maintenance() ?? noReason;
  let saved: Promise<unknown> = Promise.resolve();
  const keep = (note: MaintenanceNote | undefined): void => {
    saved = memory.keepMaintenance(note).catch(onUnsaved);
  };

  return {
    noteKeeper(message) {
      if (message.type === 'maintenanceChanged') keep(message.on ? wanted : undefined);
    },
    async request({ on, reason = null, author = null }, ask) {
      wanted = { reason, author, since: new Date().toISOString() };
      const before = memory.maintenance();
      const outcome = await ask(on);
      // It was in maintenance already: the keeper tells no change, and the newest reason is the one that holds.
      if (on && outcome.ok && before !== undefined && reason !== null) keep({ ...wanted, since: before.since });
      // Who reads that it is done may restart this director at once.
      await saved;
      return outcome;
    },
  };
}
