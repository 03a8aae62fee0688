// What an operator reads: the verdict first, then what is wrong, then the rest; never a value that nobody vouches for.
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { statusText } from '../../src/cli/renderStatus.ts';
import { daemon, group, keeper, report } from './report.ts';

test('two directors that answer, in full', () => {
  expect(statusText(report())).toMatchInlineSnapshot(`
    "The pair would survive a failure now.
    web: vs1 active, vsbak ready to take over

    GROUP  VRID  DIRECTOR  STATE   PRIORITY  SINCE  REASON
    web    51    vs1       active  150       3h     active-down
                 vsbak     backup  100       1d     started

    GROUP  VIRTUAL IP      DEV   HELD BY  ARP ANSWERED BY
    web    10.0.0.1/24     eth0  vs1      02:00:0a:00:00:02
    web    2001:db8::1/64  eth1  vs1

    PEER   LINK  HEARTBEAT                   HEARD     LOSS*  ROUND TRIP*  LONGEST*
    vsbak  1     10.0.0.2 to 10.0.0.3        40ms ago  0%     0.30 ms      2.10 ms
    vsbak  2     192.168.1.2 to 192.168.1.3  never
    * of the last 100 advertisements; the round trip is their median

    vs1 (asked): vspair 0.1.0, pid 4711, up 1d 1h, 80 MiB
      rules     revision 12 (00112233445566aa) from store, 1 service, 2 servers
      store     redis, connected
      keeper    SCHED_FIFO 50; wake-ups late by 0.08 ms (median), 0.20 ms (p99), 12 ms (max)
      adverts   9 sent, 1 not sent, 8 received, dropped: 2 stale
      takeover  web, 1m ago: rules in 0.01 ms, virtual IP 0.50 ms, announced 12 ms after the decision
    vsbak (its own account, at most 3.40 ms old): vspair 0.1.0, pid 815, up 1d 1h, 80 MiB
      rules     revision 12 (00112233445566aa) from store, 1 service, 2 servers
      store     redis, not connected: connection refused
      keeper    SCHED_FIFO 50; wake-ups late by 0.08 ms (median), 0.20 ms (p99), 12 ms (max)
      adverts   9 sent, 1 not sent, 8 received, dropped: 2 stale
      alerts    1 delivered, 2 failed; last failure: https://ops.example/hook: 503"
  `);
});

test('what is wrong follows the verdict', () => {
  const text = statusText(
    report({
      healthy: false,
      verdict: {
        state: 'notRedundant',
        text: 'the pair would NOT survive a failure now: vsbak is in maintenance',
        advice: 'vspair maintenance off on vsbak',
      },
      summary: 'web: vs1 active, nobody ready to take over',
      problems: ['vs1: eth1 has no link', 'vsbak is in maintenance'],
    }),
  );
  expect(text.split('\n').slice(0, 5)).toEqual([
    'The pair would NOT survive a failure now: vsbak is in maintenance. Next: vspair maintenance off on vsbak.',
    'web: vs1 active, nobody ready to take over',
    '  ! vs1: eth1 has no link',
    '  ! vsbak is in maintenance',
    '',
  ]);
});

test('a peer whose daemon does not answer is shown as its advertisements tell, and said to be', () => {
  const text = statusText(report({ peers: [{ node: 'vsbak', via: 'adverts', detail: 'connection refused' }] }));
  expect(text).toMatch(/^ +vsbak +backup +100 +by its advertisements$/m);
  expect(text).toContain('vsbak: advertises (last heard 40ms ago), but does not answer: connection refused');
});

test('of a peer that is not heard nothing old is shown', () => {
  const text = statusText(report({ peers: [{ node: 'vsbak', via: 'none', detail: 'no route to host' }] }));
  expect(text).toMatch(/^ +vsbak +not heard$/m);
  expect(text).toContain('vsbak: not heard (last heard 40ms ago): no route to host');
  expect(text).not.toMatch(/vsbak +backup/);
});

test('a peer that advertises but has fallen silent is not shown by its old advertisements', () => {
  const silent = keeper({ peers: keeper().peers.map((peer) => ({ ...peer, heard: false })) });
  const text = statusText(report({ self: { keeper: silent, daemon: daemon() }, peers: [{ node: 'vsbak', via: 'adverts', detail: 'x' }] }));
  expect(text).toMatch(/^ +vsbak +not heard$/m);
});

test('a virtual IP that both hold is seen at a glance', () => {
  const both = report();
  const other = { node: 'vsbak', via: 'channel', director: { keeper: keeper({ self: 'vsbak' }), daemon: daemon() }, ageMs: 1 } as const;
  expect(statusText({ ...both, peers: [other] })).toMatch(/10\.0\.0\.1\/24 +eth0 +vs1 and vsbak/);
});

test('a virtual IP that nobody holds is said to be so', () => {
  const none = keeper({ groups: [group({ phase: 'fault', vips: [{ address: '10.0.0.1', prefix: 24, dev: 'eth0', held: false }] })] });
  expect(statusText(report({ self: { keeper: none, daemon: daemon() }, peers: [] }))).toMatch(
    /10\.0\.0\.1\/24 +eth0 +nobody that was asked/,
  );
});

test('a server that drains is shown with what it still has and how long it may', () => {
  const { rules } = daemon();
  const draining = [{ service: 'tcp 10.0.0.1:80', server: '10.0.0.12:80', connections: 2, leftMs: 12_000 }];
  expect(statusText(report({ self: { keeper: keeper(), daemon: daemon({ rules: { ...rules, draining } }) } }))).toContain(
    'draining  10.0.0.12:80 of tcp 10.0.0.1:80: 2 connections left, removed in 12s at the latest',
  );
});

test.each([
  [true, undefined, 'peer: the directors share the rules among themselves'],
  [false, 'vsbak is not connected', 'peer: vsbak is not connected'],
])('of rules that the directors share among themselves it is said who does not take part', (connected, detail, says) => {
  const sharing = daemon({ store: { backend: 'peer', connected, detail } });
  expect(statusText(report({ self: { keeper: keeper(), daemon: sharing }, peers: [] }))).toContain(`store     ${says}`);
});

test('a director without rules and store says so', () => {
  const bare = daemon({
    store: { backend: 'none', connected: false, detail: undefined },
    rules: { revision: 0, digest: '0'.repeat(16), services: 0, servers: 0, source: 'none', errors: [], drift: [], draining: [] },
  });
  const text = statusText(report({ self: { keeper: keeper({ maintenance: true }), daemon: bare }, peers: [] }));
  expect(text).toContain('rules     none yet');
  expect(text).toContain('store     none: rules from the local disk only');
  expect(text).toContain('MAINTENANCE: it takes nothing over: no reason was given');
});

test('a maintenance is shown with its reason, whose it is and since when, on one line whatever the reason holds', () => {
  const maintenance = { reason: 'new\n\x1b[2Jdisk', author: 'root@vs1', since: '2026-11-23T10:00:00.000Z' };
  const self = { keeper: keeper({ maintenance: true }), daemon: daemon({ maintenance }) };
  expect(statusText(report({ self }))).toContain(
    '  MAINTENANCE: it takes nothing over by root@vs1 since 2026-11-23T10:00:00.000Z: new [2Jdisk\n',
  );
});

test('what IPVS does is a line of sums and rates', () => {
  const ipvs = {
    ...{ connections: 1_234_567, packetsIn: 999, packetsOut: 0, bytesIn: 5_200_000_000, bytesOut: 0 },
    ...{ connectionRate: 12, packetRateIn: 1_500, packetRateOut: 0, byteRateIn: 1_048_576, byteRateOut: 0 },
  };
  expect(statusText(report({ self: { keeper: keeper(), daemon: daemon({ ipvs }) } }))).toContain(
    '  ipvs      1.23M connections (12/s); in 5.20GB (1.05MB/s) in 999 packets (1.50k/s); out 0B (0B/s) in 0 packets (0/s)',
  );
});

test('the last events stand at the end, oldest first', () => {
  const event = {
    ...{ id: 'x', type: 'takeover' as const, cluster: 'web', node: 'vs1', group: 'web', vrid: 51, peer: 'vsbak', reason: null },
    ...{ evidence: null, trouble: null, phases: [], gapMs: null },
  } as const;
  const events = [
    { ...event, severity: 'info', time: '2026-11-23T10:00:00.000Z', text: 'web: handed over' },
    { ...event, severity: 'critical', time: '2026-11-23T10:00:01.000Z', text: 'web: nobody' },
  ] as const;
  expect(statusText(report({ events })).split('\n').slice(-3)).toEqual([
    'TIME                      SEVERITY  DIRECTOR  EVENT',
    '2026-11-23T10:00:00.000Z  info      vs1       web: handed over',
    '2026-11-23T10:00:01.000Z  critical  vs1       web: nobody',
  ]);
});

test('colours say how it is, and move no column', () => {
  const paint = (colour: string, text: string): string => `\x1b[${colour === 'green' ? 32 : 33}m${text}\x1b[39m`;
  const painted = statusText(report(), paint);
  expect(painted.split('\n')[0]).toBe('\x1b[32mThe pair would survive a failure now.\x1b[39m');
  expect(stripVTControlCharacters(painted)).toBe(statusText(report()));
});
