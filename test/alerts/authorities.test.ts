// An authority of the house is trusted when the system trusts it. OpenSSL reads where the system's are when a process first
// asks, so that this is a process of its own.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { WebhookTarget } from '../../src/config/alertChannel.ts';
import { authority } from '../store/certificates.ts';
import { takeover } from './events.ts';
import { type Ends, type Request, webServer } from './receivers.ts';

const ends: Ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test('a web server whose certificate the system vouches for gets the event over TLS', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vspair-authority-'));
  ends.push(() => rm(directory, { recursive: true }));
  const certificate = await (await authority(directory)).issue('ops.example');
  const requests: Request[] = [];
  const url = await webServer(ends, { requests, tls: certificate });
  const target: WebhookTarget = { kind: 'webhook', url: { text: url }, template: 'event', secretFile: undefined, tokenFile: undefined };
  const module = join(import.meta.dirname, '../../src/alerts/webhook.ts');
  const script = `
    const { deliverByWebhook } = await import(${JSON.stringify(module)});
    const deliver = deliverByWebhook(${JSON.stringify(target)}, 15_000);
    console.log(JSON.stringify(await deliver(${JSON.stringify(takeover())}, new AbortController().signal)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, SSL_CERT_FILE: certificate.ca },
  });
  expect(JSON.parse(stdout)).toEqual({ ok: true });
  expect(requests).toMatchObject([{ method: 'POST' }]);
});
