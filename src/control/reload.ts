// What became of a reload, for `vspair reload`. Sent as JSON.
import type { ConfigChange } from '../config/changes.ts';
import type { Problem } from '../errors/place.ts';

export type ReloadResult =
  | {
      readonly ok: true;
      /** In force now; with `dryRun` they would be. Empty: there is nothing new in the files. */
      readonly changes: readonly ConfigChange[];
      readonly warnings: readonly Problem[];
    }
  | {
      readonly ok: false;
      /** Nothing was changed. `invalid`: the files; `restart`: not in a running daemon; `unsafe`: a peer would not be heard any more. */
      readonly reason: 'invalid' | 'restart' | 'unsafe';
      readonly problems: readonly Problem[];
      /** What else stands against it, with what to do next. */
      readonly obstacles: readonly Obstacle[];
      readonly changes: readonly ConfigChange[];
      readonly warnings: readonly Problem[];
    };

export interface Obstacle {
  readonly what: string;
  readonly advice: string;
}

/** `heartbeat.interval: 100ms -> 200ms`, `groups.web.vips: 10.0.0.7/24 on eth0 added` */
export function changeText({ key, from, to }: ConfigChange): string {
  if (from !== null && to !== null) return `${key}: ${from} -> ${to}`;
  if (from === null && to === null) return `${key}: changed`;
  return to === null ? `${key}: ${from} removed` : `${key}: ${to} added`;
}
