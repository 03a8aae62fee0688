// What the main thread and the keeper say to each other. Plain values only: they cross a thread by structured clone.
import type { CoreConfig, Fact, GroupPhase, Handover, Millis, NodeName, Outcome, RulesMark, Vrid } from '../core/types.ts';
import type { CompiledRules, KernelFailure } from './ports.ts';

/** A key of the shared secret. `id` 0 to 255 travels in the advert. The first key of a list signs, all of them verify. */
export interface SecretKey {
  readonly id: number;
  readonly key: Uint8Array;
}

/** The newest (incarnation, sequence) accepted from a peer: what came before it is a replay. */
export interface PeerMark {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly sequence: number;
}

/** What a configuration says to the keeper, and may say anew while it runs. */
export interface KeeperConfig {
  readonly core: CoreConfig;
  readonly keys: readonly SecretKey[];
  /** Per heartbeat link this director's address and those of the peers, in the order of the config. */
  readonly links: readonly HeartbeatLink[];
  /** Whole seconds after which the kernel takes a virtual IP away that nobody renews. */
  readonly leaseSeconds: number;
}

/** All that the keeper is born with. */
export interface KeeperBoot extends KeeperConfig {
  readonly cluster: string;
  readonly port: number;
  readonly marks: readonly PeerMark[];
  readonly maintenance: boolean;
  readonly rules: RulesMark;
}

export interface HeartbeatLink {
  readonly local: string;
  readonly peers: readonly { readonly node: NodeName; readonly address: string }[];
}

export type ToKeeper =
  | { readonly type: 'rules'; readonly mark: RulesMark; readonly batch: CompiledRules }
  | { readonly type: 'failover'; readonly requestId: number; readonly vrid: Vrid; readonly to: NodeName | undefined }
  | { readonly type: 'maintenance'; readonly requestId: number; readonly on: boolean }
  /** Answered when it is in force, and what it removed released. */
  | { readonly type: 'config'; readonly requestId: number; readonly config: KeeperConfig }
  | { readonly type: 'shutdown'; readonly how: 'handover' | 'inPlace' }
  | { readonly type: 'snapshot'; readonly requestId: number }
  /** Is the loop still turning? Answered at the end of a turn. */
  | { readonly type: 'ping'; readonly requestId: number };

export type FromKeeper =
  | { readonly type: 'ready'; readonly realtime: string }
  /** With becameActive also when the old active was heard on each link, up to the decision, and the rules that were here. */
  | {
      readonly type: 'fact';
      readonly at: Millis;
      readonly fact: Fact;
      readonly heard?: readonly HeardOnLink[];
      readonly rules?: RulesMark;
    }
  | { readonly type: 'takeover'; readonly timeline: TakeoverTimeline }
  | { readonly type: 'kernelFailures'; readonly failures: readonly KernelFailure[] }
  | { readonly type: 'vipRestored'; readonly vrid: Vrid; readonly address: string; readonly dev: string }
  | { readonly type: 'answer'; readonly requestId: number; readonly outcome: Outcome }
  | { readonly type: 'snapshot'; readonly requestId: number; readonly snapshot: KeeperSnapshot }
  | { readonly type: 'pong'; readonly requestId: number }
  | { readonly type: 'peerMark'; readonly mark: PeerMark }
  | { readonly type: 'incarnationRaised'; readonly incarnation: number }
  | { readonly type: 'maintenanceChanged'; readonly on: boolean }
  /** Limited in rate: `count` datagrams were dropped for this cause since the last such message. */
  | { readonly type: 'dropped'; readonly cause: DropCause; readonly count: number; readonly from: string }
  | { readonly type: 'exited' };

/** Moments of one takeover on the keeper's clock (CLOCK_BOOTTIME); for people the main thread turns them into wall-clock time. */
export interface TakeoverTimeline {
  readonly vrid: Vrid;
  readonly decidedAt: Millis;
  readonly rulesInAt: Millis;
  readonly vipAddedAt: Millis;
  readonly announcedAt: Millis;
}

export type DropCause =
  | 'malformed'
  | 'unknown-version'
  | 'unknown-cluster'
  | 'unknown-sender'
  | 'own-advert'
  | 'wrong-source'
  | 'unknown-key'
  | 'wrong-key'
  | 'stale'
  | 'bad-content';

export interface KeeperSnapshot {
  /** When it was taken, on the keeper's clock: what the moments of a takeover are to be compared with. */
  readonly takenAt: Millis;
  readonly self: NodeName;
  readonly incarnation: number;
  readonly maintenance: boolean;
  readonly stopping: boolean;
  readonly realtime: string;
  readonly lateness: LatenessSummary;
  readonly groups: readonly GroupSnapshot[];
  readonly peers: readonly PeerSnapshot[];
  /** Of the virtual IPs. A peer of an older version does not tell the MAC: lower case, with colons. */
  readonly links: readonly { readonly dev: string; readonly up: boolean; readonly mac?: string }[];
  readonly rules: RulesMark;
  readonly adverts: {
    readonly sent: number;
    readonly received: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly sendFailures: number;
  };
  readonly kernelFailures: readonly KernelFailure[];
}

/** How late wake-ups came, ms, since start. */
export interface LatenessSummary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  /** How many came at most `upTo` ms late, the shortest time first; all others came later than the last. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

export interface GroupSnapshot {
  readonly vrid: Vrid;
  readonly name: string;
  readonly phase: GroupPhase;
  readonly priority: number;
  /** Who is active as this director sees it. */
  readonly active: NodeName | undefined;
  /** Who would be by priority, and of equal ones by address: where a failback goes. */
  readonly preferred: NodeName;
  /** Why the group is in this phase: the reason of the last fact about it. */
  readonly reason: string;
  readonly sinceAgo: Millis;
  readonly vips: readonly { readonly address: string; readonly prefix: number; readonly dev: string; readonly held: boolean }[];
  readonly lastTakeover: TakeoverTimeline | undefined;
}

export interface PeerSnapshot {
  readonly node: NodeName;
  readonly heard: boolean;
  readonly hearsUs: boolean;
  readonly lastHeardAgo: Millis | undefined;
  readonly incarnation: number | undefined;
  readonly rules: RulesMark | undefined;
  /** The id of the key that signed its newest advert. */
  readonly keyId: number | undefined;
  readonly groups: readonly {
    readonly vrid: Vrid;
    readonly phase: GroupPhase;
    readonly priority: number;
    readonly handover: Handover | undefined;
  }[];
  readonly links: readonly LinkSnapshot[];
}

/** When a peer was last heard on one heartbeat link: undefined when it never was. */
export interface HeardOnLink {
  readonly link: number;
  readonly local: string;
  readonly remote: string;
  readonly lastHeardAgo: Millis | undefined;
}

export interface LinkSnapshot extends HeardOnLink {
  /** It has not been silent for longer than any backup would wait. */
  readonly heard: boolean;
  /** Rounds of the peer that arrived on this link since the start, and those that did not, known by later ones. */
  readonly arrived: number;
  readonly missed: number;
  /** Share of the peer's rounds that did not arrive on this link, 0 to 1, over the last 100 rounds; of a silence too. */
  readonly loss: number;
  /** The newest. */
  readonly roundTrip: Millis | undefined;
  /** Of the last 100 rounds that arrived; undefined before any of them echoed a round of ours. */
  readonly roundTrips: { readonly median: Millis; readonly max: Millis } | undefined;
  /** The newest datagram from the peer's address on this link that was dropped; not told by a peer of an older version. */
  readonly refused?: { readonly cause: DropCause; readonly ago: Millis } | undefined;
}
