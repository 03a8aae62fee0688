import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type AdvertSockets, openAdvertSockets } from '../../src/keeper/advertSockets.ts';

interface Arrived {
  readonly link: number;
  readonly text: string;
  readonly remote: string;
}

/** Beside one another on one machine tests must not share a port. */
const port = 20_000 + (process.pid % 20_000);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function open(local: string, peer: { readonly node: string; readonly address: string }) {
  const arrived: Arrived[] = [];
  const hardened: number[] = [];
  const sockets: AdvertSockets = await openAdvertSockets({
    links: [{ local, peers: [peer] }],
    port,
    receive: (link, datagram, remote) => void arrived.push({ link, text: new TextDecoder().decode(datagram), remote }),
    harden: (fd) => void hardened.push(fd),
  });
  return { sockets, arrived, hardened };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await nextTurn();
}

describe('the sockets of two directors', () => {
  test('carry datagrams both ways, each known by its link and the address that it came from', async () => {
    const vs1 = await open('127.0.0.11', { node: 'vsbak', address: '127.0.0.12' });
    const vsbak = await open('127.0.0.12', { node: 'vs1', address: '127.0.0.11' });
    vs1.sockets.send('vsbak', 0, bytes('from vs1'));
    vsbak.sockets.send('vs1', 0, bytes('from vsbak'));
    await until(() => vs1.arrived.length === 1 && vsbak.arrived.length === 1);
    expect(vsbak.arrived).toEqual([{ link: 0, text: 'from vs1', remote: '127.0.0.11' }]);
    expect(vs1.arrived).toEqual([{ link: 0, text: 'from vsbak', remote: '127.0.0.12' }]);
    expect(vs1.sockets.sendFailures()).toBe(0);
  });

  test('are hardened by their own descriptor before anything is read', async () => {
    const { hardened } = await open('127.0.0.13', { node: 'vsbak', address: '127.0.0.12' });
    expect(hardened).toHaveLength(1);
    expect(hardened[0]).toBeGreaterThan(2);
  });

  test('send a part of a larger buffer as that part', async () => {
    const vs1 = await open('127.0.0.14', { node: 'vsbak', address: '127.0.0.15' });
    const vsbak = await open('127.0.0.15', { node: 'vs1', address: '127.0.0.14' });
    vs1.sockets.send('vsbak', 0, bytes('not this, but this, not this').subarray(10, 18));
    await until(() => vsbak.arrived.length === 1);
    expect(vsbak.arrived[0]?.text).toBe('but this');
  });
});

describe('a link without its address', () => {
  test('does not keep the others from working, and is told with the reason', async () => {
    const { sockets } = await open('192.0.2.1', { node: 'vsbak', address: '192.0.2.2' });
    expect(sockets.unbound().map(({ local }) => local)).toEqual(['192.0.2.1']);
    expect(sockets.unbound()[0]?.reason).toContain('EADDRNOTAVAIL');
    sockets.send('vsbak', 0, bytes('lost'));
    expect(sockets.sendFailures()).toBe(1);
  });

  test('an advert for an unknown director or link is a failure, not an exception', async () => {
    const { sockets } = await open('127.0.0.16', { node: 'vsbak', address: '127.0.0.12' });
    sockets.send('vs9', 0, bytes('lost'));
    sockets.send('vsbak', 7, bytes('lost'));
    expect(sockets.sendFailures()).toBe(2);
  });
});
