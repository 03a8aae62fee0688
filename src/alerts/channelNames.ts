// What a channel is called: for people, and on disk. Neither holds a secret, which a URL is.
import { createHash } from 'node:crypto';
import type { AlertChannel, AlertTarget } from '../config/alertChannel.ts';

/** The configured name, else its place in the list, its kind and its host. */
export const shownName = (channel: AlertChannel, index: number): string => channel.name ?? `alerts[${index}] ${kindAndHost(channel)}`;

/** The same wherever the channel stands in the list, so that what waits for one receiver is never sent to another. */
export function nameOnDisk({ name: _, events: __, severities: ___, repeat: ____, timeout: _____, ...target }: AlertChannel): string {
  const digest = createHash('sha256').update(JSON.stringify(target)).digest('hex').slice(0, 16);
  return `${target.kind}-${digest}`;
}

function kindAndHost(target: AlertTarget): string {
  switch (target.kind) {
    case 'webhook':
      return `${target.template === 'event' ? 'webhook' : target.template}${'text' in target.url ? ` ${hostOf(target.url.text)}` : ''}`;
    case 'email':
      return `email ${target.host}`;
    case 'exec':
      return `exec ${target.command}`;
    case 'notify':
      return `notify ${[target.script, ...Object.values(target.of)].find((script) => script !== undefined)?.[0] ?? ''}`;
    case 'syslog':
      return target.to.transport === 'unix' ? `syslog ${target.to.path}` : `syslog ${target.to.host}`;
  }
}

const hostOf = (url: string): string => new URL(url).host;
