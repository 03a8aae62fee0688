// People are told of takeovers, over every configured channel, beside everything else: nothing ever waits for an alert.
import { setTimeout as pause } from 'node:timers/promises';
import type { AlertChannel } from '../config/alertChannel.ts';
import type { DirectorEvent } from '../events/event.ts';
import { alertsKey } from '../events/partDrafts.ts';
import { type Channel, openEventChannel, type QueueTerms } from './channel.ts';
import { nameOnDisk, shownName } from './channelNames.ts';
import type { QueueState } from './channelQueue.ts';
import type { Deliver, Delivery } from './delivery.ts';
import { deliverByEmail } from './email.ts';
import { deliverByExec } from './exec.ts';
import type { OpenKeep } from './keep.ts';
import type { StateChange } from './notify.ts';
import { openNotifyChannel } from './notifyChannel.ts';
import { deliverBySyslog, type SendUnixDatagram } from './syslog.ts';
import { deliverByWebhook } from './webhook.ts';

export interface AlertsOptions extends QueueTerms {
  readonly channels: readonly AlertChannel[];
  readonly openKeep: OpenKeep;
  readonly sendUnixDatagram: SendUnixDatagram;
}

export interface Alerts {
  send(event: DirectorEvent): void;
  /** A group of this director is in another state; for keepalived's scripts. */
  noteState(change: StateChange): void;
  /** One attempt on each channel, or on the one of this name or index, at once and past the queues. Undefined: there is no such channel. */
  tryOut(event: DirectorEvent, which?: string): Promise<readonly TriedOut[] | undefined>;
  state(): readonly ChannelState[];
  /** Lets the queues finish for so long; what is left waits on disk for the next process. */
  close(graceMs: number): Promise<void>;
}

export interface TriedOut {
  readonly channel: string;
  readonly delivery: Delivery;
}

export interface ChannelState extends QueueState {
  readonly name: string;
}

export function createAlerts({ channels: configured, openKeep, sendUnixDatagram, ...terms }: AlertsOptions): Alerts {
  const channels = configured.map((channel, index) => open(channel, shownName(channel, index), { openKeep, sendUnixDatagram, terms }));
  return {
    send(event) {
      for (const channel of channels) if (!isAbout(channel, event)) channel.send(event);
    },
    noteState(change) {
      for (const channel of channels) channel.noteState(change);
    },
    async tryOut(event, which) {
      const chosen = channels.filter(({ name }, index) => which === undefined || which === name || which === String(index));
      if (which !== undefined && chosen.length === 0) return undefined;
      return Promise.all(chosen.map(async (channel) => ({ channel: channel.name, delivery: await channel.tryOut(event) })));
    },
    state: () => channels.map((channel) => ({ name: channel.name, ...channel.state() })),
    close: (graceMs) => close(channels, graceMs),
  };
}

interface Means extends Pick<AlertsOptions, 'openKeep' | 'sendUnixDatagram'> {
  readonly terms: QueueTerms;
}

function open(channel: AlertChannel, name: string, { openKeep, sendUnixDatagram, terms }: Means): Channel {
  if (channel.kind === 'notify') return openNotifyChannel({ ...terms, name, target: channel, timeoutMs: channel.timeout });
  const deliver = deliverBy(channel, sendUnixDatagram);
  return openEventChannel({ ...terms, name, terms: channel, deliver, keep: openKeep(nameOnDisk(channel)) });
}

function deliverBy(channel: Exclude<AlertChannel, { readonly kind: 'notify' }>, sendUnixDatagram: SendUnixDatagram): Deliver {
  switch (channel.kind) {
    case 'webhook':
      return deliverByWebhook(channel, channel.timeout);
    case 'email':
      return deliverByEmail(channel, channel.timeout);
    case 'exec':
      return deliverByExec(channel.command, channel.timeout);
    case 'syslog':
      return deliverBySyslog(channel, channel.timeout, sendUnixDatagram);
  }
}

/** A channel that cannot tell is no place to tell of it. */
const isAbout = ({ name }: Channel, { trouble }: DirectorEvent): boolean => trouble?.key === alertsKey(name);

async function close(channels: readonly Channel[], graceMs: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([
    Promise.all(channels.map((channel) => channel.idle())),
    pause(graceMs, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
  await Promise.all(channels.map((channel) => channel.stop()));
}
