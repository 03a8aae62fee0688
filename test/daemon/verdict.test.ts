// The state of the pair: of several things that are wrong the worst one is told first, with what to do.
import { expect, test } from 'vitest';
import type { StatusReport } from '../../src/control/status.ts';
import { millis } from '../../src/core/types.ts';
import type { DropCause, PeerSnapshot } from '../../src/keeper/messages.ts';
import { director, group, keeper, link, peer, reportOf, vsbak } from './pair.ts';

const failing = { name: 'pager', delivered: 0, failed: 1, waiting: 0, unsaved: 0, trouble: 'exit code 3' };
const alerts = { delivered: 0, failed: 1, waiting: 0, lastFailure: 'pager: exit code 3', channels: [failing] };

const silentPeer = (cause: DropCause, ago: number): PeerSnapshot =>
  peer({ heard: false, links: [link(0), link(1, { heard: false, refused: { cause, ago: millis(ago) } })] });

const states: readonly (readonly [string, StatusReport, StatusReport['verdict']['state'], RegExp, RegExp | null])[] = [
  ['a healthy pair', reportOf(director(), vsbak()), 'protected', /^the pair would survive a failure now$/, null],
  [
    'alerts that nobody got',
    reportOf(director({}, { alerts })),
    'attention',
    /would survive a failure now, but something waits for you$/,
    /the problems below/,
  ],
  [
    'a backup in maintenance',
    reportOf(director({ peers: [peer({}, 'maintenance')] })),
    'notRedundant',
    /would NOT survive a failure now: nobody could take web over: vsbak is in maintenance$/,
    /^vspair maintenance off on vsbak/,
  ],
  [
    'a silent peer',
    reportOf(director({ peers: [peer({ heard: false })] })),
    'peerNotHeard',
    /would NOT survive a failure now: .*vsbak is not heard$/,
    /heartbeat links$/,
  ],
  [
    'a peer whose adverts are signed with another key',
    reportOf(director({ peers: [silentPeer('wrong-key', 500)] })),
    'peerNotHeard',
    /vsbak is not heard$/,
    /adverts from the addresses of vsbak arrive and are dropped \(wrong-key\): .*the secret files differ\. Next: copy .*secret/,
  ],
  [
    'a peer whose adverts have a cause that needs a look at both',
    reportOf(director({ peers: [silentPeer('malformed', 500)] })),
    'peerNotHeard',
    /vsbak is not heard$/,
    /dropped \(malformed\): .*Next: vspair doctor/,
  ],
  [
    'a silent peer whose adverts were refused long ago',
    reportOf(director({ peers: [silentPeer('wrong-key', 600_000)] })),
    'peerNotHeard',
    /vsbak is not heard$/,
    /heartbeat links$/,
  ],
  [
    'a silent peer of which a copy came late',
    reportOf(director({ peers: [silentPeer('stale', 500)] })),
    'peerNotHeard',
    /vsbak is not heard$/,
    /heartbeat links$/,
  ],
  [
    'one of two others that is silent, the other one in fault',
    reportOf(director({ peers: [peer({ heard: false }), peer({ node: 'vs3' }, 'fault')] })),
    'notRedundant',
    /vsbak is not heard, vs3 is in fault$/,
    /vsbak/,
  ],
  [
    'two that are active',
    reportOf(director({ peers: [peer({}, 'active')] })),
    'bothActive',
    /^BOTH ACTIVE: vs1 and vsbak are active for web$/,
    /heartbeat links/,
  ],
  [
    'two others that are active, seen by a third',
    reportOf(director({ self: 'vs3', groups: [group({ phase: 'backup' })], peers: [peer({ node: 'vs1' }, 'active'), peer({}, 'active')] })),
    'bothActive',
    /vs1 and vsbak/,
    /heartbeat links/,
  ],
  [
    'nobody active',
    reportOf(director({ groups: [group({ phase: 'fault', active: undefined, reason: 'link-down' })], peers: [peer({ heard: false })] })),
    'nobodyActive',
    /^NOT SERVED: no director is active for web: vs1 is in fault, vsbak is not heard$/,
    /repair what vspair status on vs1/,
  ],
  [
    'an active that lacks a virtual IP, by its own account, asked at the other one',
    reportOf(director({ self: 'vsbak', groups: [group({ phase: 'backup' })], peers: [peer({ node: 'vs1' }, 'active')] }), {
      ...{ node: 'vs1', via: 'channel', ageMs: 1 },
      director: director({ groups: [group({ vips: group().vips.map((vip) => ({ ...vip, held: vip.dev === 'eth0' })) })] }),
    }),
    'nobodyActive',
    /^NOT SERVED: vs1 is active for web, and 192\.168\.1\.254 is not on eth1 of vs1$/,
    /look at eth1 .* on vs1/,
  ],
];

test.each(states)('%s', (_title, { verdict, healthy }, state, text, advice) => {
  expect(verdict.state).toBe(state);
  expect(healthy).toBe(state === 'protected');
  expect(verdict.text).toMatch(text);
  if (advice === null) expect(verdict.advice).toBeNull();
  else expect(verdict.advice).toMatch(advice);
});

test('of several groups the worst one is told', () => {
  const groups = [group(), group({ vrid: 52, name: 'mail', phase: 'backup', active: undefined })];
  const { verdict } = reportOf(director({ groups, peers: keeper().peers }));
  expect(verdict).toMatchObject({ state: 'nobodyActive' });
  expect(verdict.text).toContain('mail');
});
