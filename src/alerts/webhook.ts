// The channel `webhook`: the event as JSON by HTTP POST. The path of such a URL is often its password, so no text shows it.
import type { DirectorEvent } from '../events/event.ts';
import type { Deliver, Delivery } from './delivery.ts';

/** Request Timeout, Too Early, Too Many Requests: the receiver asks to come again. */
const transientStatuses: readonly number[] = [408, 425, 429];

export function deliverByWebhook(url: string, timeoutMs: number): Deliver {
  const { target, authorization } = withoutCredentials(url);
  return async (event, closing) => {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]);
    try {
      // A redirected POST would arrive as a GET without the event.
      const request = {
        method: 'POST',
        headers: headersOf(event, authorization),
        body: JSON.stringify(event),
        redirect: 'manual',
        signal,
      } as const;
      const response = await fetch(target, request);
      await response.body?.cancel();
      return deliveryOf(response);
    } catch (error) {
      return { ok: false, again: true, detail: signal.aborted && !closing.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error) };
    }
  };
}

function headersOf(event: DirectorEvent, authorization: string | undefined): Record<string, string> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'vspair', 'idempotency-key': event.id };
  return authorization === undefined ? headers : { ...headers, authorization };
}

function deliveryOf({ ok, status }: Response): Delivery {
  if (ok) return { ok: true };
  return { ok: false, again: status >= 500 || transientStatuses.includes(status), detail: `HTTP status ${status}` };
}

/** fetch refuses URLs that carry a user and a password: they belong in a header. */
function withoutCredentials(url: string): { readonly target: URL; readonly authorization: string | undefined } {
  const target = new URL(url);
  const { username, password } = target;
  target.username = '';
  target.password = '';
  if (username === '' && password === '') return { target, authorization: undefined };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { target, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** fetch says "fetch failed"; the reason is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
