// Keeps the leases of held addresses from running out: a few at a time, so that hundreds of them hold nothing up.
import { type Millis, millis, never } from '../core/types.ts';
import type { VipOfGroup } from './vips.ts';

export interface Leases {
  /** How long one is, in seconds. */
  readonly seconds: number;
  /** From now on they are that long; those that are held are renewed at once. */
  change(seconds: number): void;
  /** Addresses are held: the first ones to be renewed, at once (adopted ones) or after a while. */
  begin(when: 'now' | 'later'): void;
  /** Those to be renewed in this turn, of `held()` as it is when a round begins. */
  due(held: () => readonly VipOfGroup[]): readonly VipOfGroup[];
  /** A round is under way: the next turn should come soon. */
  goesOn(): boolean;
}

const slice = 32;
/** Three renewals may fail or come late before the kernel takes an address away. */
export const renewalsPerLease = 4;

export function createLeases(leaseSeconds: number, now: () => Millis): Leases {
  let seconds = leaseSeconds;
  let at: Millis = never;
  let waiting: readonly VipOfGroup[] = [];
  const next = (): Millis => (Number.isFinite(seconds) ? millis(now() + (seconds * 1_000) / renewalsPerLease) : never);

  return {
    get seconds() {
      return seconds;
    },
    change(changed) {
      if (changed === seconds) return;
      seconds = changed;
      if (at !== never) at = now();
    },
    begin(when) {
      if (when === 'now') at = now();
      else if (at === never) at = next();
    },
    due(held) {
      if (now() >= at) {
        waiting = held();
        at = next();
      }
      const due = waiting.slice(0, slice);
      waiting = waiting.slice(slice);
      return due;
    },
    goesOn: () => waiting.length > 0,
  };
}
