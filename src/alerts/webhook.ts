// The channel `webhook`: an event by HTTP POST, in the form that the receiver understands. The path of such a URL is often
// its password, so no text shows it.
import type { WebhookTarget } from '../config/alertChannel.ts';
import type { DirectorEvent } from '../events/event.ts';
import { trustSystemAuthorities } from './authorities.ts';
import { attemptTime, type Deliver, type Delivery } from './delivery.ts';
import { readSecretFile } from './secretFile.ts';
import { signatureHeaders } from './signature.ts';
import { bodyOf, receiverOf } from './webhookBody.ts';

export function deliverByWebhook(target: WebhookTarget, timeoutMs: number): Deliver {
  return async (event, closing) => {
    const time = attemptTime(closing, timeoutMs);
    try {
      const { url, init } = await requestOf(target, event);
      if (url.protocol === 'https:') trustSystemAuthorities();
      const response = await fetch(url, { ...init, signal: time.over });
      await response.body?.cancel();
      return deliveryOf(response);
    } catch (error) {
      return { ok: false, again: true, detail: time.reasonOf(error) };
    }
  };
}

async function requestOf(target: WebhookTarget, event: DirectorEvent): Promise<{ readonly url: URL; readonly init: RequestInit }> {
  const written = await urlOf(target);
  const token = target.tokenFile === undefined ? undefined : await readSecretFile(target.tokenFile);
  const secret = target.secretFile === undefined ? undefined : await readSecretFile(target.secretFile);
  const { url, authorization } = withoutCredentials(written);
  const body = JSON.stringify(bodyOf(target.template, event, { url, token }));
  const bearer = token === undefined || target.template === 'pagerduty' ? undefined : `Bearer ${token}`;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'vspair',
    'idempotency-key': event.id,
    ...(bearer === undefined && authorization === undefined ? {} : { authorization: bearer ?? authorization ?? '' }),
    ...(secret === undefined ? {} : signatureHeaders(secret, event.id, Math.floor(Date.now() / 1000), body)),
  };
  // A redirected POST would arrive as a GET without the event.
  return { url: receiverOf(target.template, url), init: { method: 'POST', headers, body, redirect: 'manual' } };
}

async function urlOf({ url }: WebhookTarget): Promise<URL> {
  if ('text' in url) return new URL(url.text);
  const parsed = URL.parse(await readSecretFile(url.file));
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    throw new Error(`${url.file} holds no URL http://... or https://...`);
  return parsed;
}

/** Request Timeout, Too Early, Too Many Requests: the receiver asks to come again. */
const transientStatuses: readonly number[] = [408, 425, 429];

function deliveryOf({ ok, status, headers }: Response): Delivery {
  if (ok) return { ok: true };
  const again = status >= 500 || transientStatuses.includes(status);
  return { ok: false, again, detail: `HTTP status ${status}`, notBeforeMs: retryAfterMs(headers.get('retry-after')) };
}

const longestRetryAfterMs = 600_000;

/** In seconds only: a date would need clocks that agree. */
function retryAfterMs(header: string | null): number | undefined {
  return header === null || !/^\d{1,6}$/.test(header) ? undefined : Math.min(Number(header) * 1000, longestRetryAfterMs);
}

/** fetch refuses URLs that carry a user and a password: they belong in a header. */
function withoutCredentials(written: URL): { readonly url: URL; readonly authorization: string | undefined } {
  const url = new URL(written);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url, authorization: undefined };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
