// The process of the active is killed and its kernel lives on, with the virtual IPs in it.
import { describe, expect, test } from 'vitest';
import { virtualAddresses } from '../lab/plan.ts';
import { addressesOf, type Pair, virtual } from './pair.ts';
import { whoAnswers } from './whoAnswers.ts';
import { seenOnce } from './withPair.ts';

const { outside, outside6, inside } = virtualAddresses;

async function killed({ cluster, vs1, vsbak, watch }: Pair) {
  await watch.forget();
  await vs1.stop('SIGKILL');
  const leases = await leasesOn(vs1.host.exec(['ip', '-json', 'address', 'show']));
  for (const address of [outside, outside6, inside]) await watch.until(address, ['vsbak']);
  const changes = await watch.changes(outside);
  const answering = await whoAnswers(cluster.client, outside);
  return { leases, changes, answering, left: await addressesOf(vs1.host), addresses: await addressesOf(vsbak.host) };
}

/** Of the virtual IPs, in seconds: `ip` writes 2^32 - 1 for one that does not expire. */
async function leasesOn(shown: Promise<string>): Promise<readonly number[]> {
  const links = JSON.parse(await shown) as {
    readonly addr_info: readonly { readonly local: string; readonly valid_life_time: number }[];
  }[];
  const virtualOnes = links
    .flatMap((link) => link.addr_info)
    .filter(({ local }) => [outside, outside6, inside].some((address) => address === local));
  return virtualOnes.map((address) => address.valid_life_time);
}

describe('when the process of the active is killed and its kernel goes on', () => {
  const seen = seenOnce({}, killed);

  test('the backup takes every virtual IP', () => {
    expect(seen().addresses).toEqual(expect.arrayContaining([...virtual]));
  });

  test('the virtual IPs had a lease in the dead one’s kernel, of a few seconds', () => {
    expect(seen().leases).toHaveLength(3);
    for (const seconds of seen().leases) expect(seconds).toBeLessThanOrEqual(3);
  });

  test('the kernel of the dead one takes them away by itself, and nobody else is moved', () => {
    expect(seen().changes).toEqual(['vsbak added', 'vs1 removed']);
    expect(seen().left.filter((address) => virtual.some((one) => one === address))).toEqual([]);
  });

  test('from then on only one director answers ARP for them', () => {
    const { answering } = seen();
    expect(answering).toEqual(['02:00:0a:00:00:03']);
  });
});
