// One attempt to tell somebody, whatever the channel.
import { messageOf } from '../errors/message.ts';
import type { DirectorEvent } from '../events/event.ts';

export type Delivery =
  | { readonly ok: true }
  /**
   * `again`: another attempt may succeed, though not before `notBeforeMs` have passed if the receiver said so.
   * `detail` never holds a secret.
   */
  | { readonly ok: false; readonly again: boolean; readonly detail: string; readonly notBeforeMs?: number | undefined };

/** Always resolves. Ends early when the signal aborts. */
export type Deliver = (event: DirectorEvent, signal: AbortSignal) => Promise<Delivery>;

/** `over` for one attempt: when the daemon ends, or when the time of the attempt has passed. */
export interface AttemptTime {
  readonly over: AbortSignal;
  /** Why it failed: that the time had passed, else what `error` says. */
  reasonOf(error: unknown): string;
}

export function attemptTime(closing: AbortSignal, timeoutMs: number): AttemptTime {
  const over = AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]);
  const timedOut = (): boolean => over.aborted && !closing.aborted;
  return { over, reasonOf: (error) => (timedOut() ? `no answer within ${timeoutMs} ms` : causeOf(error)) };
}

/** fetch says "fetch failed"; the reason is its cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause);
}
