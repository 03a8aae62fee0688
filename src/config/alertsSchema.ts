// The section `alerts`: who is told of what, and how. Each channel has one of the keys that name its kind.
import * as z from 'zod';
import { catalogue, type EventKind, eventTypes, severities } from '../events/catalogue.ts';
import { oneOf } from '../text/nearest.ts';
import { choice, listOf, matching, section, written } from '../text/shape.ts';
import { syslogFacilities, webhookTemplates } from './alertChannel.ts';
import { readReceiver, readScript, readServer, readUrl } from './alertValues.ts';
import { absolutePath, time } from './values.ts';

const webAddress = written('a URL http://... or https://...', readUrl, /^https?:\/\//);

const webhook = section({
  url: webAddress.optional().describe('Where events are sent to.'),
  urlFile: absolutePath
    .optional()
    .describe('A file with the URL alone, for a URL that is a secret itself, as those of Slack, Mattermost, Discord and Teams are.'),
  template: choice(webhookTemplates)
    .default('event')
    .describe('Whose form the body has: event is the event as JSON; with pagerduty a url is needed only for its European region.'),
  secretFile: absolutePath.optional().describe('A file with the secret that signs each request, by HMAC-SHA256.'),
  tokenFile: absolutePath.optional().describe("A file with the receiver's bearer token, or with PagerDuty's integration key."),
})
  .refine(({ url, urlFile }) => url === undefined || urlFile === undefined, 'either url or urlFile in it')
  .refine(({ url, urlFile, template }) => (url ?? urlFile) !== undefined || template === 'pagerduty', 'url or urlFile in it')
  .refine(({ template, tokenFile }) => template !== 'pagerduty' || tokenFile !== undefined, 'tokenFile in it, with the integration key');

const mailAddress = matching('a mail address such as oncall@example.org', /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/);

const email = section({
  server: written('host or host:port, such as mail.example.org:587', readServer, /^[\w.:[\]-]+$/).describe('The mail server.'),
  tls: choice(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe(
      'starttls (port 587) demands TLS before anything is said, tls (port 465) begins with it, none (port 25) is for a relay on this machine.',
    ),
  ca: absolutePath.optional().describe("A PEM file with the authority of the server's certificate; without it the system's are trusted."),
  username: matching('a user name without white space', /^\S{1,200}$/)
    .optional()
    .describe('For servers that ask who sends.'),
  passwordFile: absolutePath.optional().describe('A file with the password alone.'),
  from: mailAddress.describe('The sender.'),
  to: listOf(mailAddress, 'a list of mail addresses').min(1, 'at least one mail address').describe('The recipients.'),
}).refine(
  ({ username, passwordFile }) => (username === undefined) === (passwordFile === undefined),
  'username and passwordFile together, or neither',
);

const script = written('an absolute path, with arguments behind it if it takes any', readScript, /^\s*\//);

const notify = section({
  script: script.optional().describe("keepalived's notify: called with INSTANCE or GROUP, the group's name, its state and priority."),
  master: script.optional().describe("keepalived's notify_master."),
  backup: script.optional().describe("keepalived's notify_backup."),
  fault: script.optional().describe("keepalived's notify_fault."),
  stop: script.optional().describe("keepalived's notify_stop."),
  type: choice(['INSTANCE', 'GROUP']).default('INSTANCE').describe('What a group is called to the script.'),
}).refine(
  ({ type: _, ...scripts }) => Object.values(scripts).some((one) => one !== undefined),
  'script, master, backup, fault or stop in it',
);

const receiver = written(
  'local, unix:/path, udp://host:514, tcp://host:514 or tls://host:6514',
  readReceiver,
  /^(?:local$|unix:\/|(?:udp|tcp|tls):\/\/)/,
);

const syslog = section({
  to: receiver.describe('Who takes the messages; local is /dev/log of this machine.'),
  facility: choice(syslogFacilities).default('daemon').describe('The facility of the messages.'),
  format: choice(['rfc3164', 'rfc5424']).optional().describe('Their form; without it RFC 3164 for this machine and RFC 5424 for others.'),
  ca: absolutePath
    .optional()
    .describe("With tls, a PEM file with the authority of the receiver's certificate; without it the system's are trusted."),
});

/** The end of a trouble is told with its beginning. */
const beginnings = eventTypes.filter((type) => {
  const kind: EventKind = catalogue[type];
  return kind.ends === undefined;
});

const kinds = {
  webhook: z.union([webAddress, webhook], 'a URL, or a mapping with url or urlFile').optional().describe('Gets the event by HTTP POST.'),
  email: email.optional().describe('Gets a mail.'),
  exec: absolutePath.optional().describe('This program is run with the event in its environment and as JSON on its standard input.'),
  notify: z
    .union([script, notify], 'a script, or a mapping of scripts')
    .optional()
    .describe('Scripts written for keepalived, called as it calls them with every change of a state.'),
  syslog: z
    .union([receiver, syslog], 'local, unix:/path, udp://host:514, tcp://host:514 or tls://host:6514, or a mapping with to')
    .optional()
    .describe('Gets a message by syslog.'),
} as const;

const channel = section({
  ...kinds,
  name: matching('a name of letters, digits, dots, dashes and underscores that begins with a letter', /^[A-Za-z][A-Za-z0-9._-]{0,62}$/)
    .optional()
    .describe('What status and commands call it; without it they show its kind and host.'),
  events: listOf(z.enum(beginnings, oneOf(beginnings)), 'a list of types of events')
    .min(1, 'at least one type of event')
    .optional()
    .describe('Only these; without it whatever moved the service or lost its protection. The end of what was told is told too.'),
  severities: listOf(choice(severities), 'a list of severities')
    .min(1, 'at least one severity')
    .default([...severities])
    .describe('Only events of these severities. The end of what was told is told too.'),
  repeat: time('0s', '168h', '30m')
    .prefault('0s')
    .describe('A trouble that comes back within this time is told when the time is over, if it is still there then.'),
  timeout: time('100ms', '5m', '5s').prefault('5s').describe('How long one attempt may take.'),
}).refine((one) => Object.keys(kinds).filter((kind) => Object.hasOwn(one, kind)).length === 1, `one of ${Object.keys(kinds).join(', ')}`);

const named = 'a name of its own for every channel';

export const alertsSchema = listOf(channel, 'a list of alert channels')
  .max(32, 'at most 32 alert channels')
  .superRefine((channels, context) => {
    for (const [index, { name }] of channels.entries()) {
      const earlier = channels.slice(0, index).some((other) => name !== undefined && other.name === name);
      if (earlier) context.addIssue({ code: 'custom', path: [index, 'name'], message: named });
    }
  });

export type ChannelShape = z.output<typeof channel>;
