// The signature of a webhook, as Standard Webhooks has it (standardwebhooks.com): receivers verify it with a ready library.
// The time is signed too, so that an old request cannot be sent once more; the id says which event it was.
import { createHmac } from 'node:crypto';

/** `secret`: `whsec_` and base64, else taken as it is. `seconds`: since 1970, of the attempt. */
export function signatureHeaders(secret: string, id: string, seconds: number, body: string): Record<string, string> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}

const prefix = 'whsec_';
const keyOf = (secret: string): Buffer =>
  secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret, 'utf8');
