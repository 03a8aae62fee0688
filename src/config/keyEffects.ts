// What each key of the configuration does when a reload finds it changed: RELOAD.md says the same for people.

export interface KeyEffect {
  /** `restart`: refused by a reload, since it takes a restart in place of this director. */
  readonly takes: 'now' | 'restart';
  /** What the change does, in a sentence for people. */
  readonly does: string;
}

const now = (does: string): KeyEffect => ({ takes: 'now', does });
const restart = (does: string): KeyEffect => ({ takes: 'restart', does });

const otherName = restart('adverts of another cluster are dropped, so both directors have to change at once');

/** By the keys of the file, `*` for a name of the operator's. A key stands for those below it that are not named themselves. */
export const keyEffects = {
  cluster: otherName,
  secretFile: now('the secret is read from there'),
  'directors.*.priority': now('the next advert says so; who is active stays so, unless a group preempts'),
  'directors.*.addresses': now('links that are new are opened and those that are gone closed; the others go on'),
  'heartbeat.port': restart('no advert would be heard until both directors have the new port'),
  'heartbeat.interval': now('each advert says so, and the peers wait by it; a longer one is kept ten adverts later'),
  'groups.name': now('it is called so'),
  'groups.vrid': now('the group of the old VRID is released, that of the new one begins as backup'),
  'groups.vips': now('the active adds and announces what is new, and releases what is gone'),
  'groups.preempt': now('the next advert of a lower active decides'),
  'groups.preemptDelay': now('counts from now'),
  'groups.priorities': now('the next advert says so; who is active stays so, unless the group preempts'),
  state: restart('the rules are opened anew, from the disk, and then from the other store'),
  'ipvs.standby': now('the rules are brought into the kernel, or taken out of it when this director serves nothing'),
  'ipvs.reconcile': now('the next look at the kernel comes after that time'),
  'ipvs.onDrift': now('holds for what is found from now on'),
  'ipvs.connectionSync': now('the synchronisation daemons are started again with it; without it they are left as they are'),
  'ipvs.timeouts': now('are set; what is not named any more is left as it is'),
  'ipvs.sysctls': now('are set; what is not named any more is left as it is'),
  alerts: now('what happens from now on is told there; what waits for a channel that stays goes on'),
  metrics: restart('the listening socket and its address are opened at the start'),
  'control.socket': restart('commands would not find this daemon'),
  'control.peerPort': restart('the directors would not find each other on the peer channel'),
  'log.level': now('holds from the next line on'),
  'log.format': restart('the reader of the log would find two forms in it'),
} as const satisfies Readonly<Record<string, KeyEffect>>;

export type ReloadKey = keyof typeof keyEffects;
