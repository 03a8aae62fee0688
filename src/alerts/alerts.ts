// People are told of takeovers, over every configured channel, beside everything else: nothing ever waits for an alert.
import { setTimeout as pause } from 'node:timers/promises';
import type { AlertChannel } from '../config/config.ts';
import type { DirectorEvent } from '../events/event.ts';
import { type ChannelQueue, type ChannelReport, type ChannelState, createChannelQueue } from './channelQueue.ts';
import type { Deliver, Delivery } from './delivery.ts';
import { deliverByExec } from './exec.ts';
import { deliverByWebhook } from './webhook.ts';

export interface AlertsOptions {
  readonly channels: readonly AlertChannel[];
  readonly report: (report: ChannelReport) => void;
  readonly againAfterMs?: readonly number[];
  readonly limit?: number;
}

export interface Alerts {
  send(event: DirectorEvent): void;
  /** One attempt on every channel at once, past the queues; for `vspair alerts test`. */
  tryOut(event: DirectorEvent): Promise<readonly { readonly channel: string; readonly delivery: Delivery }[]>;
  state(): AlertsState;
  /** Lets the queues finish for so long, then gives up what is left. */
  close(graceMs: number): Promise<void>;
}

export interface AlertsState {
  readonly delivered: number;
  readonly failed: number;
  readonly lastFailure: string | undefined;
  readonly channels: readonly ChannelState[];
}

const againAfterMs = [1000, 5000, 15_000];
const limit = 100;

export function createAlerts(options: AlertsOptions): Alerts {
  const channels = options.channels.map((channel, index) => ({ name: `alerts[${index}] ${nameOf(channel)}`, deliver: deliverBy(channel) }));
  const queues = channels.map((channel) => createChannelQueue({ againAfterMs, limit, ...options, ...channel }));
  return {
    send(event) {
      for (const queue of queues) queue.add(event);
    },
    tryOut: (event) =>
      Promise.all(
        channels.map(async ({ name, deliver }) => ({ channel: name, delivery: await deliver(event, new AbortController().signal) })),
      ),
    state: () => sum(queues.map((queue) => queue.state())),
    close: (graceMs) => close(queues, graceMs),
  };
}

function deliverBy(channel: AlertChannel): Deliver {
  switch (channel.kind) {
    case 'webhook':
      return deliverByWebhook(channel.url, channel.timeout);
    case 'exec':
      return deliverByExec(channel.command, channel.timeout);
  }
}

function nameOf(channel: AlertChannel): string {
  switch (channel.kind) {
    case 'webhook':
      return `webhook ${new URL(channel.url).origin}`;
    case 'exec':
      return `exec ${channel.command}`;
  }
}

function sum(channels: readonly ChannelState[]): AlertsState {
  const total = (of: 'delivered' | 'failed'): number => channels.reduce((count, channel) => count + channel[of], 0);
  const lastFailure = channels.findLast((channel) => channel.lastFailure !== undefined)?.lastFailure;
  return { delivered: total('delivered'), failed: total('failed'), lastFailure, channels };
}

async function close(queues: readonly ChannelQueue[], graceMs: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([
    Promise.all(queues.map((queue) => queue.idle())),
    pause(graceMs, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
  await Promise.all(queues.map((queue) => queue.stop()));
}
