// The words of the election: what it is told (events), what it knows (state), what it orders (effects).
// Terms are those of RFC 9568 (VRRPv3); a "group" is its virtual router.

declare const millisBrand: unique symbol;
/** Milliseconds on the monotonic clock of this process, or a length of time. Fractions are kept: the skew needs them. */
export type Millis = number & { readonly [millisBrand]: true };
export const millis = (value: number): Millis => value as Millis;
export const never: Millis = millis(Number.POSITIVE_INFINITY);

export type NodeName = string;
export type Vrid = number;

/** A virtual IP address. `address` is canonical text, `prefix` the length in bits, `dev` the interface that carries it. */
export interface Vip {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number;
  readonly dev: string;
}

export interface NodeSpec {
  readonly name: NodeName;
  /** Position when all directors are ordered by address: equal priorities are decided by it (RFC 9568 6.4.3). */
  readonly addressRank: number;
}

export interface GroupSpec {
  readonly name: string;
  readonly vrid: Vrid;
  readonly vips: readonly Vip[];
  readonly preempt: boolean;
  readonly preemptDelay: Millis;
  /** 1 to 254. 255, the address owner, does not exist here: no director owns a virtual IP. */
  readonly priorities: ReadonlyMap<NodeName, number>;
}

export interface CoreConfig {
  readonly self: NodeName;
  readonly incarnation: number;
  /** Advertisement_Interval. */
  readonly interval: Millis;
  /** Every director of the cluster, this one included. */
  readonly nodes: readonly NodeSpec[];
  readonly groups: readonly GroupSpec[];
}

// ---------------------------------------------------------------------------------------------------------- adverts

export type GroupPhase = 'initialize' | 'backup' | 'active' | 'fault' | 'maintenance';

/**
 * A planned handover as adverts speak of it. `ask`: the active wants `peer` to take over. `loading`: the sender does so, and
 * its rules are still on their way into the kernel. `taken`: it took over from `peer`.
 */
export interface Handover {
  readonly id: number;
  readonly phase: 'ask' | 'loading' | 'taken';
  readonly peer: NodeName;
}

export interface GroupAdvert {
  readonly vrid: Vrid;
  readonly phase: GroupPhase;
  /** 0 from an active that leaves. */
  readonly priority: number;
  /** The sender's kernel may hold the virtual IPs now. An active that does not still loads its rules, and does not serve yet. */
  readonly holding: boolean;
  readonly handover: Handover | undefined;
}

/** Which rules a director has, and whether its kernel holds them (or will before the virtual IP: `ready`). */
export interface RulesMark {
  readonly revision: number;
  /** Hex of the first 8 bytes of the document's SHA-256; 16 zeroes for no document. */
  readonly digest: string;
  readonly ready: boolean;
}

/** What one director tells the others each Advertisement_Interval: the part of the datagram that the election reads. */
export interface Advert {
  readonly from: NodeName;
  readonly incarnation: number;
  /** Grows by one each round; the copies of one round on several links share it. */
  readonly sequence: number;
  readonly interval: Millis;
  /** Asks every receiver to answer with its own advert at once. */
  readonly solicit: boolean;
  readonly rules: RulesMark;
  readonly groups: readonly GroupAdvert[];
}

/** The newest round of ours that the sender had heard, as it says so itself. */
export interface Echo {
  readonly incarnation: number;
  readonly sequence: number;
}

// ------------------------------------------------------------------------------------------------------------ events

export type CoreEvent =
  /** The first event: states the world. `holding`: groups of which the kernel already has a virtual IP. */
  | {
      readonly type: 'started';
      readonly holding: readonly Vrid[];
      readonly linksDown: readonly string[];
      readonly maintenance: boolean;
      readonly rules: RulesMark;
    }
  | { readonly type: 'advertReceived'; readonly advert: Advert; readonly echo: Echo | undefined }
  /** A wake-up, early, late or on time. */
  | { readonly type: 'timePassed' }
  | { readonly type: 'linkWentDown'; readonly dev: string }
  | { readonly type: 'linkCameUp'; readonly dev: string }
  | { readonly type: 'rulesChanged'; readonly rules: RulesMark }
  /** The kernel refused a virtual IP of the group, or to load its rules. */
  | { readonly type: 'kernelWriteFailed'; readonly vrid: Vrid; readonly detail: string }
  /** The rules are too many to be written in one go: the virtual IPs of these groups wait for them. */
  | { readonly type: 'loadBegan'; readonly vrids: readonly Vrid[] }
  /** The rules are in, and the virtual IPs that waited for them. */
  | { readonly type: 'loadEnded'; readonly vrids: readonly Vrid[] }
  | { readonly type: 'failoverRequested'; readonly requestId: number; readonly vrid: Vrid; readonly to: NodeName | undefined }
  | { readonly type: 'maintenanceRequested'; readonly requestId: number; readonly on: boolean }
  /**
   * From here on `config` is in force, with the incarnation that this process has (see `configAfter`). `holding`: groups of
   * which the kernel has a virtual IP; `linksDown`: of the devices that the new configuration names.
   */
  | {
      readonly type: 'configChanged';
      readonly requestId: number;
      readonly config: CoreConfig;
      readonly holding: readonly Vrid[];
      readonly linksDown: readonly string[];
    }
  /** `handover`: give every active group to a peer, then release. `inPlace`: leave the kernel as it is, a new process follows. */
  | { readonly type: 'shutdownRequested'; readonly how: 'handover' | 'inPlace' };

// ----------------------------------------------------------------------------------------------------------- effects

export type Effect =
  | { readonly type: 'sendAdvert'; readonly to: 'all' | NodeName; readonly advert: Advert }
  /** Gratuitous ARP and unsolicited NA for every virtual IP of the group, paced by the runtime. */
  | { readonly type: 'announce'; readonly vrid: Vrid }
  /** Announce this director's own heartbeat addresses, so that no advert waits for address resolution. */
  | { readonly type: 'announceSelf'; readonly dev: string | 'all' }
  | { readonly type: 'answer'; readonly requestId: number; readonly outcome: Outcome }
  | { readonly type: 'report'; readonly fact: Fact }
  /** Everything is released or left in place as asked: the process may end once earlier effects are carried out. */
  | { readonly type: 'exit' };

export type Outcome =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly reason: RefusalReason; readonly detail: string };

export type RefusalReason =
  | 'not-active'
  | 'unknown-group'
  | 'unknown-node'
  | 'already-there'
  | 'peer-not-heard'
  | 'peer-does-not-hear-us'
  | 'peer-in-maintenance'
  | 'peer-in-fault'
  | 'peer-not-backup'
  | 'peer-rules-not-in'
  | 'handover-under-way'
  | 'not-confirmed'
  | 'stopping';

export type ActiveReason =
  /** Active_Down_Timer fired. */
  | 'active-down'
  /** The active said that it leaves (priority 0) or that it is not active any more. */
  | 'active-left'
  | 'handover'
  | 'preempted'
  /** A restarted process found the virtual IPs in the kernel and no other active. */
  | 'adopted';

export type BackupReason =
  | 'started'
  | 'outranked'
  | 'handed-over'
  | 'called-off'
  /** The rules that it was loading are not ready any more. */
  | 'rules-not-in'
  | 'stalled'
  | 'not-heard-by-active'
  | 'active-elsewhere'
  | 'recovered'
  | 'maintenance-ended';

export type FaultReason = 'link-down' | 'kernel-write-failed';

/** What the election had before it when it decided. Times are lengths in ms up to the decision. */
export interface Evidence {
  readonly active: NodeName | undefined;
  readonly lastHeardAgo: Millis | undefined;
  readonly activeDownInterval: Millis | undefined;
  readonly late: Millis;
}

export type Fact =
  | {
      readonly type: 'becameActive';
      readonly vrid: Vrid;
      readonly reason: ActiveReason;
      readonly evidence: Evidence;
      /** The one that it took: the id that its giver gave it. */
      readonly handover?: { readonly id: number; readonly from: NodeName };
    }
  | { readonly type: 'becameBackup'; readonly vrid: Vrid; readonly reason: BackupReason; readonly to: NodeName | undefined }
  | { readonly type: 'enteredFault'; readonly vrid: Vrid; readonly reason: FaultReason; readonly detail: string }
  | { readonly type: 'enteredMaintenance'; readonly vrid: Vrid }
  | { readonly type: 'stopped'; readonly vrid: Vrid; readonly released: boolean }
  | { readonly type: 'handoverStarted'; readonly vrid: Vrid; readonly to: NodeName; readonly id: number }
  | { readonly type: 'handoverCompleted'; readonly vrid: Vrid; readonly to: NodeName; readonly id: number; readonly took: Millis }
  | { readonly type: 'handoverCalledOff'; readonly vrid: Vrid; readonly to: NodeName; readonly id: number }
  /** The active is gone, but this director has no rules to serve with: it takes over when they are in. */
  | { readonly type: 'takeoverWithheld'; readonly vrid: Vrid }
  | { readonly type: 'bothActive'; readonly vrid: Vrid; readonly peer: NodeName }
  | { readonly type: 'peerHeard'; readonly peer: NodeName }
  | { readonly type: 'peerLost'; readonly peer: NodeName; readonly lastHeardAgo: Millis };

// ------------------------------------------------------------------------------------------------------------ intent

/** What the kernel should hold for a group. `keep`: neither add nor remove (a process that asks, or that hands its place on). */
export type VipIntent = 'hold' | 'keep' | 'absent';

export interface Intent {
  readonly groups: ReadonlyMap<Vrid, VipIntent>;
}
