// Backend 'none': the rules are those of this director alone, kept on its disk. The operator applies them on each.
import { applyHere } from './applyHere.ts';
import { holdRules } from './heldRules.ts';
import { inTurn } from './inTurn.ts';
import { linedHistory } from './linedHistory.ts';
import type { LocalCopy } from './localCopy.ts';
import type { RulesStore } from './rulesStore.ts';

export interface LocalStoreOptions {
  readonly copy: LocalCopy;
  readonly node: string;
  /** The version of vspair. */
  readonly writtenBy: string;
}

export function createLocalStore({ copy, node, writtenBy }: LocalStoreOptions): RulesStore {
  // Saved before it is held: there is no other copy, and what is not on disk was not applied.
  const held = holdRules(copy.initial, () => Promise.resolve());
  const turn = inTurn();
  return {
    history: linedHistory(copy.history, () => held.current()),
    current: () => held.current(),
    onChange: (listener) => held.onChange(listener),
    apply: (document, request) => turn(() => applyHere({ held, copy, node, writtenBy }, document, request)),
    recordEvent: () => undefined,
    state: () => ({
      backend: 'none',
      connected: true,
      detail: undefined,
      source: held.source(),
      trouble: copy.newer === undefined ? undefined : { what: 'newer', detail: copy.newer },
      eventsLost: 0,
    }),
    async close() {
      await turn(() => Promise.resolve());
    },
  };
}
