// A hundred virtual IPs in one group: all of them move, all are announced, and no advert waits for that.
import { describe, expect, test } from 'vitest';
import { labNow } from '../lab/clock.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { vip } from '../lab/texts.ts';
import { addressesOf, type Pair } from './pair.ts';
import { longestSilence, saysActive, Wire } from './wire.ts';
import { seenOnce } from './withPair.ts';

const intervalMs = 100;
const count = 100;
const addresses = [virtualAddresses.outside, ...Array.from({ length: count - 1 }, (_, index) => `10.0.0.${101 + index}`)];

async function takeover({ vs1, vsbak, watch }: Pair) {
  const wire = await Wire.tap(vsbak);
  const begin = labNow();
  await vs1.stop('SIGKILL');
  const { at } = await wire.advert('vsbak', saysActive, begin);
  await wire.rounds('vsbak', 20);
  for (const address of addresses) await watch.until(address, ['vsbak']);
  await wire.stop();
  const before = wire.adverts('vsbak').filter((seen) => seen.at < at);
  return { wire, host: vsbak.host, begin, held: await addressesOf(vsbak.host), said: [...before.slice(-1), ...wire.adverts('vsbak', at)] };
}

describe('a group of a hundred virtual IPs', () => {
  const seen = seenOnce({ interval: `${intervalMs}ms`, vips: addresses.map((address) => vip(address, 'eth0')), echo: false }, takeover);

  test('moves as a whole', () => {
    expect(seen().held).toEqual(expect.arrayContaining(addresses.map((address) => `eth0 ${address}/24`)));
  });

  test('is announced address by address, each in both ARP forms', () => {
    const { wire, host, begin } = seen();
    const forms = new Map(
      addresses.map((address) => [address, new Set(wire.announcements(host, address, begin).map(({ operation }) => operation))]),
    );
    expect([...forms].filter(([, operations]) => operations.size < 2)).toEqual([]);
  });

  test('holds up no advert: nobody could have missed one meanwhile', () => {
    expect(seen().said.length).toBeGreaterThan(20);
    expect(longestSilence(seen().said)).toBeLessThan(3 * intervalMs);
  });
});
