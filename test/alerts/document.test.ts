// ALERTS.md against the program: every example loads, and every channel, template and key has one.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { signatureHeaders } from '../../src/alerts/signature.ts';
import type { AlertTarget } from '../../src/config/alertChannel.ts';
import { webhookTemplates } from '../../src/config/alertChannel.ts';
import { parseConfig } from '../../src/config/load.ts';
import { alertBounds } from '../../src/daemon/alerting.ts';
import { sample } from '../config/sample.ts';

const folder = join(import.meta.dirname, '../../src/alerts');
const document = readFileSync(join(folder, 'ALERTS.md'), 'utf8');
const examples = [...document.matchAll(/```yaml\n(alerts:\n.*?)```/gs)].map(([, text = '']) => text);
const withoutAlerts = sample.replace(/^alerts:\n(?: .*\n)*/m, '');

function channelsOf(example: string) {
  const read = parseConfig(withoutAlerts + example, 'ALERTS.md');
  if (!read.ok) throw new Error(read.problems.map(({ what, expected }) => `${what}; expected ${expected}`).join('\n'));
  return read.config.alerts;
}

test('there are examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(8);
});

test.each(examples.map((example) => [example.split('\n')[1]?.trim() ?? '', example]))(
  'the example %s is a valid configuration',
  (_, example) => {
    expect(channelsOf(example).length).toBeGreaterThan(0);
  },
);

const channels = examples.flatMap(channelsOf);

test('every kind of channel and every template has an example', () => {
  const kinds: Readonly<Record<AlertTarget['kind'], true>> = { webhook: true, email: true, exec: true, notify: true, syslog: true };
  expect(new Set(channels.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)));
  expect(new Set(channels.flatMap((one) => (one.kind === 'webhook' ? [one.template] : [])))).toEqual(new Set(webhookTemplates));
});

test('every way to reach a log is shown', () => {
  expect(channels.flatMap((one) => (one.kind === 'syslog' ? [one.to.transport] : []))).toEqual(['unix', 'udp', 'tcp', 'tls']);
});

test('the files that it refers to are there', () => {
  const links = [...document.matchAll(/\]\(((?!http)[^)#]+)/g)].map(([, path = '']) => path);
  for (const path of links) expect(() => readFileSync(join(folder, path))).not.toThrow();
});

test('the numbers in it are those of the daemon', () => {
  const { firstPauseMs, longestPauseMs, attempts, limit } = alertBounds;
  expect([firstPauseMs, longestPauseMs]).toEqual([1000, 60_000]);
  expect(document).toContain('after 1, 2, 4 ... seconds, then every minute');
  expect(document).toContain(`${attempts.toLocaleString('en')} times`);
  expect(document).toContain(`${limit.toLocaleString('en')} events of a channel wait`);
});

test('the signature that it makes by hand is the one that is sent', async () => {
  const folderOfSecret = await mkdtemp(join(tmpdir(), 'vspair-document-'));
  onTestFinished(() => rm(folderOfSecret, { recursive: true }));
  const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
  await writeFile(join(folderOfSecret, 'secret'), `${secret}\n`);
  const [, byHand = ''] = /```sh\n(printf .*?)```/s.exec(document) ?? [];
  const script = byHand.replace('/etc/vspair/hook-secret', join(folderOfSecret, 'secret'));
  const env = { ...process.env, webhook_id: 'an-id', webhook_timestamp: '1795718873', body: '{"text":"größer"}' };
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env });
  expect(`v1,${stdout.trim()}`).toBe(signatureHeaders(secret, 'an-id', 1_795_718_873, '{"text":"größer"}')['webhook-signature']);
});
