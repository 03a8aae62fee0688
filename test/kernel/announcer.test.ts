// Announcements as they come out at the other end of a cable, and what neighbours make of them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenKernelPort, openKernelPort } from '../../src/kernel/kernelPort.ts';
import { bytesOf } from '../wire/netlinkCapture.ts';
import { Cable, dev, nearMac, soon } from './cable.ts';
import { Ear } from './ear.ts';

const v4 = { family: 4, address: '10.0.0.1', prefix: 16, dev } as const;
const v6 = { family: 6, address: '2001:db8::1', prefix: 64, dev } as const;
const mac = bytesOf(nearMac.replaceAll(':', ''));

let cable: Cable;
let kernel: OpenKernelPort;
let ear: Ear;

beforeEach(async () => {
  cable = new Cable();
  await cable.carrier();
  kernel = cable.on('near', () => openKernelPort());
  ear = new Ear(cable);
});

afterEach(() => {
  ear.close();
  kernel.close();
  cable.cut();
});

const announcedOf = (address: string): readonly string[] =>
  ear
    .arp()
    .filter(({ senderAddress }) => senderAddress === address)
    .map(({ form }) => form);

describe('what goes out', () => {
  test('an IPv4 address is announced by a request and by a reply', async () => {
    expect(kernel.announce(v4)).toBeUndefined();
    await soon(() => announcedOf(v4.address)).toEqual(['request', 'reply']);
    for (const packet of ear.arp()) expect(packet).toMatchObject({ senderMac: mac, targetAddress: v4.address });
  });

  test('an IPv6 address is announced by an advertisement that overrides what neighbours know', async () => {
    expect(kernel.announce(v6)).toBeUndefined();
    const expected = { source: v6.address, target: v6.address, destination: 'ff02::1', override: true, solicited: false, mac };
    await soon(() => ear.advertisements()).toMatchObject([expected]);
  });

  test('a director that routes IPv6 calls itself a router, as its kernel does when it is asked', async () => {
    kernel.announce(v6);
    cable.set('near', `ipv6/conf/${dev}/forwarding`, '1');
    kernel.links();
    kernel.announce(v6);
    await soon(() => ear.advertisements().map(({ router }) => router)).toEqual([false, true]);
  });

  test('200 announcements all arrive', async () => {
    const addresses = Array.from({ length: 100 }, (_, position) => [
      { ...v4, address: `10.0.1.${position}` },
      { ...v6, address: `2001:db8::${(position + 0x1000).toString(16)}` },
    ]).flat();
    expect(addresses.map((one) => kernel.announce(one)).filter((failure) => failure !== undefined)).toEqual([]);
    await soon(() => [ear.arp().length, ear.advertisements().length]).toEqual([200, 100]);
    expect(new Set(ear.advertisements().map(({ target }) => target)).size).toBe(100);
  });

  test('the first announcement after a link flap is not lost', async () => {
    kernel.announce(v4);
    cable.ip('near', `link set ${dev} down`, `link set ${dev} up`);
    cable.ip('far', `link set ${dev} down`, `link set ${dev} up`);
    await soon(() => kernel.links().find((link) => link.dev === dev)?.up).toBe(true);
    expect(kernel.announce(v4)).toBeUndefined();
    await soon(() => announcedOf(v4.address)).toEqual(['request', 'reply', 'request', 'reply']);
  });

  test('the hardware address is the one that the interface has now', async () => {
    kernel.onChange(() => undefined);
    cable.ip('near', `link set ${dev} address 02:00:00:00:00:77`);
    kernel.drainChanges();
    kernel.announce(v4);
    await soon(() => ear.arp()[0]?.senderMac).toEqual(bytesOf('020000000077'));
  });
});

describe('neighbours', () => {
  const neighbour = (address: string): string => cable.run('far', 'ip', 'neighbour', 'show', address);

  test.each([v4, v6])('who knew another place for $address believe the announcement', async (vip) => {
    cable.ip('far', `neighbour add ${vip.address} lladdr 02:00:00:00:00:99 dev ${dev} nud stale`);
    kernel.announce(vip);
    await soon(() => neighbour(vip.address)).toContain(nearMac);
  });
});

describe('what cannot be announced', () => {
  const attempt = 'announce';

  test('on an interface that is down or missing is reported by its name', () => {
    cable.ip('near', `link set ${dev} down`);
    expect(kernel.announce(v4)).toEqual({ object: '10.0.0.1 dev eth0', attempt, errno: 'ENETDOWN' });
    expect(kernel.announce({ ...v6, dev: 'eth9' })).toEqual({ object: '2001:db8::1 dev eth9', attempt, errno: 'ENODEV' });
  });

  test('on an interface without neighbours has nobody to tell, and is no failure', async () => {
    cable.ip('near', `link set ${dev} arp off`);
    kernel.links();
    expect(kernel.announce(v4)).toBeUndefined();
    expect(kernel.announce({ ...v4, dev: 'lo' })).toBeUndefined();
    cable.ip('near', `link set ${dev} arp on`);
    kernel.links();
    kernel.announce(v6);
    await soon(() => ear.advertisements().length).toBe(1);
    expect(ear.arp()).toEqual([]);
  });
});
