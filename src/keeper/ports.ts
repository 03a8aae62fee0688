// All that the keeper needs of the outside world, on one page. The daemon gives it sockets and the kernel, the simulator
// gives it a virtual network and a virtual kernel. Every call is synchronous, and none may block.
import type { Millis, NodeName, Vip } from '../core/types.ts';
import type { FromKeeper, HeartbeatLink } from './messages.ts';

export interface Clock {
  /** Monotonic, and it goes on while the machine sleeps (CLOCK_BOOTTIME). */
  now(): Millis;
}

/** One failed kernel write: what was attempted on which object, and the errno's name (EADDRNOTAVAIL, EPERM ...). */
export interface KernelFailure {
  readonly object: string;
  readonly attempt: string;
  readonly errno: string;
}

/** How a failure names an address: "10.0.0.1/24 dev eth0". The keeper finds the virtual IP of a failure by it. */
export const addressObject = (vip: { readonly address: string; readonly prefix: number; readonly dev: string }): string =>
  `${vip.address}/${vip.prefix} dev ${vip.dev}`;

export interface LinkState {
  readonly dev: string;
  readonly index: number;
  /** Hardware address, 6 bytes; empty for a device without one. */
  readonly mac: Uint8Array;
  /** Administratively up and with carrier. */
  readonly up: boolean;
}

export interface AddressState {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number;
  readonly dev: string;
}

/** What the kernel tells unasked. `overrun`: notifications were lost, ask for everything anew. */
export type KernelChange =
  | { readonly type: 'link'; readonly link: LinkState }
  | { readonly type: 'linkGone'; readonly dev: string }
  | { readonly type: 'addressAdded'; readonly address: AddressState }
  | { readonly type: 'addressRemoved'; readonly address: AddressState }
  | { readonly type: 'overrun' };

export interface KernelPort {
  links(): readonly LinkState[];
  addresses(): readonly AddressState[];
  /**
   * Adds or renews addresses in one batch, without duplicate address detection. The kernel removes each by itself when
   * it is not renewed within `leaseSeconds` (Infinity: never). EEXIST is success. The object of a failure is `addressObject`.
   */
  holdAddresses(vips: readonly Vip[], leaseSeconds: number): readonly KernelFailure[];
  /** Removes addresses in one batch. One that is not there is success. */
  releaseAddresses(vips: readonly Vip[]): readonly KernelFailure[];
  /** Sends one round of announcements for one address: ARP request and reply form, or an unsolicited NA. */
  announce(vip: { readonly family: 4 | 6; readonly address: string; readonly dev: string }): KernelFailure | undefined;
  /**
   * Writes one piece of a compiled batch of IPVS requests, a few dozen of them: the one that begins at byte `from` of the
   * messages, where 0 or the end of the piece before is.
   */
  loadRules(batch: CompiledRules, from: number): LoadedPiece;
}

export interface LoadedPiece {
  readonly failures: readonly KernelFailure[];
  /** Where the next piece begins: the length of the messages when this was the last one. */
  readonly next: number;
}

/** IPVS requests ready to be written: netlink messages one behind the other, numbered from 1 by their sequence numbers. */
export interface CompiledRules {
  readonly revision: number;
  readonly digest: string;
  /** Empty when the kernel holds the rules already. */
  readonly messages: Uint8Array;
  /** What each message writes, the one with sequence number 1 first; for error texts. */
  readonly labels: readonly string[];
}

export interface AdvertPort {
  /** From now on there are these links. A link that stays in its place keeps its socket. */
  relink(links: readonly HeartbeatLink[]): void;
  /** Hands one datagram to the kernel; a failure is counted, never thrown. `link` is the position in the addresses of the config. */
  send(to: NodeName, link: number, datagram: Uint8Array): void;
}

export interface KeeperPorts {
  readonly clock: Clock;
  readonly kernel: KernelPort;
  readonly adverts: AdvertPort;
  readonly report: (message: FromKeeper) => void;
}
