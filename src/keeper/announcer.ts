// Announces virtual IPs in small slices, so that hundreds of them never stand before an advert.
import type { Vip } from '../core/types.ts';
import type { KernelFailure } from './ports.ts';
import type { VipOfGroup } from './vips.ts';

/** About a third of a millisecond of system calls: one ARP request and one reply frame take some 10 us together. */
const sliceSize = 32;

export interface Announcer {
  /** Puts the addresses in line; one that waits already is not announced twice. */
  enqueue(vips: readonly VipOfGroup[]): void;
  /** Announces one slice. Each address is looked at once more: it may have been given up since it was put in line. */
  slice(mayAnnounce: (vip: VipOfGroup) => boolean): readonly KernelFailure[];
  waits(): boolean;
  waitsFor(vrid: number): boolean;
}

export function createAnnouncer(announce: (vip: Vip) => KernelFailure | undefined): Announcer {
  const line = new Map<string, VipOfGroup>();

  const take = (): readonly (readonly [string, VipOfGroup])[] => [...line].slice(0, sliceSize);

  return {
    enqueue(vips) {
      for (const one of vips) line.set(`${one.vrid} ${one.vip.dev} ${one.vip.address}`, one);
    },
    slice(mayAnnounce) {
      const failures: KernelFailure[] = [];
      for (const [key, one] of take()) {
        line.delete(key);
        const failure = mayAnnounce(one) ? announce(one.vip) : undefined;
        if (failure !== undefined) failures.push(failure);
      }
      return failures;
    },
    waits: () => line.size > 0,
    waitsFor: (vrid) => [...line.values()].some((one) => one.vrid === vrid),
  };
}
