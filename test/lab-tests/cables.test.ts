// Cables that are pulled, muted, or lose packets in one direction. Whatever was lost, in the end exactly one director
// holds the virtual IPs.
import { afterAll, afterEach, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { labNow } from '../lab/clock.ts';
import type { Director } from '../lab/director.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { addressesOf, assertForeignUntouched, type Pair, startPair, virtual } from './pair.ts';
import { whoAnswers } from './whoAnswers.ts';
import { saysActive, Wire } from './wire.ts';

const { outside, outside6, inside } = virtualAddresses;

describe('cables', () => {
  let pair: Pair;
  let wire: Wire;
  beforeAll(async () => {
    pair = await startPair({ echo: false });
    wire = await Wire.tap(pair.vs1);
  });
  afterEach(async () => {
    onTestFailed(() => {
      for (const { name, process: daemon } of pair.directors) process.stderr.write(`---- ${name}\n${daemon.output}\n`);
    });
    for (const { host } of pair.directors) {
      host.heal();
      await assertForeignUntouched(host);
    }
  });
  afterAll(() => pair.cluster.close());

  test('one heartbeat link silent: nothing moves', async () => {
    await pair.watch.forget();
    pair.cluster.vs1.muteCable('eth1');
    await wire.rounds('vs1', 15);
    pair.cluster.vs1.heal();
    await wire.rounds('vs1', 5);
    expect(await pair.watch.allChanges()).toEqual([]);
    expect(await pair.watch.holders(outside)).toEqual(['vs1']);
  });

  test('both heartbeat links silent: the backup takes over; one back again: exactly one director is left, and clients are told which', async () => {
    const { cluster, watch, vs1 } = pair;
    cluster.vs1.muteCable();
    await watch.untilHeldBy('vsbak', outside);
    cluster.vs1.heal();
    cluster.vs1.muteCable('eth1');
    const healedAt = labNow();
    await settledOn(vs1);
    expect(await whoAnswers(cluster.client, outside)).toEqual([vs1.host.leg().mac]);
    expect(wire.announcements(vs1.host, outside, healedAt).length).toBeGreaterThan(0);
  });

  test('the active hears nobody: nothing moves, since the others hear it', async () => {
    const { cluster, watch } = pair;
    await bothHeard();
    await watch.forget();
    for (const dev of ['eth0', 'eth1'] as const) cluster.vs1.dropIncoming(dev, cluster.vsbak);
    await wire.rounds('vs1', 15);
    cluster.vs1.heal();
    await wire.rounds('vs1', 10);
    expect(await watch.allChanges()).toEqual([]);
  });

  test('the backup hears nobody: it takes over, and the one that sees that it is not heard lets go', async () => {
    const { cluster, vsbak } = pair;
    await bothHeard();
    for (const dev of ['eth0', 'eth1'] as const) cluster.vsbak.dropIncoming(dev, cluster.vs1);
    await settledOn(vsbak);
    cluster.vsbak.heal();
    await settledOn(vsbak);
    expect(await whoAnswers(cluster.client, outside)).toEqual([vsbak.host.leg().mac]);
  });

  test('a backup of higher priority hears nobody: it takes over, and the lower one lets go', async () => {
    const { cluster, vs1 } = pair;
    await bothHeard();
    for (const dev of ['eth0', 'eth1'] as const) cluster.vs1.dropIncoming(dev, cluster.vsbak);
    await settledOn(vs1);
    cluster.vs1.heal();
    await settledOn(vs1);
    expect(await whoAnswers(cluster.client, outside)).toEqual([vs1.host.leg().mac]);
  });

  test('a director without carrier under one virtual IP lets go of the whole group, and the other one takes it', async () => {
    const { cluster, watch, vsbak } = pair;
    await bothHeard();
    cluster.vs1.cutCable('eth0');
    for (const address of [outside, outside6, inside]) await watch.until(address, ['vsbak']);
    expect((await addressesOf(cluster.vs1)).filter((address) => virtual.some((one) => one === address))).toEqual([]);
    expect(await addressesOf(vsbak.host)).toEqual(expect.arrayContaining([...virtual]));
  });

  test('when its carrier returns it takes nothing back, and says nothing that clients could take for it', async () => {
    const { cluster, watch } = pair;
    await watch.forget();
    const healedAt = labNow();
    cluster.vs1.heal();
    await bothHeard();
    await wire.rounds('vs1', 15);
    expect(await watch.allChanges()).toEqual([]);
    expect(wire.announcements(cluster.vs1, outside, healedAt)).toEqual([]);
    expect(wire.adverts('vs1', healedAt).filter(({ advert }) => advert.groups.some(saysActive))).toEqual([]);
  });

  /** Until it holds everything alone, and ten rounds later still does. */
  async function settledOn({ name }: Director): Promise<void> {
    for (const address of [outside, outside6, inside]) await pair.watch.until(address, [name]);
    await pair.watch.forget();
    await wire.rounds(name, 10);
    expect(await pair.watch.allChanges()).toEqual([]);
  }

  async function bothHeard(): Promise<void> {
    for (const director of pair.directors)
      await director.until(({ self }) =>
        self.keeper.peers.every((peer) => peer.heard && peer.hearsUs && peer.groups[0]?.phase !== 'fault'),
      );
  }
});
