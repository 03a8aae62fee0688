import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery } from '../../src/alerts/delivery.ts';
import { deliverBySyslog } from '../../src/alerts/syslog.ts';
import type { SyslogReceiver } from '../../src/config/alertChannel.ts';
import { sendUnixDatagram } from '../../src/daemon/alerting.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { eventually } from '../eventually.ts';
import { authority } from '../store/certificates.ts';
import { anEvent, peerBack, takeover } from './events.ts';
import { type Ends, streamSyslog, udpSyslog, unixSyslog } from './receivers.ts';

let directory: string;
const ends: Ends = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-syslog-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

function sent(to: SyslogReceiver, event: DirectorEvent, format: 'rfc3164' | 'rfc5424' = 'rfc5424'): Promise<Delivery> {
  const target = { kind: 'syslog', to, facility: 'daemon', format } as const;
  return deliverBySyslog(target, 15_000, sendUnixDatagram)(event, new AbortController().signal);
}

const textOf = ({ text, type, id }: DirectorEvent): string => `${text} (${type}, cluster web, event ${id})`;
/** Facility daemon (3), severity warning (4). */
const warning = `<${3 * 8 + 4}>`;

test('the log of this machine gets a datagram in the form that syslogd and journald read', async () => {
  const path = join(directory, 'log');
  const log = unixSyslog(ends, path);
  const event = takeover();
  expect(await sent({ transport: 'unix', path }, event, 'rfc3164')).toEqual({ ok: true });
  const message = log.next() ?? '';
  expect(message).toMatch(/^<28>Nov {2}6 \d\d:04:05 vspair\[\d+\]: /);
  expect(message.slice(message.indexOf(']: ') + 3)).toBe(textOf(event));
});

test('a log that is not there, or full, is a failure that is tried again', async () => {
  const path = join(directory, 'log');
  expect(await sent({ transport: 'unix', path }, takeover())).toMatchObject({
    ok: false,
    again: true,
    detail: expect.stringContaining('ENOENT') as unknown,
  });
  unixSyslog(ends, path);
  let delivery: Delivery = { ok: true };
  for (let count = 0; count < 1000 && delivery.ok; count += 1) delivery = await sent({ transport: 'unix', path }, takeover());
  expect(delivery).toMatchObject({ ok: false, again: true, detail: expect.stringContaining('EAGAIN') as unknown });
});

test('another machine gets RFC 5424 over UDP: priority, version, time, host, program, process, type', async () => {
  const messages: string[] = [];
  const event = takeover();
  expect(await sent({ transport: 'udp', host: '127.0.0.1', port: await udpSyslog(ends, messages) }, event)).toEqual({ ok: true });
  await eventually(() => messages).toEqual([
    `${warning}1 2026-11-06T09:04:05.678Z ${hostname()} vspair ${process.pid} takeover - ${textOf(event)}`,
  ]);
});

test('over TCP and TLS each message is framed by its length in bytes', async () => {
  const ca = await authority(directory);
  const certificate = await ca.issue('log.example');
  const messages: string[] = [];
  const event = anEvent({ text: 'größer\nals eine Zeile' });
  const tcp = await streamSyslog(ends, messages);
  const tls = await streamSyslog(ends, messages, certificate);
  expect(await sent({ transport: 'tcp', host: '127.0.0.1', port: tcp }, event)).toEqual({ ok: true });
  expect(await sent({ transport: 'tls', host: '127.0.0.1', port: tls, ca: certificate.ca }, event)).toEqual({ ok: true });
  await eventually(() => messages.length).toBe(2);
  for (const message of messages) {
    const [, length, rest = ''] = /^(\d+) (.*)$/s.exec(message) ?? [];
    expect(Buffer.byteLength(rest)).toBe(Number(length));
    expect(rest).toContain('größer als eine Zeile');
  }
});

test('a TLS receiver that nobody vouches for, and one that is not there, get nothing', async () => {
  const ca = await authority(directory);
  const messages: string[] = [];
  const port = await streamSyslog(ends, messages, await ca.issue('log.example'));
  expect(await sent({ transport: 'tls', host: '127.0.0.1', port, ca: undefined }, takeover())).toMatchObject({ ok: false, again: true });
  expect(await sent({ transport: 'tcp', host: '127.0.0.1', port: 1 }, takeover())).toMatchObject({
    ok: false,
    again: true,
    detail: expect.stringContaining('ECONNREFUSED') as unknown,
  });
  expect(messages.join('')).toBe('');
});

test('what is over is a notice', async () => {
  const messages: string[] = [];
  await sent({ transport: 'udp', host: '127.0.0.1', port: await udpSyslog(ends, messages) }, peerBack());
  await eventually(() => messages[0]?.startsWith(`<${3 * 8 + 5}>`)).toBe(true);
});
