// What the metrics of one scrape are made of, put together by the daemon.
import type { DaemonStatus } from '../control/status.ts';
import type { KeeperSnapshot } from '../keeper/messages.ts';
import type { IpvsCounters } from '../rules/ipvsCounters.ts';
import type { CountsSeen } from './counts.ts';

export interface Seen {
  readonly healthy: boolean;
  /** As many as `vspair status` of this director would list, those that only the other director can tell left out. */
  readonly problems: number;
  readonly keeper: KeeperSnapshot;
  readonly daemon: DaemonStatus;
  /** The newest revision of the rules that this director knows; 0 for none. */
  readonly newestRevision: number;
  readonly alerts: readonly ChannelSeen[];
  readonly counts: CountsSeen;
  /** Undefined when the kernel's table cannot be read. */
  readonly ipvs: IpvsSeen | undefined;
  readonly process: ProcessSeen;
}

export interface ChannelSeen {
  readonly name: string;
  readonly waiting: number;
  readonly delivered: number;
  readonly failed: number;
}

export interface IpvsSeen {
  readonly counters: IpvsCounters;
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

export interface ProcessSeen {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly openDescriptors: number;
}
