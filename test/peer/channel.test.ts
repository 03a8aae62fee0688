import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import type { SecretKey } from '../../src/keeper/messages.ts';
import { createPeerChannel, type PeerChannel, type PeerChannelEvent, type PeerChannelOptions } from '../../src/peer/channel.ts';
import { identityText, presharedKey, tlsCiphers } from '../../src/peer/credentials.ts';
import type { PeerShapes } from '../../src/peer/protocol.ts';
import { type Handlers, RpcRefusal } from '../../src/rpc/methods.ts';
import { exchangeRefused } from '../../src/store/rulesPeers.ts';

const oldKey: SecretKey = { id: 1, key: Buffer.alloc(32, 'old secret') };
const newKey: SecretKey = { id: 2, key: Buffer.alloc(32, 'new secret') };
const vs1 = { node: 'vs1', addresses: ['127.7.1.1', '127.7.2.1'] };
const vsbak = { node: 'vsbak', addresses: ['127.7.1.2', '127.7.2.2'] };
const quick = { pingEveryMs: 20, pingMs: 5000, firstPauseMs: 10, longestPauseMs: 40, listenAgainMs: 10, connectMs: 5000 };

const handlers: Handlers<PeerShapes> = {
  ...exchangeRefused('not what these tests are about'),
  status: () => {
    throw new RpcRefusal('refused', 'starting');
  },
  rulesPlanned: () => [],
  eventsNew: () => null,
  eventsAfter: () => [],
  clock: () => ({ now: 0 }),
  failover: ({ group, to }) => ({ ok: true, detail: `${group} to ${to ?? 'the fittest'}` }),
};

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Watched {
  readonly channel: PeerChannel;
  readonly events: PeerChannelEvent[];
  /** The first event of this type, past or to come. */
  seen<Type extends PeerChannelEvent['type']>(type: Type): Promise<Extract<PeerChannelEvent, { type: Type }>>;
}

function watched(port: number, options: Pick<PeerChannelOptions, 'self' | 'peers'> & Partial<PeerChannelOptions>): Watched {
  const events: PeerChannelEvent[] = [];
  const arrivals = new EventEmitter();
  const report = (event: PeerChannelEvent): void => {
    events.push(event);
    arrivals.emit('event');
  };
  const channel = createPeerChannel({ cluster: 'web', port, keys: [oldKey], handlers, report, timings: quick, ...options });
  ends.push(() => channel.close());
  return {
    channel,
    events,
    async seen(type) {
      for (;;) {
        const found = events.find((event) => event.type === type);
        if (found !== undefined) return found as Extract<PeerChannelEvent, { type: typeof type }>;
        await once(arrivals, 'event');
      }
    },
  };
}

const director1 = (port: number, options: Partial<PeerChannelOptions> = {}) => watched(port, { self: vs1, peers: [vsbak], ...options });
const director2 = (port: number, options: Partial<PeerChannelOptions> = {}) => watched(port, { self: vsbak, peers: [vs1], ...options });

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.7.1.2');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('directors reach each other both ways and answer each other', async () => {
  const port = await freePort();
  const two = director2(port);
  await two.seen('listening');
  const one = director1(port);
  await Promise.all([one.seen('connected'), two.seen('connected')]);
  expect(await one.channel.request('vsbak', 'failover', { group: 'web', to: 'vs1' })).toEqual({ ok: true, detail: 'web to vs1' });
  expect(await two.channel.request('vs1', 'failover', { group: 'web' })).toEqual({ ok: true, detail: 'web to the fittest' });
  expect(one.channel.connected('vsbak')).toBe(true);
  expect(one.channel.state().peers).toEqual([{ node: 'vsbak', connected: true, address: '127.7.1.2', detail: undefined }]);
});

test('what the other side refuses is told with its reason', async () => {
  const port = await freePort();
  const [one] = [director1(port), director2(port)];
  await one.seen('connected');
  await expect(one.channel.request('vsbak', 'status', {})).rejects.toMatchObject({
    code: 'VSP_REFUSED',
    message: 'vsbak: cannot ask for status: starting',
  });
});

test('a request to a director that is not reached, or not known, fails at once and says why', async () => {
  const one = director1(await freePort());
  const refused = await one.seen('unreachable');
  expect(refused.detail).toContain('ECONNREFUSED');
  await expect(one.channel.request('vsbak', 'status', {})).rejects.toMatchObject({ code: 'VSP_PEER_NOT_REACHABLE' });
  await expect(one.channel.request('vs9', 'status', {})).rejects.toThrow('not a director of this cluster');
});

test('a request that is not answered in time is given up, and the connection stays', async () => {
  const port = await freePort();
  const one = director1(port);
  director2(port, { handlers: { ...handlers, failover: () => Promise.withResolvers<never>().promise } });
  await one.seen('connected');
  await expect(one.channel.request('vsbak', 'failover', { group: 'web' }, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'VSP_PEER_NOT_REACHABLE',
  });
  expect(one.channel.connected('vsbak')).toBe(true);
});

test('a director with another secret is refused and counted, and no text shows the key', async () => {
  const port = await freePort();
  const two = director2(port);
  await two.seen('listening');
  const one = director1(port, { keys: [{ id: 1, key: Buffer.alloc(32, 'wrong') }] });
  expect((await one.seen('unreachable')).detail).toContain('the secrets differ');
  expect(await two.seen('refused')).toEqual({ type: 'refused', cause: 'wrong-key', count: 1, from: '127.7.1.1' });
  expect(two.channel.state().refused['wrong-key']).toBeGreaterThan(0);
  const texts = JSON.stringify([one.events, two.events]);
  for (const key of ['wrong', 'old secret']) expect(texts).not.toContain(Buffer.from(key).toString('hex'));
});

test.each([
  ['another cluster’s director', { cluster: 'mail' }, 'wrong-key'],
  ['a key id that is not known here', { keys: [newKey] }, 'unknown-identity'],
  ['a name that is not in the configuration', { self: { ...vs1, node: 'vs7' } }, 'unknown-identity'],
  ['somebody who looks for another director', { peers: [{ ...vsbak, node: 'vs8' }] }, 'unknown-identity'],
  ['an address that no director has', { self: { ...vs1, addresses: ['127.7.1.9', '127.7.2.9'] } }, 'unknown-address'],
] as const)('%s is refused and counted', async (_who, options, cause) => {
  const port = await freePort();
  const two = director2(port);
  await two.seen('listening');
  director1(port, options);
  expect(await two.seen('refused')).toMatchObject({ cause });
});

test('while the secret is being changed directors with either key first reach each other', async () => {
  const port = await freePort();
  const [one, two] = [director1(port, { keys: [newKey, oldKey] }), director2(port, { keys: [oldKey, newKey] })];
  await Promise.all([one.seen('connected'), two.seen('connected')]);
});

test('when the first heartbeat link is gone the second one is used', async () => {
  const port = await freePort();
  // The peer has lost the first of its addresses.
  const two = watched(port, { self: { node: 'vsbak', addresses: ['127.7.2.2'] }, peers: [{ node: 'vs1', addresses: ['127.7.2.1'] }] });
  await two.seen('listening');
  const one = director1(port);
  expect(await one.seen('connected')).toMatchObject({ address: '127.7.2.2' });
  expect(await one.seen('unreachable')).toMatchObject({ address: '127.7.1.2' });
});

test('the end of a connection is told at once, and it is made again when the peer is back', async () => {
  const port = await freePort();
  const [one, two] = [director1(port), director2(port)];
  await one.seen('connected');
  await two.channel.close();
  expect(await one.seen('lost')).toMatchObject({ peer: 'vsbak' });
  expect(one.channel.connected('vsbak')).toBe(false);
  one.events.length = 0;
  director2(port);
  await one.seen('connected');
});

test('a peer that stops answering pings counts as lost although its connection stands', async () => {
  const port = await freePort();
  const identity = { keyId: 1, from: 'vs1', to: 'vsbak' };
  const deaf = createTlsServer(
    { minVersion: 'TLSv1.3', ciphers: tlsCiphers, pskCallback: () => presharedKey('web', oldKey, identity) },
    (socket) => {
      socket.once('data', () => socket.write('{"id":1,"result":null}\n'));
      socket.on('error', () => undefined);
    },
  );
  deaf.listen(port, '127.7.1.2');
  ends.push(() => deaf.close());
  await once(deaf, 'listening');
  const one = director1(port, { timings: { ...quick, pingMs: 200 } });
  expect(await one.seen('lost')).toEqual({ type: 'lost', peer: 'vsbak', detail: 'no answer to ping within 200 ms' });
});

test('a conversation that was recorded stays closed when the secret leaks later: the key exchange is ephemeral', async () => {
  const port = await freePort();
  const two = director2(port);
  await two.seen('listening');
  const identity = { keyId: 1, from: 'vs1', to: 'vsbak' };
  const options = {
    host: '127.7.1.2',
    port,
    localAddress: '127.7.1.1',
    ciphers: tlsCiphers,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: presharedKey('web', oldKey, identity), identity: identityText(identity) }),
  };
  const socket = connectTls(options);
  await once(socket, 'secureConnect');
  expect(socket.getProtocol()).toBe('TLSv1.3');
  expect(socket.getEphemeralKeyInfo()).not.toEqual({});
  socket.destroy();
});

test('garbage and silence before the handshake are closed and counted', async () => {
  const port = await freePort();
  const two = director2(port, { timings: { ...quick, handshakeMs: 50 } });
  await two.seen('listening');
  for (const text of ['GET / HTTP/1.1\r\n\r\n', '']) {
    const socket = connectTcp({ host: '127.7.1.2', port, localAddress: '127.7.1.1' });
    const closed: PromiseWithResolvers<boolean> = Promise.withResolvers();
    socket.on('error', () => undefined);
    socket.on('close', closed.resolve);
    socket.write(text);
    socket.resume();
    await closed.promise;
  }
  expect(two.channel.state().refused['handshake-failed']).toBe(2);
});

test('an address that is taken is tried again until it is free', async () => {
  const port = await freePort();
  const other = createTcpServer().listen(port, '127.7.1.2');
  await once(other, 'listening');
  const two = director2(port, { self: { node: 'vsbak', addresses: ['127.7.1.2'] } });
  expect((await two.seen('listenFailed')).detail).toContain('EADDRINUSE');
  other.close();
  expect(await two.seen('listening')).toMatchObject({ address: '127.7.1.2' });
});

test('a peer keeps one connection: a second one of the same director ends the first', async () => {
  const port = await freePort();
  const [one] = [director1(port), director2(port)];
  await one.seen('connected');
  director1(port, { peers: [vsbak], self: vs1 });
  await one.seen('lost');
});
