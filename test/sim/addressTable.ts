// The addresses of one virtual kernel. A lease that nobody renews runs out, and notifications tell of every change.
import { type NodeName, never } from '../../src/core/types.ts';
import type { AddressState, KernelChange } from '../../src/keeper/ports.ts';
import type { Doer, Observe } from './happening.ts';
import type { Timeline } from './timeline.ts';

export interface AddressTable {
  readonly all: () => readonly AddressState[];
  has(address: AddressState): boolean;
  /** Adds it, or renews its lease. */
  add(address: AddressState, by: Doer, leasedUntil?: number): void;
  remove(address: AddressState, by: Doer): void;
}

export interface AddressTableParts {
  readonly node: NodeName;
  readonly own: readonly AddressState[];
  readonly timeline: Timeline;
  readonly observe: Observe;
  readonly notify: (change: KernelChange) => void;
}

interface Lease {
  readonly address: AddressState;
  until: number;
}

export function createAddressTable({ node, own, timeline, observe, notify }: AddressTableParts): AddressTable {
  const leases = new Map<string, Lease>(own.map((address) => [keyOf(address), { address, until: never }]));

  const remove = (address: AddressState, by: Doer): void => {
    if (!leases.delete(keyOf(address))) return;
    observe({ type: 'addressRemoved', node, address, by });
    notify({ type: 'addressRemoved', address });
  };
  const removeWhenOver = (address: AddressState, until: number): void => {
    timeline.at(until, () => {
      const lease = leases.get(keyOf(address));
      if (lease !== undefined && lease.until <= timeline.now) remove(address, 'kernel');
    });
  };

  return {
    remove,
    all: () => [...leases.values()].map(({ address }) => address),
    has: (address) => leases.has(keyOf(address)),
    add(address, by, until = never) {
      const known = leases.get(keyOf(address));
      if (Number.isFinite(until)) removeWhenOver(address, until);
      if (known !== undefined) {
        known.until = until;
        return;
      }
      leases.set(keyOf(address), { address, until });
      observe({ type: 'addressAdded', node, address, by });
      notify({ type: 'addressAdded', address });
    },
  };
}

const keyOf = (address: AddressState): string => `${address.dev} ${address.address}/${address.prefix}`;
