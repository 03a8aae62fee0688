// One host's kernel as the keeper knows it: links, addresses with leases, IPVS rules, announcements. It outlives the
// process, refuses and dawdles when told to, and notifies as netlink does: of everything, also of what the process did.
import { millis, type NodeName, type Vip } from '../../src/core/types.ts';
import type { AddressState, CompiledRules, KernelChange, KernelFailure, KernelPort, LinkState } from '../../src/keeper/ports.ts';
import { addressObject } from '../../src/keeper/ports.ts';
import { type AddressTable, createAddressTable } from './addressTable.ts';
import type { Observe } from './happening.ts';
import type { Random } from './random.ts';
import { devices } from './setup.ts';
import type { Timeline } from './timeline.ts';

export interface VirtualKernel extends Pick<AddressTable, 'has' | 'add' | 'remove'> {
  readonly port: KernelPort;
  troubles: KernelTroubles;
  /** Revision of the IPVS rules that it holds; 0 for none. */
  readonly rulesRevision: number;
  readonly addresses: readonly AddressState[];
  isUp(dev: string): boolean;
  setLink(dev: string, up: boolean): void;
  /** A device that vanishes takes its addresses with it; it comes back with its own ones only. */
  replaceDevice(dev: string): void;
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
const usualCallTime = 0.03;
/** What it takes at once of a batch, and how long a request takes it when its table is long. */
const pieceRequests = 64;
const requestTime = 0.03;

export function createVirtualKernel(parts: KernelParts): VirtualKernel {
  const { node, random, timeline, observe, notify } = parts;
  const links = new Map<string, LinkState>(devices.map((dev, index) => [dev, linkState(dev, index + 2, true)]));
  const table = createAddressTable(parts);
  let rulesRevision = 0;
  let nextIndex = devices.length + 2;

  const refuse = (object: string, attempt: string, errno: string): KernelFailure => {
    observe({ type: 'kernelRefused', node, what: `${attempt} ${object}: ${errno}` });
    return { object, attempt, errno };
  };
  const refuses = (): boolean => random.chance(kernel.troubles.refuse);
  const setLink = (dev: string, up: boolean): void => {
    const link = links.get(dev);
    if (link === undefined || link.up === up) return;
    links.set(dev, { ...link, up });
    observe({ type: 'linkChanged', node, dev, up });
    notify({ type: 'link', link: { ...link, up } });
  };
  const write = (vips: readonly Vip[], attempt: string, one: (address: AddressState) => void): readonly KernelFailure[] => {
    parts.elapse(kernel.troubles.slow === 0 ? usualCallTime : random.between(0, kernel.troubles.slow));
    return vips.flatMap((vip) => {
      if (refuses()) return [refuse(addressObject(vip), attempt, 'ENOBUFS')];
      one({ family: vip.family, address: vip.address, prefix: vip.prefix, dev: vip.dev });
      return [];
    });
  };
  const writeRules = (batch: CompiledRules): readonly KernelFailure[] => {
    const failed = batch.labels.length > 0 && refuses();
    if (!failed) rulesRevision = batch.revision;
    observe({ type: 'rulesLoaded', node, batch, failed });
    if (!failed) return [];
    const failure = refuse('rules', 'load', 'ENOMEM');
    return batch.labels.map(() => failure);
  };

  const port: KernelPort = {
    links: () => [...links.values()],
    addresses: table.all,
    holdAddresses: (vips, leaseSeconds) =>
      write(vips, 'hold', (address) => {
        table.add(address, 'keeper', millis(timeline.now + leaseSeconds * 1_000 + random.between(0, leaseSlack)));
      }),
    releaseAddresses: (vips) =>
      write(vips, 'release', (address) => {
        table.remove(address, 'keeper');
      }),
    announce(vip) {
      const failed = links.get(vip.dev)?.up !== true || refuses();
      observe({ type: 'announced', node, address: vip, failed });
      return failed ? { object: vip.address, attempt: 'announce', errno: 'ENETDOWN' } : undefined;
    },
    loadRules(batch, from) {
      const next = Math.min(batch.messages.length, from + pieceRequests);
      parts.elapse((next - from) * requestTime);
      write([], 'load', () => undefined);
      if (next === batch.messages.length) return { failures: writeRules(batch), next };
      observe({ type: 'rulesLoading', node, batch });
      return { failures: [], next };
    },
  };

  const kernel: VirtualKernel = {
    ...table,
    port,
    setLink,
    writeRules,
    troubles: noTroubles,
    get rulesRevision() {
      return rulesRevision;
    },
    get addresses() {
      return table.all();
    },
    isUp: (dev) => links.get(dev)?.up === true,
    replaceDevice(dev) {
      for (const address of table.all()) if (address.dev === dev) table.remove(address, 'stranger');
      notify({ type: 'linkGone', dev });
      nextIndex += 1;
      links.set(dev, linkState(dev, nextIndex, false));
      for (const address of parts.own) if (address.dev === dev) table.add(address, 'stranger');
      setLink(dev, true);
    },
    powerCycle() {
      for (const address of table.all()) table.remove(address, 'kernel');
      for (const dev of devices) setLink(dev, true);
      for (const address of parts.own) table.add(address, 'stranger');
      rulesRevision = 0;
    },
  };
  return kernel;
}

function linkState(dev: string, index: number, up: boolean): LinkState {
  return { dev, index, mac: Uint8Array.of(2, 0, 0, 0, 0, index), up };
}
