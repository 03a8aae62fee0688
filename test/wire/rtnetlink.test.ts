// Addresses and links in netlink, against what ip sends and what the kernel answers.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMessage, type NetlinkMessage, type NetlinkRequest, NLM_F_ACK, NLM_F_REQUEST, readU32 } from '../../src/wire/netlink.ts';
import {
  addressesRequest,
  decodeRouteNews,
  encodeHoldAddress,
  encodeReleaseAddress,
  type InterfaceAddress,
  linksRequest,
  type RouteNews,
} from '../../src/wire/rtnetlink.ts';
import { bytesOf, captured, messagesIn, prefixesOf, readCapture } from './netlinkCapture.ts';

const captures = readCapture('rtnetlink.txt');
const everything = [...captures.values()].flatMap(({ sent, received }) => messagesIn([...sent, ...received]));

const eth0 = 7;
const v4: InterfaceAddress = { family: 4, address: '10.0.0.1', prefix: 24, index: eth0 };
const v6: InterfaceAddress = { family: 6, address: '2001:db8::1', prefix: 64, index: eth0 };

describe('requests are what ip sends for', () => {
  const asSent: readonly (readonly [string, NetlinkRequest])[] = [
    ['ip addr replace 10.0.0.1/24 dev eth0 valid_lft 5 preferred_lft 5', encodeHoldAddress(v4, 5)],
    ['ip -6 addr replace 2001:db8::1/64 dev eth0 nodad valid_lft 5 preferred_lft 0', encodeHoldAddress(v6, 5)],
    ['ip addr del 10.0.0.1/24 dev eth0', encodeReleaseAddress(v4)],
    ['ip addr del 2001:db8::1/64 dev eth0', encodeReleaseAddress(v6)],
  ];

  test.each(asSent)('%s', (command, { type, flags, payload }) => {
    // Before it, ip asks for the interface's index.
    const [, expected] = messagesIn(captured(captures, command).sent);
    const sequence = expected?.sequence ?? 0;
    expect({ type, flags: flags | NLM_F_REQUEST | NLM_F_ACK, sequence, payload }).toEqual(expected);
  });

  test('a dump of addresses and of links: the rest of what ip sends are filters', () => {
    const [, addresses] = messagesIn(captured(captures, 'ip addr show').sent);
    const [, links] = messagesIn(captured(captures, 'ip link show').sent);
    expect([addressesRequest.type, addressesRequest.payload]).toEqual([addresses?.type, addresses?.payload]);
    expect(linksRequest.type).toBe(links?.type);
  });

  test('an address that is held for ever has the lifetime that the kernel calls infinite', () => {
    const lifetimes = encodeHoldAddress(v4, Number.POSITIVE_INFINITY).payload.slice(-16);
    expect([readU32(lifetimes.slice(0, 4)), readU32(lifetimes.slice(4, 8))]).toEqual([0xffffffff, 0xffffffff]);
    const preferred = encodeHoldAddress(v6, Number.POSITIVE_INFINITY).payload.slice(-16, -12);
    expect(readU32(preferred)).toBe(0);
  });
});

describe('the kernel tells of', () => {
  test('an address added, with its lease', () => {
    expect(heard('addr add 10.0.0.1/24 dev eth0 valid_lft 1 preferred_lft 1')[0]).toEqual({ type: 'address', address: v4 });
  });

  test('an address whose lease ran out, as of one that somebody removed', () => {
    expect(heard('addr add 10.0.0.1/24 dev eth0 valid_lft 1 preferred_lft 1')[1]).toEqual({ type: 'addressGone', address: v4 });
    const address = { ...v4, address: '10.0.0.2' };
    expect(heard('addr del 10.0.0.2/24 dev eth0')).toEqual([{ type: 'addressGone', address }]);
  });

  test('an IPv6 address', () => {
    const address = { ...v6, address: '2001:db8::2' };
    expect(heard('addr add 2001:db8::2/64 dev eth0 nodad preferred_lft 0')).toEqual([{ type: 'address', address }]);
  });

  test('our end of a point-to-point link, not the other one', () => {
    const address = { ...v4, address: '10.0.0.5', prefix: 32 };
    expect(heard('addr add 10.0.0.5 peer 10.0.0.6/32 dev eth0')).toEqual([{ type: 'address', address }]);
  });

  test('a link without carrier as down, and with it as up', () => {
    const link = { dev: 'eth0', index: eth0, mac: bytesOf('020000000001'), hasNeighbours: true, routesIPv6: true, mtu: 1500 };
    expect(heard('link set eth0 up')).toEqual([{ type: 'link', link: { ...link, up: false } }]);
    expect(heard('link set eth0 up, at the other end')).toEqual([{ type: 'link', link: { ...link, up: true } }]);
  });

  test('a link that an operator took down', () => {
    expect(heard('link set eth0 down')[0]).toMatchObject({ type: 'link', link: { dev: 'eth0', up: false } });
  });

  test('a device without hardware address and neighbours', () => {
    expect(heard('tuntap add tun0 mode tun')).toMatchObject([
      { type: 'link', link: { dev: 'tun0', mac: new Uint8Array(), up: false, hasNeighbours: false } },
    ]);
  });

  test('a port that left its bridge, which is not a link that is gone', () => {
    const news = heard('link set eth0 nomaster');
    expect(news.map(({ type }) => type)).toEqual(['link', 'other', 'other', 'link', 'link', 'link']);
  });

  test('a link under its new name', () => {
    expect(heard('link set eth0 name eth1')[0]).toMatchObject({ type: 'link', link: { dev: 'eth1', index: eth0 } });
  });

  test('a link that is gone', () => {
    expect(heard('link del eth1').at(-1)).toEqual({ type: 'linkGone', index: eth0 });
  });

  test('all addresses when asked, and the end of the list', () => {
    const news = messagesIn(captured(captures, 'ip addr show').received).map(readNews);
    const addresses = news.flatMap((one) => (one.type === 'address' ? [`${one.address.address}/${one.address.prefix}`] : []));
    expect(addresses).toEqual(['127.0.0.1/8', '10.0.0.2/24', '10.0.0.5/32', '::1/128', '2001:db8::2/64', 'fe80::ff:fe00:1/64']);
    expect(news.at(-1)).toEqual({ type: 'other' });
  });
});

describe('what is not right is refused with its reason', () => {
  const [added] = messagesIn(captured(captures, 'ip monitor: addr add 10.0.0.2/24 dev eth0').received);
  const [link] = messagesIn(captured(captures, 'ip monitor: link set eth0 up').received);
  const payloadOf = (message: NetlinkMessage | undefined): Uint8Array => message?.payload ?? new Uint8Array();
  const addressGone = 21;
  const newAddress = 20;
  const newLink = 16;

  test('every cut of every message is refused, or read without its last attributes when it ends between two', () => {
    const outcomes = everything.flatMap((message) =>
      prefixesOf(message.payload).map((payload) => {
        const [whole, cut] = [decodeRouteNews(message), decodeRouteNews({ ...message, payload })];
        return cut.ok ? whole.ok && cut.value.type === whole.value.type : cut.reason;
      }),
    );
    expect(new Set(outcomes)).toEqual(new Set(['truncated', 'missing-attribute', true]));
  });

  test('an address without its bytes, or with too few of them', () => {
    const header = payloadOf(added).slice(0, 8);
    expect(decodeRouteNews(asMessage(newAddress, header))).toEqual({ ok: false, reason: 'missing-attribute' });
    const short = bytesOf(`${Buffer.from(header).toString('hex')}070002000a000000`);
    expect(decodeRouteNews(asMessage(newAddress, short))).toEqual({ ok: false, reason: 'bad-address' });
    expect(decodeRouteNews(asMessage(addressGone, new Uint8Array(3)))).toEqual({ ok: false, reason: 'truncated' });
  });

  test('a link without a name', () => {
    expect(decodeRouteNews(asMessage(newLink, payloadOf(link).slice(0, 16)))).toEqual({ ok: false, reason: 'missing-attribute' });
  });

  test('random bytes never throw', () => {
    const type = fc.constantFrom(newLink, 17, newAddress, addressGone, 99);
    fc.assert(
      fc.property(type, fc.uint8Array({ maxLength: 120 }), (kind, payload) => {
        expect(typeof decodeRouteNews(asMessage(kind, payload)).ok).toBe('boolean');
      }),
    );
  });

  test('one changed byte in a real message never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everything), fc.nat(), fc.nat(255), (message, place, byte) => {
        const payload = message.payload.slice();
        payload[place % Math.max(1, payload.length)] = byte;
        expect(typeof decodeRouteNews({ ...message, payload }).ok).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });
});

test('an address that is written is read again', () => {
  const address = fc.oneof(
    fc.record({ family: fc.constant(4 as const), address: fc.ipV4(), prefix: fc.nat(32), index: fc.nat(0x7fffffff) }),
    fc.record({
      family: fc.constant(6 as const),
      address: fc.constantFrom('::', '::1', 'fe80::1', '2001:db8::ffff:0:1'),
      prefix: fc.nat(128),
      index: fc.nat(99),
    }),
  );
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 1e6 }), (held, leaseSeconds) => {
      const [add] = messagesIn([encodeMessage({ ...encodeHoldAddress(held, leaseSeconds), sequence: 1 })]);
      const [remove] = messagesIn([encodeMessage({ ...encodeReleaseAddress(held), sequence: 2 })]);
      expect([add, remove].map((one) => one && readNews(one))).toEqual([
        { type: 'address', address: held },
        { type: 'addressGone', address: held },
      ]);
    }),
  );
});

const heard = (command: string): readonly RouteNews[] => messagesIn(captured(captures, `ip monitor: ${command}`).received).map(readNews);

function readNews(message: NetlinkMessage): RouteNews {
  const news = decodeRouteNews(message);
  if (!news.ok) throw new Error(news.reason);
  return news.value;
}

const asMessage = (type: number, payload: Uint8Array): NetlinkMessage => ({ type, flags: 0, sequence: 0, payload });
