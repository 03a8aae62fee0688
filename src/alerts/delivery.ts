// One attempt to tell somebody, whatever the channel.
import type { DirectorEvent } from '../events/event.ts';

export type Delivery =
  | { readonly ok: true }
  /** `again`: another attempt may succeed. `detail` never holds a secret. */
  | { readonly ok: false; readonly again: boolean; readonly detail: string };

/** Always resolves. Ends early when the signal aborts. */
export type Deliver = (event: DirectorEvent, signal: AbortSignal) => Promise<Delivery>;
