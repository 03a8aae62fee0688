// What the election knows. Each role holds only the fields that mean something in it; timers are moments, not handles.
import type { Advert, CoreConfig, Effect, FaultReason, GroupAdvert, GroupSpec, Millis, NodeName, RulesMark, Vrid } from './types.ts';

export interface State {
  /** Adver_Timer. Every director advertises, whatever the phases of its groups. */
  readonly nextAdvertAt: Millis;
  /** When the last round was sent: the age of what the peers know of us. */
  readonly lastAdvertAt: Millis;
  /** After the interval grew: the one before it, which peers wait by until they have heard of the new one. */
  readonly oldPace: OldPace | undefined;
  readonly sequence: number;
  /** Our newest rounds, oldest first: when was the one sent that a peer says it heard? */
  readonly rounds: readonly Round[];
  readonly peers: ReadonlyMap<NodeName, Peer>;
  readonly linksDown: ReadonlySet<string>;
  readonly rules: RulesMark;
  readonly maintenance: boolean;
  /** The operator's wish to enter maintenance, until every group is handed over. */
  readonly maintenanceRequest: number | undefined;
  readonly shutdown: 'no' | 'handing-over' | 'done';
  /** What the successor needs: the kernel stays as it is. */
  readonly inPlace: boolean;
  readonly handovers: number;
  readonly groups: readonly Group[];
}

export interface OldPace {
  readonly interval: Millis;
  /** How many rounds are still sent at it. */
  readonly rounds: number;
}

export interface Round {
  readonly sequence: number;
  readonly at: Millis;
}

export interface Peer {
  readonly advert: Advert;
  readonly heardAt: Millis;
  /** Since when it is heard without a gap. */
  readonly hearingSince: Millis;
  /** When the newest round of ours was sent that it acknowledged. */
  readonly echoedAt: Millis | undefined;
  readonly lost: boolean;
}

export interface Group {
  readonly spec: GroupSpec;
  readonly role: Role;
}

export type Role = Initialize | Stopped | Backup | Active | Fault | Maintenance;

/** Started with virtual IPs in the kernel: asks before it claims (or, before the first event, knows nothing). */
export interface Initialize {
  readonly phase: 'initialize';
  readonly holding: boolean;
  readonly deadline: Millis;
  readonly answered: ReadonlySet<NodeName>;
}

/** RFC 9568's Initialize after Shutdown. */
export interface Stopped {
  readonly phase: 'stopped';
}

export interface Backup {
  readonly phase: 'backup';
  /** Active_Down_Timer. */
  readonly deadline: Millis;
  /** Active_Adver_Interval. */
  readonly activeInterval: Millis;
  readonly active: NodeName | undefined;
  /** Whom the active was asking to take over when it was heard last: if it leaves, it leaves for that one. */
  readonly successor: NodeName | undefined;
  /** The active said that it leaves, so only the skew is awaited. */
  readonly left: boolean;
  /** The timer was already started anew for a restarted active that asked, or a better backup; it does so once. */
  readonly consented: boolean;
  /** Before this moment a lower active is left alone although preemption is on. */
  readonly preemptAt: Millis;
  /** A handover that ended in "called off": the same one is not begun again. */
  readonly calledOff: number | undefined;
}

export interface Active {
  readonly phase: 'active';
  /** Its rules are still on their way into the kernel, and the virtual IPs follow them: it does not serve yet. */
  readonly loading: boolean;
  /** When the present series of announcements began. */
  readonly announceSince: Millis;
  readonly announceAt: Millis;
  readonly announceRound: number;
  /** When a losing advert was last answered: the bound against an endless exchange. */
  readonly answeredAt: Millis;
  readonly giving: Giving | undefined;
  readonly taking: Taking | undefined;
  /** The last handover that we called off: "I have it" with this id claims nothing. */
  readonly calledOff: number | undefined;
}

/** We asked `to` to take over and still serve. */
export interface Giving {
  readonly id: number;
  readonly to: NodeName;
  readonly startedAt: Millis;
  readonly deadline: Millis;
  readonly requestId: number | undefined;
}

/** We took over because `from` asked, and have not heard yet that it let go. */
export interface Taking {
  readonly id: number;
  readonly from: NodeName;
}

export interface Fault {
  readonly phase: 'fault';
  readonly reason: FaultReason;
  readonly retryAt: Millis;
}

export interface Maintenance {
  readonly phase: 'maintenance';
}

/**
 * One call of `step` on its way: `state` (and by one event the configuration) is replaced as it goes, effects are collected in
 * order, one advert ends them.
 */
export interface Turn {
  config: CoreConfig;
  readonly now: Millis;
  readonly effects: Effect[];
  state: State;
  speech: 'none' | 'advert' | 'solicitation';
}

/** A group together with what a peer says of it. */
export interface Heard {
  readonly peer: Peer;
  readonly group: GroupAdvert;
}

export function priorityOf(turn: { readonly config: CoreConfig }, spec: GroupSpec, node: NodeName = turn.config.self): number {
  return spec.priorities.get(node) ?? 1;
}

export function groupAdvertOf(peer: Peer | undefined, vrid: Vrid): GroupAdvert | undefined {
  return peer?.advert.groups.find((group) => group.vrid === vrid);
}
