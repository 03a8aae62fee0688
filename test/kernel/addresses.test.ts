// Virtual IPs in a real kernel, seen by `ip` and by sockets.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Vip } from '../../src/core/types.ts';
import { type OpenKernelPort, openKernelPort } from '../../src/kernel/kernelPort.ts';
import { bindSocket, closeSocket, openSocket } from '../../src/kernel/syscalls.ts';
import { addressBytes } from '../../src/wire/address.ts';
import { concat, u16, u32 } from '../../src/wire/netlink.ts';
import { bytesOf } from '../wire/netlinkCapture.ts';
import { Cable, dev, index, nearMac, soon } from './cable.ts';

const v4: Vip = { family: 4, address: '10.0.0.1', prefix: 16, dev };
const v6: Vip = { family: 6, address: '2001:db8::1', prefix: 64, dev };
const elsewhere: Vip = { ...v4, dev: 'eth9' };

const AF_INET6 = 10;
const SOCK_DGRAM = 2;

let cable: Cable;
let kernel: OpenKernelPort;

beforeEach(() => {
  cable = new Cable();
  kernel = cable.on('near', () => openKernelPort());
});

afterEach(() => {
  kernel.close();
  cable.cut();
});

describe('holding', () => {
  test('adds IPv4 and IPv6 addresses in one batch, and the kernel lists them', () => {
    expect(kernel.holdAddresses([v4, v6], 30)).toEqual([]);
    expect([...cable.addresses().keys()]).toEqual([v4.address, v6.address]);
    expect(kernel.addresses()).toEqual(expect.arrayContaining([v4, v6]));
  });

  test('does not wait for duplicate address detection: an IPv6 address is usable when the call returns', () => {
    kernel.holdAddresses([v6], 30);
    const fd = cable.on('near', () => openSocket(AF_INET6, SOCK_DGRAM, 0, 'probe'));
    const anyPort = u16(0);
    bindSocket(fd, concat([u16(AF_INET6), anyPort, u32(0), addressBytes(v6.address), u32(0)]), 'probe');
    closeSocket(fd);
    expect(cable.addresses().get(v6.address)).toMatchObject({ nodad: true });
  });

  test('an IPv6 address is never the source of what this machine sends by itself', () => {
    cable.ip('near', `addr add 2001:db8::2/64 dev ${dev} nodad`);
    kernel.holdAddresses([v6], 30);
    const [route] = JSON.parse(cable.run('near', 'ip', '-json', 'route', 'get', '2001:db8::200')) as { readonly prefsrc: string }[];
    expect(route?.prefsrc).toBe('2001:db8::2');
  });

  test('gives a lease in whole seconds, and for ever when there is no end to it', () => {
    kernel.holdAddresses([v4, v6], 2.1);
    for (const vip of [v4, v6]) expect(cable.addresses().get(vip.address)?.valid_life_time).toBe(3);
    kernel.holdAddresses([v4, v6], Number.POSITIVE_INFINITY);
    for (const vip of [v4, v6]) expect(cable.addresses().get(vip.address)?.valid_life_time).toBe(2 ** 32 - 1);
  });

  test('again renews the lease', () => {
    kernel.holdAddresses([v4, v6], 5);
    expect(kernel.holdAddresses([v4, v6], 100)).toEqual([]);
    for (const vip of [v4, v6]) expect(cable.addresses().get(vip.address)?.valid_life_time).toBeGreaterThan(90);
  });

  test('takes over an address that somebody else had added, lease and all', () => {
    cable.ip('near', `addr add ${v4.address}/${v4.prefix} dev ${dev}`, `addr add ${v6.address}/${v6.prefix} dev ${dev} nodad`);
    expect(kernel.holdAddresses([v4, v6], 100)).toEqual([]);
    for (const vip of [v4, v6]) expect(cable.addresses().get(vip.address)?.valid_life_time).toBeLessThanOrEqual(100);
  });

  test('that nobody renews ends: the kernel removes the address by itself, and says so', async () => {
    const removed: string[] = [];
    kernel.onChange((change) => {
      if (change.type === 'addressRemoved') removed.push(change.address.address);
    });
    kernel.holdAddresses([v4, v6], 1);
    await soon(() => removed.toSorted()).toEqual([v4.address, v6.address]);
    expect(cable.addresses().size).toBe(0);
  });

  test('fails for each address by itself, with the object and the reason', () => {
    const broken: Vip = { ...v6, address: 'ff02::1' };
    const wide: Vip = { ...v4, address: '10.0.0.9', prefix: 33 };
    const attempt = 'add address';
    expect(kernel.holdAddresses([elsewhere, v4, broken, wide, v6], 30)).toEqual([
      { object: '10.0.0.1/16 dev eth9', attempt, errno: 'ENODEV' },
      { object: 'ff02::1/64 dev eth0', attempt, errno: 'EADDRNOTAVAIL' },
      { object: '10.0.0.9/33 dev eth0', attempt, errno: 'EINVAL' },
    ]);
    expect([...cable.addresses().keys()]).toEqual([v4.address, v6.address]);
  });

  test('without the privilege to is refused by the kernel, and does not throw', () => {
    // The privileges of a thread follow its effective user.
    process.seteuid?.(65_534);
    const failures = kernel.holdAddresses([v4, v6], 30);
    process.seteuid?.(0);
    expect(failures.map(({ errno }) => errno)).toEqual(['EPERM', 'EPERM']);
  });

  test('nothing is no request', () => {
    expect(kernel.holdAddresses([], 30)).toEqual([]);
  });
});

describe('releasing', () => {
  test('removes the addresses, and those only', () => {
    cable.ip('near', `addr add 10.0.0.2/16 dev ${dev}`);
    kernel.holdAddresses([v4, v6], 30);
    expect(kernel.releaseAddresses([v4, v6])).toEqual([]);
    expect([...cable.addresses().keys()]).toEqual(['10.0.0.2']);
  });

  test('leaves the same address with another prefix alone: it is not ours', () => {
    kernel.holdAddresses([v4], 30);
    kernel.releaseAddresses([{ ...v4, prefix: 32 }]);
    expect([...cable.addresses().keys()]).toEqual([v4.address]);
  });

  test('what is not there is success', () => {
    expect(kernel.releaseAddresses([v4, v6, elsewhere])).toEqual([]);
  });
});

test('200 virtual IPs are held, listed, renewed and released', () => {
  const vips = Array.from({ length: 100 }, (_, position): Vip[] => [
    { ...v4, address: `10.0.1.${position}` },
    { ...v6, address: `2001:db8::${(position + 0x1000).toString(16)}` },
  ]).flat();
  const held = (): number => kernel.addresses().filter((address) => vips.some((vip) => vip.address === address.address)).length;
  expect(kernel.holdAddresses(vips, 30)).toEqual([]);
  expect(kernel.holdAddresses(vips, 30)).toEqual([]);
  expect(held()).toBe(200);
  expect(kernel.releaseAddresses(vips)).toEqual([]);
  expect(held()).toBe(0);
});

test('the links of the machine are listed with index, hardware address and state', async () => {
  await cable.carrier();
  const link = { dev, index, mac: bytesOf(nearMac.replaceAll(':', '')), up: true, hasNeighbours: true, routesIPv6: false, mtu: 1500 };
  expect(kernel.links().find((one) => one.dev === dev)).toEqual(link);
  expect(kernel.links().find((one) => one.dev === 'lo')).toMatchObject({ up: true, hasNeighbours: false });
});
