// One host's kernel as the keeper knows it: links, addresses with leases that run out, IPVS rules, announcements. It
// outlives the process, refuses and dawdles when told to, and notifies as netlink does: of everything, also of what the
// process itself did.
import { millis, type NodeName, never, type Vip } from '../../src/core/types.ts';
import type { AddressState, CompiledRules, KernelChange, KernelFailure, KernelPort, LinkState } from '../../src/keeper/ports.ts';
import type { Doer, Observe } from './happening.ts';
import type { Random } from './random.ts';
import { devices } from './setup.ts';
import type { Timeline } from './timeline.ts';

export interface VirtualKernel {
  readonly port: KernelPort;
  troubles: KernelTroubles;
  /** Revision of the IPVS rules that it holds; 0 for none. */
  readonly rulesRevision: number;
  readonly addresses: readonly AddressState[];
  has(address: AddressState): boolean;
  isUp(dev: string): boolean;
  setLink(dev: string, up: boolean): void;
  /** A device that vanishes takes its addresses with it; it comes back with its own ones only. */
  replaceDevice(dev: string): void;
  add(address: AddressState, by: Doer): void;
  remove(address: AddressState, by: Doer): void;
  writeRules(batch: CompiledRules): readonly KernelFailure[];
  /** What a power cycle leaves: its own addresses, no rules. */
  powerCycle(): void;
}

export interface KernelTroubles {
  /** Probability that a write is refused. */
  readonly refuse: number;
  /** Milliseconds that each call takes at most. */
  readonly slow: number;
}

export const noTroubles: KernelTroubles = { refuse: 0, slow: 0 };

export interface KernelParts {
  readonly node: NodeName;
  readonly own: readonly AddressState[];
  readonly random: Random;
  readonly timeline: Timeline;
  readonly observe: Observe;
  readonly notify: (change: KernelChange) => void;
  /** The calling process waits this long. */
  readonly elapse: (ms: number) => void;
}

/** The kernel looks for expired addresses now and then: they go up to this much later. */
const leaseSlack = 200;

export function createVirtualKernel(parts: KernelParts): VirtualKernel {
  const { node, random, timeline, observe, notify } = parts;
  const links = new Map<string, LinkState>(devices.map((dev, index) => [dev, linkState(dev, index + 2, true)]));
  const held = new Map(parts.own.map((address) => [keyOf(address), { address, leasedUntil: never }]));
  let rulesRevision = 0;
  let nextIndex = devices.length + 2;

  const add = (address: AddressState, by: Doer, leasedUntil: number = Number.POSITIVE_INFINITY): void => {
    const known = held.get(keyOf(address));
    if (known !== undefined) {
      known.leasedUntil = millis(leasedUntil);
      return;
    }
    held.set(keyOf(address), { address, leasedUntil: millis(leasedUntil) });
    observe({ type: 'addressAdded', node, address, by });
    notify({ type: 'addressAdded', address });
  };
  const remove = (address: AddressState, by: Doer): void => {
    if (!held.delete(keyOf(address))) return;
    observe({ type: 'addressRemoved', node, address, by });
    notify({ type: 'addressRemoved', address });
  };
  const expireLater = (address: AddressState, moment: number): void => {
    timeline.at(moment, () => {
      const lease = held.get(keyOf(address));
      if (lease !== undefined && lease.leasedUntil <= timeline.now) remove(address, 'kernel');
    });
  };
  const refusal = (object: string, attempt: string, errno: string): KernelFailure => {
    observe({ type: 'kernelRefused', node, what: `${attempt} ${object}: ${errno}` });
    return { object, attempt, errno };
  };
  const refuses = (): boolean => random.chance(kernel.troubles.refuse);
  const dawdle = (): void => parts.elapse(kernel.troubles.slow === 0 ? 0.03 : random.between(0, kernel.troubles.slow));
  const setLink = (dev: string, up: boolean): void => {
    const link = links.get(dev);
    if (link === undefined || link.up === up) return;
    links.set(dev, { ...link, up });
    observe({ type: 'linkChanged', node, dev, up });
    notify({ type: 'link', link: { ...link, up } });
  };

  const port: KernelPort = {
    links: () => [...links.values()],
    addresses: () => [...held.values()].map(({ address }) => address),
    holdAddresses(vips, leaseSeconds) {
      dawdle();
      return vips.flatMap((vip) => {
        if (refuses()) return [refusal(objectOf(vip), 'hold', 'ENOBUFS')];
        const leasedUntil = timeline.now + leaseSeconds * 1_000 + random.between(0, leaseSlack);
        add(addressOf(vip), 'keeper', leasedUntil);
        if (Number.isFinite(leasedUntil)) expireLater(addressOf(vip), leasedUntil);
        return [];
      });
    },
    releaseAddresses(vips) {
      dawdle();
      return vips.flatMap((vip) => {
        if (refuses()) return [refusal(objectOf(vip), 'release', 'ENOBUFS')];
        remove(addressOf(vip), 'keeper');
        return [];
      });
    },
    announce(vip) {
      const failed = links.get(vip.dev)?.up !== true || refuses();
      observe({ type: 'announced', node, address: vip, failed });
      return failed ? { object: vip.address, attempt: 'announce', errno: 'ENETDOWN' } : undefined;
    },
    loadRules(batch) {
      dawdle();
      return kernel.writeRules(batch);
    },
  };

  const kernel: VirtualKernel = {
    port,
    troubles: noTroubles,
    get rulesRevision() {
      return rulesRevision;
    },
    get addresses() {
      return port.addresses();
    },
    has: (address) => held.has(keyOf(address)),
    isUp: (dev) => links.get(dev)?.up === true,
    setLink,
    replaceDevice(dev) {
      for (const { address } of [...held.values()]) if (address.dev === dev) remove(address, 'stranger');
      notify({ type: 'linkGone', dev });
      nextIndex += 1;
      links.set(dev, linkState(dev, nextIndex, false));
      for (const address of parts.own) if (address.dev === dev) add(address, 'stranger');
      setLink(dev, true);
    },
    add,
    remove,
    writeRules(batch) {
      const failed = batch.labels.length > 0 && refuses();
      if (!failed) rulesRevision = batch.revision;
      observe({ type: 'rulesLoaded', node, batch, failed });
      return failed ? batch.labels.map((label) => refusal(label, 'load', 'ENOMEM')) : [];
    },
    powerCycle() {
      for (const { address } of [...held.values()]) remove(address, 'kernel');
      for (const dev of devices) setLink(dev, true);
      for (const address of parts.own) add(address, 'stranger');
      rulesRevision = 0;
    },
  };
  return kernel;
}

function linkState(dev: string, index: number, up: boolean): LinkState {
  return { dev, index, mac: Uint8Array.of(2, 0, 0, 0, 0, index), up };
}

const objectOf = (vip: Vip): string => `${vip.address}/${vip.prefix} dev ${vip.dev}`;
const addressOf = ({ family, address, prefix, dev }: Vip): AddressState => ({ family, address, prefix, dev });
const keyOf = (address: AddressState): string => `${address.dev} ${address.address}/${address.prefix}`;
