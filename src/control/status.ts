// What `vspair status` is told: this director as its own daemon sees it, and each other one as far as it can be reached.
// Sent as JSON, where a value that is not known is left out.
import type { ConfigDigest } from '../config/digest.ts';
import type { KeyName } from '../config/secretChanges.ts';
import type { NodeName } from '../core/types.ts';
import type { DirectorEvent } from '../events/event.ts';
import type { KeeperSnapshot } from '../keeper/messages.ts';
import type { KernelFailure } from '../keeper/ports.ts';
import type { DrainingServer } from '../rules/draining.ts';
import type { IpvsStats } from '../wire/ipvs.ts';

export interface StatusReport {
  readonly cluster: string;
  /** The director that was asked. */
  readonly node: NodeName;
  /** The pair would survive the failure of any one director now, and nothing waits for the operator. */
  readonly healthy: boolean;
  readonly verdict: Verdict;
  /** One line: who is active, and who could take over. */
  readonly summary: string;
  /** Why it is not healthy, most urgent first; empty when it is. */
  readonly problems: readonly string[];
  readonly self: DirectorStatus;
  readonly peers: readonly PeerStatus[];
  /** The last ones that this director knows of, oldest first. */
  readonly events: readonly DirectorEvent[];
}

/** Of several groups the worst decides. */
export type PairState =
  /** The pair would survive a failure now, and nothing waits for the operator. */
  | 'protected'
  /** It would survive, and something waits for the operator. */
  | 'attention'
  /** Every group is served, and nobody could take one over. */
  | 'notRedundant'
  /** The same, since no other director is heard. */
  | 'peerNotHeard'
  | 'bothActive'
  /** A group is not served: nobody is active, or the active lacks a virtual IP. */
  | 'nobodyActive';

export interface Verdict {
  readonly state: PairState;
  /** Would the pair survive a failure now, and if not, why? */
  readonly text: string;
  /** What to do next; null when there is nothing to do. */
  readonly advice: string | null;
}

export interface DirectorStatus {
  readonly keeper: KeeperSnapshot;
  readonly daemon: DaemonStatus;
}

/**
 * `channel`: its own answer. `adverts`: only what its advertisements say, found in the asked director's snapshot.
 * `none`: not heard at all.
 */
export type PeerStatus =
  | {
      readonly node: NodeName;
      readonly via: 'channel';
      readonly director: DirectorStatus;
      /** How old its account is at most: the time that it was waited for. */
      readonly ageMs: number;
    }
  | { readonly node: NodeName; readonly via: 'adverts'; readonly detail: string }
  | { readonly node: NodeName; readonly via: 'none'; readonly detail: string };

export interface DaemonStatus {
  readonly pid: number;
  readonly version: string;
  readonly configFile: string;
  /** Of the configuration in use; a peer of an older version says nothing about it. */
  readonly config?: ConfigDigest;
  /** The keys of the secret in use, the one that signs first; a peer of an older version says nothing about them. */
  readonly keys?: readonly KeyName[];
  /** When this was said, by this machine's wall clock: milliseconds since 1970. For people; nothing is decided by it. */
  readonly wallClock?: number;
  readonly uptimeMs: number;
  /** Resident memory. */
  readonly memoryBytes: number;
  readonly store: StoreStatus;
  readonly rules: RulesStatus;
  /** What IPVS could not be set to: sysctls, timeouts, connection synchronisation. */
  readonly settingsRefused: readonly KernelFailure[];
  readonly alerts: AlertsStatus;
  /** Who answers for virtual IPs that this director does not hold, as its neighbour table has it. IPv4 only; may be minutes old. */
  readonly neighbours: readonly NeighbourStatus[];
  /** Left out while it is not in maintenance. */
  readonly maintenance?: MaintenanceNote | undefined;
  /** What is wrong with files of the state directory, a sentence each. */
  readonly fileProblems: readonly string[];
  /** What this kernel's IPVS counted in all since it was loaded, services of others included; left out without IPVS. */
  readonly ipvs?: IpvsStats | undefined;
}

/** Why this director was taken out of service. */
export interface MaintenanceNote {
  readonly reason: string | null;
  /** Who gave the command; null when an older version has written the note. */
  readonly author: string | null;
  /** ISO 8601. */
  readonly since: string | null;
}

export interface NeighbourStatus {
  readonly address: string;
  readonly dev: string;
  /** Lower case, with colons; undefined when nobody answered, which `detail` explains. */
  readonly mac: string | undefined;
  readonly detail: string | undefined;
}

export interface StoreStatus {
  readonly backend: 'redis' | 'peer' | 'none';
  readonly connected: boolean;
  /** The last failure, while there is no connection. */
  readonly detail: string | undefined;
  /** Why the store's rules are not the ones in use. */
  readonly trouble?: { readonly what: string; readonly detail: string } | undefined;
}

export interface RulesStatus {
  /** 0 when there is no document yet. */
  readonly revision: number;
  readonly digest: string;
  readonly services: number;
  readonly servers: number;
  readonly source: 'store' | 'disk' | 'none';
  /** Why the newest document is not in use, or which of its items the kernel refused. */
  readonly errors: readonly string[];
  /** What somebody else changed in our services and still stands in the kernel, one difference each. */
  readonly drift: readonly string[];
  /** When the kernel was last compared with the rules, in milliseconds since 1970; not yet, or not told by an older version. */
  readonly comparedAt?: number;
  /** Servers that the rules have lost and that keep their connections for now. */
  readonly draining: readonly DrainingServer[];
}

export interface AlertsStatus {
  readonly delivered: number;
  /** Given up, pushed out by newer ones, or not told before an end. */
  readonly failed: number;
  readonly waiting: number;
  /** While a channel fails: which, and why. */
  readonly lastFailure: string | undefined;
  readonly channels: readonly AlertChannelStatus[];
}

/** Counted since the start of the daemon. */
export interface AlertChannelStatus {
  /** The configured name, else its place in the list, its kind and its host. */
  readonly name: string;
  readonly delivered: number;
  readonly failed: number;
  readonly waiting: number;
  /** Of those that wait, how many are not on the disk and would be lost with the process. */
  readonly unsaved: number;
  /** Why the last attempt failed; left out when it did not. */
  readonly trouble?: string | undefined;
}
