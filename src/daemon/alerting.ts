// The alerts of the daemon: where they keep what is not told yet, how long they try, and what the status says of them.
import { type Alerts, type ChannelState, createAlerts, type TriedOut } from '../alerts/alerts.ts';
import { nameOnDisk } from '../alerts/channelNames.ts';
import type { ChannelReport } from '../alerts/channelQueue.ts';
import type { DaemonStart } from '../cli/world.ts';
import type { AlertChannel, NotifyState } from '../config/alertChannel.ts';
import type { DirectorConfig } from '../config/config.ts';
import type { AlertTried } from '../control/protocol.ts';
import type { AlertsStatus } from '../control/status.ts';
import type { Fact, GroupSpec, Vrid } from '../core/types.ts';
import { SystemError } from '../kernel/syscalls.ts';
import { openDatagramSender } from '../kernel/unixDatagram.ts';
import { pauseBefore } from '../store/backOff.ts';
import type { OnFileProblem } from '../store/fileProblem.ts';
import { giveUpAbandoned } from './abandonedAlerts.ts';
import { alertsDirectory, openAlertsKeep } from './alertsKeep.ts';

/** A receiver that is back hears of it within a minute; one that is out for a day misses what is older. */
export const alertBounds = { firstPauseMs: 1000, longestPauseMs: 60_000, attempts: 24 * 60, limit: 1000 } as const;

export function openAlerts(
  { channels, stateDir }: Pick<DaemonStart, 'stateDir'> & { readonly channels: readonly AlertChannel[] },
  report: (report: ChannelReport) => void,
  onProblem: OnFileProblem,
): Alerts {
  const openKeep = openAlertsKeep(stateDir, onProblem);
  void giveUpAbandoned({ directory: alertsDirectory(stateDir), inUse: channels.map(nameOnDisk), openKeep, report });
  return createAlerts({
    channels,
    openKeep,
    sendUnixDatagram,
    pauseAfter: (attempts) => (attempts < alertBounds.attempts ? pauseBefore(attempts, alertBounds) : undefined),
    limit: alertBounds.limit,
    report,
  });
}

/** Throws SystemError: EAGAIN while the receiver's queue is full. */
export function sendUnixDatagram(path: string, text: string): void {
  const sender = openDatagramSender(path);
  try {
    const errno = sender.send(text);
    if (errno !== undefined) throw new SystemError('send', path, errno);
  } finally {
    sender.close();
  }
}

export function alertsStatus(channels: readonly ChannelState[]): AlertsStatus {
  const total = (of: 'delivered' | 'failed' | 'waiting'): number => channels.reduce((count, channel) => count + channel[of], 0);
  const failing = channels.findLast(({ trouble }) => trouble !== undefined);
  return {
    delivered: total('delivered'),
    failed: total('failed'),
    waiting: total('waiting'),
    lastFailure: failing === undefined ? undefined : `${failing.name}: ${failing.trouble ?? ''}`,
    channels,
  };
}

export const triedOut = (tried: readonly TriedOut[] | undefined): readonly AlertTried[] | null =>
  tried?.map(({ channel, delivery }) => ({ channel, ok: delivery.ok, detail: delivery.ok ? null : delivery.detail })) ?? null;

export interface StateWatchParts {
  /** As they are in force; those that were are known too. */
  readonly specs: ReadonlyMap<Vrid, GroupSpec>;
  readonly node: DirectorConfig;
}

/** The states of this director's groups as keepalived's scripts know them, each told when it changes. */
export function stateWatch({ specs, node }: StateWatchParts, { noteState }: Pick<Alerts, 'noteState'>) {
  const states = new Map<Vrid, NotifyState>();
  return (fact: Fact): void => {
    const state = stateOf(fact);
    const group = 'vrid' in fact ? specs.get(fact.vrid) : undefined;
    if (state === undefined || group === undefined || states.get(group.vrid) === state) return;
    states.set(group.vrid, state);
    noteState({ group: group.name, state, priority: group.priorities.get(node.name) ?? node.priority });
  };
}

function stateOf(fact: Fact): NotifyState | undefined {
  switch (fact.type) {
    case 'becameActive':
      return 'MASTER';
    case 'becameBackup':
    case 'enteredMaintenance':
      return 'BACKUP';
    case 'enteredFault':
      return 'FAULT';
    case 'stopped':
      // Left in place, the group is still this director's.
      return fact.released ? 'STOP' : undefined;
    case 'handoverStarted':
    case 'handoverCompleted':
    case 'handoverCalledOff':
    case 'takeoverWithheld':
    case 'bothActive':
    case 'peerHeard':
    case 'peerLost':
      return undefined;
  }
}
