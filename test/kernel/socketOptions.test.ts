// What an advert socket lets in, and how its datagrams are marked.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hardenAdvertSocket } from '../../src/kernel/socketOptions.ts';
import { bindSocket, closeSocket, openSocket, receive, SystemError, send, setSocketOption } from '../../src/kernel/syscalls.ts';
import { addressBytes } from '../../src/wire/address.ts';
import { concat, u16, u16Network, u32 } from '../../src/wire/netlink.ts';
import { Cable, dev, type End, soon } from './cable.ts';
import { Ear } from './ear.ts';

const SOCK_DGRAM = 2;
const IP_TTL = { level: 0, option: 2 };
const IPV6_UNICAST_HOPS = { level: 41, option: 16 };
const port = 1112;

const families = [
  { family: 4, domain: 2, near: '10.0.0.100', far: '10.0.0.200', ttl: IP_TTL, tail: new Uint8Array(8) },
  { family: 6, domain: 10, near: '2001:db8::100', far: '2001:db8::200', ttl: IPV6_UNICAST_HOPS, tail: u32(0) },
] as const;

let cable: Cable;
let open: number[];

beforeEach(async () => {
  open = [];
  cable = new Cable();
  await cable.carrier();
  cable.ip('near', `addr add 10.0.0.100/16 dev ${dev}`, `addr add 2001:db8::100/64 dev ${dev} nodad`);
});

afterEach(() => {
  for (const fd of open) closeSocket(fd);
  cable.cut();
});

describe.each(families)('IPv$family', ({ family, domain, near, far, ttl, tail }) => {
  const at = (address: string): Uint8Array => {
    const flowInformation = family === 6 ? u32(0) : new Uint8Array();
    return concat([u16(domain), u16Network(port), flowInformation, addressBytes(address), tail]);
  };

  const udp = (end: End, address: string): number => {
    const fd = cable.on(end, () => openSocket(domain, SOCK_DGRAM, 0, 'udp'));
    open.push(fd);
    bindSocket(fd, at(address), 'udp');
    return fd;
  };

  const sayWithTtl = (fd: number, hops: number): void => {
    setSocketOption(fd, ttl.level, ttl.option, hops, 'udp');
    expect(send(fd, Uint8Array.of(hops), at(near))).toBe(1);
  };

  test('what came through a router, TTL below 255, never arrives; what came from the link does', async () => {
    const [receiver, sender] = [udp('near', near), udp('far', far)];
    hardenAdvertSocket(receiver, family);
    for (const hops of [254, 64, 1, 255]) sayWithTtl(sender, hops);
    const datagram = new Uint8Array(8);
    await soon(() => receive(receiver, datagram)).toBe(1);
    expect(datagram[0]).toBe(255);
    expect(receive(receiver, datagram)).toBeLessThan(0);
  });

  test('adverts go out as network control, class selector 6', async () => {
    const ear = new Ear(cable);
    const sender = udp('near', near);
    hardenAdvertSocket(sender, family);
    send(sender, Uint8Array.of(1), at(far));
    const trafficClass = (frame: Uint8Array): number =>
      family === 4 ? (frame[15] ?? 0) : (((frame[14] ?? 0) & 0x0f) << 4) | ((frame[15] ?? 0) >> 4);
    const protocolAt = family === 4 ? 23 : 20;
    await soon(() =>
      ear
        .frames()
        .filter((frame) => frame[protocolAt] === 17)
        .map(trafficClass),
    ).toEqual([0xc0]);
    ear.close();
  });
});

test('a file descriptor that is no socket is refused by name', () => {
  expect(() => hardenAdvertSocket(-1, 4)).toThrow(new SystemError('setsockopt', 'advert socket', 'EBADF'));
});
