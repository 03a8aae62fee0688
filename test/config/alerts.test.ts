import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { complaints, sample } from './sample.ts';

const alerts = sample.slice(sample.indexOf('alerts:'), sample.indexOf('control:'));

/** The sample with these channels, one line each; the first of them is line 21. */
const withChannels = (...channels: readonly string[]): string =>
  sample.replace(alerts, () => ['alerts:', ...channels.map((channel) => `  - ${channel}`), ''].join('\n'));

function channels(...written: readonly string[]) {
  const read = parseConfig(withChannels(...written), 'c.yaml');
  if (!read.ok) throw new Error(read.problems.map(({ what, expected }) => `${what}; expected ${expected}`).join('\n'));
  return read.config.alerts;
}

const [kinds, named] = ['one of webhook, email, exec, notify, syslog', 'a name of its own for every channel'];
const mail = 'server: mail.example, from: a@example.org, to: [b@example.org]';

test.for<[string, string, string]>([
  [
    'by an unknown protocol',
    '{ webhook: "ftp://ops.example" }',
    '21:16: alerts[0].webhook is "ftp://ops.example"; expected a URL http://... or https://...',
  ],
  [
    'with a password in its URL',
    '{ webhook: { url: "https://u:p@ops.example" } }',
    '21:23: alerts[0].webhook.url is "https://***@ops.example"; expected a URL http://... or https://...',
  ],
  [
    'whose mistyped URL is a secret',
    '{ webhook: "htps://hooks.slack.com/services/T0/B0/x" }',
    '21:16: alerts[0].webhook is "htps://hooks.slack.com/***"; expected a URL http://... or https://...',
  ],
  ['that is both', '{ webhook: "https://ops.example", exec: /bin/true }', `21:5: alerts[0] is a mapping; expected ${kinds}`],
  ['that is nothing', '{ timeout: 5s }', `21:5: alerts[0] is a mapping; expected ${kinds}`],
  ['that is no form of its kind', '{ webhook: 5 }', '21:16: alerts[0].webhook is 5; expected a URL, or a mapping with url or urlFile'],
  [
    'with an unknown key in its long form',
    '{ webhook: { url: "https://ops.example", urlfile: /url } }',
    '21:46: unknown key alerts[0].webhook.urlfile; expected url, urlFile, template, secretFile or tokenFile (did you mean urlFile?)',
  ],
  [
    'with an unknown template',
    '{ webhook: { url: "https://ops.example", template: slak } }',
    '21:56: alerts[0].webhook.template is "slak"; expected event, slack, mattermost, discord, teams, pagerduty or ntfy',
  ],
  [
    'with two URLs',
    '{ webhook: { url: "https://ops.example", urlFile: /url } }',
    '21:16: alerts[0].webhook is a mapping; expected either url or urlFile in it',
  ],
  ['without a URL', '{ webhook: { template: slack } }', '21:16: alerts[0].webhook is a mapping; expected url or urlFile in it'],
  [
    'of PagerDuty without its key',
    '{ webhook: { template: pagerduty } }',
    '21:16: alerts[0].webhook is a mapping; expected tokenFile in it, with the integration key',
  ],
  ['by a relative program', '{ exec: page-me }', '21:13: alerts[0].exec is "page-me"; expected an absolute path'],
  [
    'by a relative script',
    '{ notify: notify.sh }',
    '21:15: alerts[0].notify is "notify.sh"; expected an absolute path, with arguments behind it if it takes any',
  ],
  [
    'without any script',
    '{ notify: { type: GROUP } }',
    '21:15: alerts[0].notify is a mapping; expected script, master, backup, fault or stop in it',
  ],
  [
    'by an unknown transport',
    '{ syslog: "http://logs.example" }',
    '21:15: alerts[0].syslog is "http://logs.example"; expected local, unix:/path, udp://host:514, tcp://host:514 or tls://host:6514',
  ],
  [
    'by mail to nobody',
    '{ email: { server: mail.example, from: a@example.org, to: [] } }',
    '21:63: alerts[0].email.to is an empty list; expected at least one mail address',
  ],
  [
    'by mail with a name and no password',
    `{ email: { ${mail}, username: u } }`,
    '21:14: alerts[0].email is a mapping; expected username and passwordFile together, or neither',
  ],
  [
    'with an unknown severity',
    '{ exec: /bin/true, severities: [fatal] }',
    '21:37: alerts[0].severities[0] is "fatal"; expected critical, warning or info',
  ],
])('an alert channel %s', ([, channel, says]) => {
  expect(complaints(withChannels(channel))).toEqual([`c.yaml:${says}`]);
});

test('an unknown type of event, and the end of a trouble, which is told with its beginning', () => {
  for (const type of ['takeovr', 'peerBack'])
    expect(complaints(withChannels(`{ exec: /bin/true, events: [${type}] }`))).toEqual([
      expect.stringContaining(`c.yaml:21:33: alerts[0].events[0] is "${type}"; expected takeover, handover, `),
    ]);
});

test('every mistake is told at once, in any number of channels', () => {
  const wrong = ['{ exec: page-me }', '{ name: one, exec: /bin/true }', '{ name: one, exec: /bin/true, repeat: 30 }'];
  expect(complaints(withChannels(...wrong)).map((text) => text.split(' ')[1])).toEqual(['alerts[0].exec', 'alerts[2].repeat']);
  expect(complaints(withChannels(...wrong.slice(1, 2), '{ name: one, exec: /bin/false }'))).toEqual([
    `c.yaml:22:13: alerts[1].name is "one"; expected ${named}`,
  ]);
});

test('the short forms mean what the long ones say', () => {
  const [short, long] = channels('{ webhook: "https://ops.example/hook" }', '{ webhook: { url: "https://ops.example/hook" } }');
  expect(short).toEqual(long);
  const [script, mapping] = channels('{ notify: "/etc/notify.sh master" }', '{ notify: { script: /etc/notify.sh master } }');
  expect(script).toEqual(mapping);
  expect(script).toMatchObject({ type: 'INSTANCE', script: ['/etc/notify.sh', 'master'] });
  const [local, receiver] = channels('{ syslog: local }', '{ syslog: { to: unix:/dev/log } }');
  expect(local).toEqual(receiver);
  expect(local).toMatchObject({ facility: 'daemon', format: 'rfc3164', to: { transport: 'unix', path: '/dev/log' } });
});

test('ports follow from the kind of connection', () => {
  const ports = channels(`{ email: { ${mail} } }`, `{ email: { ${mail}, tls: tls } }`, `{ email: { ${mail}, tls: none } }`);
  expect(ports).toMatchObject([{ port: 587 }, { port: 465 }, { port: 25 }]);
  expect(channels('{ syslog: "udp://logs.example" }', '{ syslog: { to: "tls://[2001:db8::9]", ca: /ca.pem } }')).toMatchObject([
    { to: { transport: 'udp', host: 'logs.example', port: 514 }, format: 'rfc5424' },
    { to: { transport: 'tls', host: '2001:db8::9', port: 6514, ca: '/ca.pem' } },
  ]);
  expect(channels('{ webhook: { template: pagerduty, tokenFile: /key } }')).toMatchObject([
    { url: { text: 'https://events.pagerduty.com/v2/enqueue' } },
  ]);
});
