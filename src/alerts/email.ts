// The channel `email`: one mail for each event, by SMTP. What a mail says is in emailMessage.ts.
import { readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import type { EmailTarget } from '../config/alertChannel.ts';
import { trustSystemAuthorities } from './authorities.ts';
import { attemptTime, type Deliver, type Delivery } from './delivery.ts';
import { messageFor } from './emailMessage.ts';
import { readSecretFile } from './secretFile.ts';

export function deliverByEmail(target: EmailTarget, timeoutMs: number): Deliver {
  return async (event, closing) => {
    const time = attemptTime(closing, timeoutMs);
    try {
      if (target.tls !== 'none') trustSystemAuthorities();
      const transport = createTransport(await connectionTo(target, timeoutMs));
      const { rejected } = await transport.sendMail({ ...messageFor(event, target), signal: time.over });
      return deliveryOf(rejected, target);
    } catch (error) {
      return { ok: false, again: !isFinal(error), detail: time.reasonOf(error) };
    }
  };
}

async function connectionTo({ host, port, tls, ca, login }: EmailTarget, timeoutMs: number) {
  return {
    host,
    port,
    secure: tls === 'tls',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: ca === undefined ? {} : { ca: await readFile(ca) },
    ...(login === undefined ? {} : { auth: { user: login.username, pass: await readSecretFile(login.passwordFile) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
    // A message of ours is text alone: nothing in it may name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Sent again it would come twice to those who have it. */
function deliveryOf(rejected: readonly string[], { to }: EmailTarget): Delivery {
  if (rejected.length === 0) return { ok: true };
  return { ok: false, again: false, detail: `${rejected.length} of ${to.length} recipients refused: ${rejected.join(', ')}` };
}

/** A refusal of this mail: 5yz to the sender, a recipient or the content (RFC 5321 4.2.1). A wrong password can be put right. */
const isFinal = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') &&
  'responseCode' in error &&
  typeof error.responseCode === 'number' &&
  error.responseCode >= 500;
