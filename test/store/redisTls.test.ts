// Redis over TLS: both sides know each other by certificates of one authority, or do not speak.
import { expect, test } from 'vitest';
import type { TlsFiles } from '../../src/config/config.ts';
import { type Authority, authority } from './certificates.ts';
import { applied, connected, director, directory, redis, rules, type Watched } from './redisDirector.ts';
import type { RedisServer } from './redisServer.ts';

async function server(): Promise<{ readonly server: RedisServer; readonly ours: Authority }> {
  const ours = await authority(directory());
  return { server: await redis({ tls: await ours.issue('redis.example') }), ours };
}

async function credentials(from: Authority): Promise<TlsFiles> {
  return { ...(await from.issue('vspair')), serverName: undefined };
}

async function refusal(watched: Watched): Promise<string | undefined> {
  await watched.until(() => watched.events.length > 0);
  expect(watched.store.state().connected).toBe(false);
  return watched.store.state().detail;
}

test('a director with a certificate of the authority shares its rules with the other one', async () => {
  const { server: at, ours } = await server();
  const state = { tls: await credentials(ours) };
  const [one, two] = await Promise.all([connected(at, { state }), connected(at, { state, name: 'vsbak' })]);
  const revision = await applied(one.store, rules(1));
  await two.until(() => two.store.current()?.revision === 1);
  expect(await two.store.history.find(1)).toEqual(revision);
});

test('the name in the certificate can be another one than the host that is connected to', async () => {
  const { server: at, ours } = await server();
  const tls = await credentials(ours);
  await connected(at, { state: { tls: { ...tls, serverName: 'redis.example' } } });
  const refused = await director(at, { name: 'vsbak', state: { tls: { ...tls, serverName: 'other.example' } } });
  expect(await refusal(refused)).toMatch(/altnames|other\.example/);
});

test('a server whose authority is not trusted is not spoken to', async () => {
  const { server: at, ours } = await server();
  const { certificate, key } = await ours.issue('vspair');
  const stranger = await authority(directory(), 'stranger');
  const { ca } = await stranger.issue('redis.example');
  const refused = await director(at, { state: { tls: { ca, certificate, key, serverName: undefined } } });
  expect(await refusal(refused)).toMatch(/certificate/);
});

test('without a certificate of its own a director is refused, and told so', async () => {
  const { server: at, ours } = await server();
  const { ca } = await credentials(ours);
  const refused = await director(at, { state: { tls: { ca, certificate: undefined, key: undefined, serverName: undefined } } });
  expect(await refusal(refused)).toMatch(/certificate required|closed|alert/i);
});

test('without TLS nothing is said to a server that speaks only TLS', async () => {
  const { server: at } = await server();
  expect(await refusal(await director(at))).toBeDefined();
});
