// What `vspair init` has to know, in the order in which it asks, and what it can see of this machine by itself.
import type { Address, PrefixedAddress } from '../../text/address.ts';

export const forwardingMethods = ['dr', 'nat', 'tun'] as const;

export interface Answers {
  readonly cluster: string;
  /** The names of this director and of the other one. */
  readonly node: string;
  readonly peer: string;
  /** Heartbeat links: this director's addresses with their interfaces, and the other one's in the same order. */
  readonly addresses: readonly OwnAddress[];
  readonly peerAddresses: readonly Address[];
  readonly forward: (typeof forwardingMethods)[number];
  readonly vip: readonly PrefixedAddress[];
  /** One for each virtual IP. */
  readonly dev: readonly string[];
  /** The virtual IPs inside, for nat; else none. One for each family. */
  readonly gateway: readonly PrefixedAddress[];
  readonly gatewayDev: readonly string[];
  readonly vrid: number;
  /** The interface of the connection synchronisation. */
  readonly sync: string | undefined;
  readonly servers: readonly Address[];
  /** Of the first service; undefined without servers. */
  readonly port: number | undefined;
}

export type Key = keyof Answers;

/** What is answered so far. A question whose answer was refused leaves a gap, and the others go on without it. */
export type Known = Partial<Answers>;

export interface OwnAddress {
  readonly dev: string;
  readonly address: PrefixedAddress;
}

export interface Machine {
  readonly hostname: string;
  readonly devices: readonly string[];
  /** Without those of the loopback and link-local ones. */
  readonly addresses: readonly OwnAddress[];
  /** The directory of the schemas by which editors complete keys; undefined where there is none. */
  readonly schemas: string | undefined;
}

/** An answer understood, or why it is none. */
export type Reading<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly why: string };

export const taken = <Value>(value: Value): Reading<Value> => ({ ok: true, value });

export const refused = (why: string): Reading<never> => ({ ok: false, why });

export interface Question<Value> {
  readonly flag: string;
  /** What it is about, for the help and for a person at the terminal. */
  readonly asks: string;
  /** Lines that help to answer it. */
  readonly hints?: (known: Known, machine: Machine) => readonly string[];
  /** Undefined: nothing can be suggested. */
  readonly suggested: (known: Known, machine: Machine) => string | undefined;
  readonly read: (text: string, known: Known, machine: Machine) => Reading<Value>;
  /** The value where the question does not arise; undefined where it does. */
  readonly settled?: (known: Known) => Reading<Value> | undefined;
  /** Why a flag has no effect beside what is known; undefined when it has. */
  readonly idle?: (known: Known) => string | undefined;
}

export type Questions = { readonly [K in Key]: Question<Answers[K]> };
