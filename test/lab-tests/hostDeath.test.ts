// The host of the active dies: process, addresses and cables in the same moment. Then it comes back.
import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { labNow } from '../lab/clock.ts';
import { answerers } from '../lab/outage.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { startProbe } from '../lab/probe.ts';
import { addForeignAddresses, addressesOf, type Pair, startMs, virtual } from './pair.ts';
import { isAdvertisement, saysActive, Wire } from './wire.ts';
import { seenOnce } from './withPair.ts';

const intervalMs = 200;
const { outside, outside6, inside } = virtualAddresses;

async function deathAndReturn(pair: Pair) {
  const { cluster, vsbak, watch } = pair;
  const [wire, insideWire] = await Promise.all([Wire.tap(vsbak), Wire.tap(vsbak, { host: vsbak.host, dev: 'eth1' })]);
  const probe = await startProbe(cluster.client, { intervalMs: 5 });
  await watch.forget();
  const diedAt = labNow();
  cluster.vs1.crash();
  await probe.answerBy('vsbak', 15_000);
  await wire.rounds('vsbak', 10);
  const [{ answers }] = await Promise.all([probe.stop(), wire.stop(), insideWire.stop()]);
  const addresses = await addressesOf(vsbak.host);
  const death = { wire, insideWire, diedAt, answers, addresses, host: vsbak.host, changes: await watch.allChanges() };
  return { ...death, ...(await comeBack(pair)) };
}

async function comeBack({ cluster, vs1, watch }: Pair) {
  await cluster.vs1.reboot();
  addForeignAddresses(cluster.vs1);
  await watch.forget();
  vs1.start();
  await vs1.until(({ healthy }) => healthy, startMs);
  const wire = await Wire.tap(vs1);
  await wire.rounds('vs1', 15);
  return { changesAfterReturn: await watch.allChanges(), said: wire.adverts('vs1') };
}

describe('when the host of the active dies', () => {
  const seen = seenOnce({ interval: `${intervalMs}ms` }, deathAndReturn);

  test('the backup takes every virtual IP of the group, with its prefix, IPv4 and IPv6', () => {
    expect(seen().addresses).toEqual(expect.arrayContaining([...virtual]));
    const added = seen().changes.filter((change) => change.startsWith('vsbak'));
    expect(added.toSorted()).toEqual([outside, outside6, inside].map((address) => `vsbak added ${address}`).toSorted());
  });

  test('not before the Active_Down_Interval after the last advert (RFC 9568 6.4.2)', () => {
    const { wire, insideWire, host } = seen();
    const lastHeard = Math.max(...[wire, insideWire].flatMap((one) => one.adverts('vs1').map(({ at }) => at)));
    const [announced] = wire.announcements(host, outside, lastHeard);
    // Two clocks: the keeper's starts when it has read the advert, and timers may be early by their granularity.
    expect((announced?.at ?? Number.NaN) - lastHeard).toBeGreaterThan(activeDownInterval(100, millis(intervalMs)) - 2);
  });

  test('it announces each IPv4 address by gratuitous ARP in both forms, to everybody, more than once', () => {
    const { wire, insideWire, host, diedAt } = seen();
    for (const announcements of [wire.announcements(host, outside, diedAt), insideWire.announcements(host, inside, diedAt)]) {
      for (const operation of ['request', 'reply'] as const) {
        const form = announcements.filter((frame) => frame.operation === operation);
        expect(form.length).toBeGreaterThan(1);
        expect(form.every(({ to }) => to === 'ff:ff:ff:ff:ff:ff')).toBe(true);
      }
    }
  });

  test('it announces each IPv6 address by an unsolicited neighbour advertisement with the override flag, to all nodes (RFC 4861 7.2.6)', () => {
    const { wire, host, diedAt } = seen();
    const advertisements = wire.capture.frames.filter((frame) => isAdvertisement(frame, outside6) && frame.at > diedAt);
    expect(advertisements.length).toBeGreaterThan(1);
    for (const advertisement of advertisements) {
      expect(advertisement).toMatchObject({ from: host.leg().mac, to: '33:33:00:00:00:01', source: outside6, destination: 'ff02::1' });
      expect(advertisement).toMatchObject({ solicited: false, override: true });
    }
  });

  test('the announcement is on the wire before the advert that says active: clients wait for the one, nobody for the other', async () => {
    const { wire, host, diedAt } = seen();
    const said = await wire.advert('vsbak', saysActive, diedAt);
    expect(wire.announcements(host, outside, diedAt)[0]?.at).toBeLessThan(said.at);
  });

  test('the client is answered by the one, then by the other', () => {
    expect(answerers(seen().answers)).toEqual(['vs1', 'vsbak']);
  });

  test('when it comes back, with the higher priority, it waits as backup and nothing moves', () => {
    expect(seen().changesAfterReturn).toEqual([]);
    expect(seen().said.length).toBeGreaterThan(10);
    expect(seen().said.filter(({ advert }) => advert.groups.some(saysActive))).toEqual([]);
  });
});
