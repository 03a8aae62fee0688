// The `alerts` section, resolved: what was not written, and the short forms written out.
import type { AlertChannel, AlertTarget, ChannelTerms, EmailTarget, NotifyTarget, SyslogTarget, WebhookTarget } from './alertChannel.ts';
import type { ChannelShape } from './alertsSchema.ts';

/** PagerDuty's Events API v2. */
const pagerduty = 'https://events.pagerduty.com/v2/enqueue';

/** For a valid shape, which has one kind. */
export function channelsOf(shape: ChannelShape): AlertChannel[] {
  const { name, events, severities, repeat, timeout } = shape;
  const terms: ChannelTerms = { name, events, severities, repeat, timeout };
  return targetsOf(shape).map((target) => ({ ...terms, ...target }));
}

function targetsOf({ webhook, email, exec, notify, syslog }: ChannelShape): AlertTarget[] {
  return [
    ...(webhook === undefined ? [] : [webhookOf(webhook)]),
    ...(email === undefined ? [] : [emailOf(email)]),
    ...(exec === undefined ? [] : [{ kind: 'exec', command: exec } as const]),
    ...(notify === undefined ? [] : [notifyOf(notify)]),
    ...(syslog === undefined ? [] : [syslogOf(syslog)]),
  ];
}

type Written<Kind extends keyof ChannelShape> = NonNullable<ChannelShape[Kind]>;

function webhookOf(shape: Written<'webhook'>): WebhookTarget {
  if (typeof shape === 'string')
    return { kind: 'webhook', url: { text: shape }, template: 'event', secretFile: undefined, tokenFile: undefined };
  const { url, urlFile, template, secretFile, tokenFile } = shape;
  return { kind: 'webhook', url: urlFile === undefined ? { text: url ?? pagerduty } : { file: urlFile }, template, secretFile, tokenFile };
}

/** Submission with STARTTLS, submissions, and the relay's old port. */
const mailPorts = { starttls: 587, tls: 465, none: 25 } as const;

function emailOf({ server, tls, ca, username, passwordFile, from, to }: Written<'email'>): EmailTarget {
  const login = username === undefined || passwordFile === undefined ? undefined : { username, passwordFile };
  return { kind: 'email', host: server.host, port: server.port ?? mailPorts[tls], tls, ca, login, from, to };
}

function notifyOf(shape: Written<'notify'>): NotifyTarget {
  const none = { MASTER: undefined, BACKUP: undefined, FAULT: undefined, STOP: undefined };
  if (!('type' in shape)) return { kind: 'notify', type: 'INSTANCE', script: shape, of: none };
  const { type, script, master: MASTER, backup: BACKUP, fault: FAULT, stop: STOP } = shape;
  return { kind: 'notify', type, script, of: { MASTER, BACKUP, FAULT, STOP } };
}

function syslogOf(shape: Written<'syslog'>): SyslogTarget {
  const section = 'to' in shape ? shape : { to: shape, facility: 'daemon' as const, format: undefined, ca: undefined };
  const { to, facility, format, ca } = section;
  return {
    kind: 'syslog',
    to: to.transport === 'tls' ? { ...to, ca } : to,
    facility,
    // What a local daemon reads everywhere; journald adds the rest by itself.
    format: format ?? (to.transport === 'unix' ? 'rfc3164' : 'rfc5424'),
  };
}
