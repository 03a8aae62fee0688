// How the store does: whether it answers, and what is wrong with what it answers. Told when it changes.
import type { RulesTrouble, StoreEvent } from './rulesStore.ts';

export interface Trouble {
  readonly what: RulesTrouble;
  readonly detail: string;
}

export interface StoreHealth {
  connected(): boolean;
  /** The last failure, while there is no connection. */
  detail(): string | undefined;
  trouble(): Trouble | undefined;
  /** Why the store cannot be written now. */
  hindrance(): string;
  /** It answered; so much for the rules that it has. */
  answered(trouble: Trouble | undefined): void;
  /** Whether it takes what is written. */
  took(refusal: Trouble | undefined): void;
  lost(why: string): void;
}

/** `consequence`: a reason that only follows from another one, and does not replace it. */
export function watchHealth(report: (event: StoreEvent) => void, consequence: string): StoreHealth {
  let connected = false;
  let detail: string | undefined;
  let trouble: Trouble | undefined;
  let refusal: Trouble | undefined;

  const tellNew = (next: Trouble | undefined, before: Trouble | undefined): void => {
    if (next !== undefined && next.what !== before?.what) report({ type: 'trouble', ...next });
  };

  const current = (): Trouble | undefined => trouble ?? refusal;

  const settle = (change: () => void): void => {
    const before = current();
    change();
    if (before !== undefined && current() === undefined) report({ type: 'troubleOver' });
  };

  return {
    connected: () => connected,
    detail: () => detail,
    trouble: current,
    hindrance: () => detail ?? refusal?.detail ?? 'the connection to the store is being made: try again in a moment',
    answered(next) {
      if (!connected) report({ type: 'connected' });
      connected = true;
      detail = undefined;
      tellNew(next, trouble);
      settle(() => {
        trouble = next;
      });
    },
    took(next) {
      tellNew(next, refusal);
      settle(() => {
        refusal = next;
      });
    },
    lost(why) {
      if (connected || detail === undefined) report({ type: 'disconnected', detail: why });
      if (connected || why !== consequence) detail = why;
      connected = false;
    },
  };
}
