// The channels over which people are told, as the configuration has them. What each of them sends is in src/alerts/ALERTS.md.
import type { Millis } from '../core/types.ts';
import type { EventType, Severity } from '../events/catalogue.ts';

export type AlertChannel = ChannelTerms & AlertTarget;

/** What every channel has. */
export interface ChannelTerms {
  /** For people; without it a channel is shown by its kind and host. */
  readonly name: string | undefined;
  /** Only these types; undefined: the types that people are told of when nothing is said. */
  readonly events: readonly EventType[] | undefined;
  readonly severities: readonly Severity[];
  /** A trouble that was told is not told again for so long, however often it comes back. 0: told each time. */
  readonly repeat: Millis;
  /** For one attempt. */
  readonly timeout: Millis;
}

export type AlertTarget = WebhookTarget | EmailTarget | ExecTarget | NotifyTarget | SyslogTarget;

export const webhookTemplates = ['event', 'slack', 'mattermost', 'discord', 'teams', 'pagerduty', 'ntfy'] as const;
export type WebhookTemplate = (typeof webhookTemplates)[number];

export interface WebhookTarget {
  readonly kind: 'webhook';
  /** Where it stands in a file, it is a secret as a whole. */
  readonly url: { readonly text: string } | { readonly file: string };
  readonly template: WebhookTemplate;
  /** Signs each request. */
  readonly secretFile: string | undefined;
  /** Makes us known to the receiver: a bearer token, or PagerDuty's routing key. */
  readonly tokenFile: string | undefined;
}

export interface EmailTarget {
  readonly kind: 'email';
  readonly host: string;
  readonly port: number;
  readonly tls: 'none' | 'starttls' | 'tls';
  /** A PEM file; without it the system's authorities are trusted. */
  readonly ca: string | undefined;
  readonly login: { readonly username: string; readonly passwordFile: string } | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

export interface ExecTarget {
  readonly kind: 'exec';
  readonly command: string;
}

/** A path and arguments. */
export type Script = readonly [string, ...string[]];

/** Programs written for keepalived, called as it calls them. */
export interface NotifyTarget {
  readonly kind: 'notify';
  /** What a group of ours is to them. */
  readonly type: 'INSTANCE' | 'GROUP';
  /** `notify`: called after the others with type, name, state and priority behind its own arguments. */
  readonly script: Script | undefined;
  /** `notify_master`, `notify_backup`, `notify_fault`, `notify_stop`: called with their own arguments alone. */
  readonly of: Readonly<Record<NotifyState, Script | undefined>>;
}

export type NotifyState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP';

export const syslogFacilities = [
  ...(['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'cron', 'authpriv'] as const),
  ...(['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'] as const),
] as const;
export type SyslogFacility = (typeof syslogFacilities)[number];

export interface SyslogTarget {
  readonly kind: 'syslog';
  readonly to: SyslogReceiver;
  readonly facility: SyslogFacility;
  readonly format: 'rfc3164' | 'rfc5424';
}

export type SyslogReceiver =
  /** A unix datagram socket: /dev/log. */
  | { readonly transport: 'unix'; readonly path: string }
  | { readonly transport: 'udp' | 'tcp'; readonly host: string; readonly port: number }
  | { readonly transport: 'tls'; readonly host: string; readonly port: number; readonly ca: string | undefined };
