import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Delivery } from '../../src/alerts/delivery.ts';
import { deliverByEmail } from '../../src/alerts/email.ts';
import type { EmailTarget } from '../../src/config/alertChannel.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { authority } from '../store/certificates.ts';
import type { Certificate } from '../store/redisServer.ts';
import { anEvent, peerBack, peerLost, takeover } from './events.ts';
import { type Ends, keysOf, listening, type Mail, mailServer } from './receivers.ts';

let directory: string;
let certificate: Certificate;
const ends: Ends = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-email-'));
  certificate = await (await authority(directory)).issue('mail.example');
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => rm(directory, { recursive: true }));

const target = (port: number, more: Partial<EmailTarget> = {}): EmailTarget => ({
  kind: 'email',
  host: '127.0.0.1',
  port,
  tls: 'starttls',
  ca: certificate.ca,
  login: undefined,
  from: 'vspair@example.org',
  to: ['oncall@example.org', 'noc@example.org'],
  ...more,
});

async function passwordFile(password: string): Promise<string> {
  const file = join(directory, 'password');
  await writeFile(file, `${password}\n`);
  await chmod(file, 0o600);
  return file;
}

const sent = (to: EmailTarget, event: DirectorEvent, timeoutMs = 15_000): Promise<Delivery> =>
  deliverByEmail(to, timeoutMs)(event, new AbortController().signal);

const open: SMTPServerOptions = { authOptional: true, disabledCommands: ['STARTTLS'] };
const protectedOpen = (): SMTPServerOptions => ({ authOptional: true, ...keysOf(certificate) });

/** The header of a mail, its folded lines joined. */
const header = (mail: Mail | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(mail?.text.replaceAll(/\r?\n[ \t]+/g, ' ') ?? '')?.[1]?.trim();

test('a mail goes over STARTTLS to every recipient, and says it all in its subject and text', async () => {
  const mails: Mail[] = [];
  const port = await mailServer(ends, mails, protectedOpen());
  const event = takeover();
  expect(await sent(target(port), event)).toEqual({ ok: true });
  expect(mails).toMatchObject([{ from: 'vspair@example.org', to: ['oncall@example.org', 'noc@example.org'], secure: true }]);
  const [mail] = mails;
  expect(header(mail, 'Subject')).toBe(
    '[vspair] WARNING: shop on vsbak (cluster web): shop (VRID 51): ACTIVE: vs1 not heard for 312 ms (limit 360.9 ms)',
  );
  expect(header(mail, 'Message-ID')).toBe(`<${event.id}@example.org>`);
  expect(header(mail, 'Date')).toBe('Fri, 06 Nov 2026 09:04:05 +0000');
  expect(header(mail, 'Auto-Submitted')).toBe('auto-generated');
  expect(mail?.text).toMatch(/^Peer: +vs1\r$/m);
  expect(header(mail, 'References')).toBeUndefined();
});

test('with a certificate that nobody vouches for, and without STARTTLS, nothing is sent', async () => {
  const mails: Mail[] = [];
  const distrusted = await mailServer(ends, mails, protectedOpen());
  expect(await sent(target(distrusted, { ca: undefined }), takeover())).toMatchObject({ ok: false, again: true });
  const plain = await mailServer(ends, mails, open);
  expect(await sent(target(plain), takeover())).toMatchObject({ ok: false, again: true });
  expect(mails).toEqual([]);
});

test('TLS from the first byte, with a name and a password from a file', async () => {
  const mails: Mail[] = [];
  const port = await mailServer(ends, mails, {
    ...keysOf(certificate),
    secure: true,
    onAuth: ({ username, password }, _session, done) =>
      done(password === 'hunter2' ? undefined : new Error('no'), { user: username ?? '' }),
  });
  const login = { username: 'vspair', passwordFile: await passwordFile('hunter2') };
  expect(await sent(target(port, { tls: 'tls', login }), takeover())).toEqual({ ok: true });
  expect(mails).toMatchObject([{ user: 'vspair', secure: true }]);
  await passwordFile('hunter3');
  const refused = await sent(target(port, { tls: 'tls', login }), takeover());
  expect(refused).toMatchObject({ ok: false, again: true });
  expect(JSON.stringify(refused)).not.toContain('hunter3');
});

test('mails about one trouble share a thread, those about another do not', async () => {
  const mails: Mail[] = [];
  const port = await mailServer(ends, mails, open);
  const other = anEvent({ type: 'peerLost', peer: 'vs3', trouble: { key: 'peer:vs3', isOver: false } });
  for (const event of [peerLost(), peerBack(), other]) await sent(target(port, { tls: 'none' }), event);
  const [begun, over, another] = mails.map((mail) => header(mail, 'References'));
  expect(begun).toMatch(/^<trouble-[0-9a-f]{32}@example\.org>$/);
  expect(over).toBe(begun);
  expect(another).not.toBe(begun);
  expect(header(mails[1], 'Subject')).toMatch(/^\[vspair\] RECOVERED: /);
  expect(new Set(mails.map((mail) => header(mail, 'Message-ID'))).size).toBe(3);
});

test('a server that refuses the sender is not asked again; one that has no time now is', async () => {
  const refuse = (responseCode: number): SMTPServerOptions => ({
    ...open,
    onMailFrom: (_address, _session, done) => done(Object.assign(new Error('not now'), { responseCode })),
  });
  const final = await mailServer(ends, [], refuse(550));
  expect(await sent(target(final, { tls: 'none' }), takeover())).toMatchObject({ ok: false, again: false });
  const busy = await mailServer(ends, [], refuse(451));
  expect(await sent(target(busy, { tls: 'none' }), takeover())).toMatchObject({ ok: false, again: true });
});

test('one recipient that is refused is told, and the others do not get it twice', async () => {
  const mails: Mail[] = [];
  const port = await mailServer(ends, mails, {
    ...open,
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('noc') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null),
  });
  expect(await sent(target(port, { tls: 'none' }), takeover())).toEqual({
    ok: false,
    again: false,
    detail: '1 of 2 recipients refused: noc@example.org',
  });
  expect(mails).toMatchObject([{ to: ['oncall@example.org'] }]);
});

test('a server that never greets, or is not there, is a failure with its reason', async () => {
  const silent = createServer();
  ends.push(() => silent.close());
  expect(await sent(target(await listening(silent)), takeover(), 100)).toEqual({
    ok: false,
    again: true,
    detail: 'no answer within 100 ms',
  });
  expect(await sent(target(1), takeover())).toMatchObject({ again: true, detail: expect.stringContaining('ECONNREFUSED') as unknown });
});
