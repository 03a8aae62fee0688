import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Level } from '../../src/doctor/check.ts';
import { checks, machineChecks } from '../../src/doctor/checks.ts';
import { diagnose, diagnoseMachine, hasProblem } from '../../src/doctor/diagnosis.ts';
import type { Rule, Ruleset } from '../../src/doctor/ruleset.ts';
import { type DirectorSeen, known, unknown } from '../../src/doctor/seen.ts';
import { configText, healthy, kernel, linkHeard, path, rulesBy, runningDaemon, siteOf, vsbakStatus, wire } from './healthy.ts';

test('a director that lacks nothing has nothing but ok', () => {
  expect(diagnose(healthy()).filter(({ level }) => level !== 'ok')).toEqual([]);
});

test('every check says something, whatever it sees', () => {
  expect(new Set(diagnose(healthy()).map(({ check }) => check))).toEqual(new Set(checks.map(({ id }) => id)));
});

const place = { file: 'vspair.yaml', line: 4, column: 3 };
const absent = { state: 'absent', detail: 'there is no such socket' } as const;
const adverts: Rule = {
  table: 'inet filter',
  chain: 'input',
  verdict: 'drop',
  protocol: 'udp',
  ports: [[1112, 1112]],
  narrowed: false,
  text: 'udp dport 1112 drop (handle 4)',
  removal: 'nft delete rule inet filter input handle 4',
};
const withRule = (change: Partial<Rule>): Ruleset => ({ chains: [], rules: [{ ...adverts, ...change }] });
const closed = (rules: readonly Rule[]): Ruleset => ({
  chains: [{ name: 'input', table: 'inet filter', hook: 'input', policy: 'drop' }],
  rules,
});
const silent = known(wire({ links: [linkHeard(0, { onWire: 0, arrived: 0 }), linkHeard(1, { onWire: 0, arrived: 0 })] }));
const secondLink = (change: Parameters<typeof linkHeard>[1]) => known(wire({ links: [linkHeard(0), linkHeard(1, change)] }));
const withVip = (held: boolean, answers: readonly string[]): Partial<DirectorSeen> => ({
  vips: [{ address: '10.0.0.1', dev: 'eth0', held, answers: known(answers), table: undefined }],
});
const withSysctls = (sysctls: string) => siteOf(`${configText}ipvs: { sysctls: { ${sysctls} } }\n`);
const syncing = siteOf(`${configText}ipvs: { connectionSync: { dev: eth1 } }\n`);
const otherConfig = siteOf(configText.replace('priority: 100', 'priority: 90')).digest;
const otherPath = siteOf(`${configText}secretFile: /etc/vspair/key\n`).digest;
const silentPeer = [{ node: 'vsbak', status: unknown('connect ECONNREFUSED'), clock: undefined }];
const peerWith = (change: Parameters<typeof vsbakStatus>[0], aheadMs = 0) => [
  { node: 'vsbak', status: known(vsbakStatus(change)), clock: { aheadMs, uncertaintyMs: 5 } },
];
const vrrpFrom = (vrid: number, addresses: readonly string[]) =>
  known(wire({ vrrp: [{ dev: 'eth0', source: '10.0.0.50', mac: '02:00:00:00:00:50', version: 2, vrid, priority: 100, addresses }] }));
const stranger = '02:00:00:00:00:66';
const vsbakMac = '02:00:0a:00:00:03';
const real1Mac = '02:00:0a:00:00:0b';
const redisAt = (read: string | undefined, write: string | undefined): DirectorSeen['redis'] => ({
  used: true,
  where: 'Redis at 10.0.0.9:6379',
  read: read === undefined ? undefined : { text: read, advice: 'start it' },
  write: write === undefined ? undefined : { text: write, advice: 'name its master' },
});
const modules = (change: Partial<DirectorSeen['kernel']['modules']>) => ({
  present: new Set<string>(),
  installed: new Set<string>(),
  closed: false,
  ...change,
});

/** The check, the level, a part of the text or of the fix, and what is seen. */
const table: readonly (readonly [string, Level, RegExp, Partial<DirectorSeen>])[] = [
  [
    'config',
    'problem',
    /vspair.yaml:4:3: dev is eth7/,
    { config: { ...healthy().config, problems: [{ place, what: 'dev is eth7', expected: 'eth0' }] } },
  ],
  [
    'config',
    'warning',
    /equal priorities/,
    { config: { ...healthy().config, warnings: [{ place, what: 'equal priorities', expected: 'others' }] } },
  ],
  ['secret', 'problem', /mode is 0644/, { secret: { text: 'its mode is 0644', advice: 'chmod 600' } }],
  ['devices', 'problem', /eth0 is down/, { devices: healthy().devices.map((device) => ({ ...device, up: device.dev !== 'eth0' })) }],
  ['devices', 'problem', /eth0 is not on this machine/, { devices: healthy().devices.filter(({ dev }) => dev !== 'eth0') }],
  [
    'devices',
    'problem',
    /eth1 is down/,
    { site: syncing, devices: healthy().devices.map((device) => ({ ...device, up: device.dev !== 'eth1' })) },
  ],
  ['addresses', 'problem', /192.168.1.2 \(heartbeat link 2\) is not/, { addresses: healthy().addresses.slice(0, 2) }],
  [
    'ports',
    'problem',
    /UDP port 1112 of 10.0.0.2 is taken by socat/,
    { ports: [{ protocol: 'udp', address: '10.0.0.2', port: 1112, holder: 'stranger', program: 'socat (pid 9)' }] },
  ],
  ['daemon', 'note', /no daemon runs here/, { daemon: absent }],
  ['daemon', 'warning', /does not answer: permission denied/, { daemon: { state: 'unknown', detail: 'permission denied' } }],
  ['daemon', 'warning', /SIGUSR2/, { version: '0.2.0' }],
  ['capabilities', 'problem', /lacks CAP_NET_RAW/, { capabilities: known({ owner: 'the unit', held: ['CAP_NET_ADMIN', 'CAP_SYS_NICE'] }) }],
  ['capabilities', 'warning', /lacks CAP_SYS_NICE/, { capabilities: known({ owner: 'the unit', held: ['CAP_NET_ADMIN', 'CAP_NET_RAW'] }) }],
  ['realtime', 'note', /only a running daemon knows/, { daemon: absent }],
  [
    'ipvs',
    'note',
    /not loaded; the kernel loads it/,
    { kernel: kernel({}, { ipvs: false, modules: modules({ installed: new Set(['ip_vs']) }) }) },
  ],
  [
    'ipvs',
    'problem',
    /modules_disabled/,
    { kernel: kernel({}, { ipvs: false, modules: modules({ installed: new Set(['ip_vs']), closed: true }) }) },
  ],
  ['ipvs', 'problem', /this kernel \(6.1.0\) has no ip_vs/, { kernel: kernel({}, { ipvs: false, modules: modules({}) }) }],
  [
    'ipvs',
    'problem',
    /no list of modules/,
    { kernel: kernel({}, { ipvs: false, modules: modules({ present: undefined, installed: undefined }) }) },
  ],
  ['schedulers', 'problem', /no scheduler mh \(module ip_vs_mh\)/, { rules: rulesBy('dr', '10.0.0.11', { scheduler: 'mh' }) }],
  ['schedulers', 'ok', /wlc: in the kernel, or loaded when needed/, { rules: rulesBy('dr', '10.0.0.11', { scheduler: 'wlc' }) }],
  ['schedulers', 'note', /not looked at: unreadable/, { rules: unknown('unreadable') }],
  ['ip-forward', 'problem', /sysctl -w net.ipv4.ip_forward=1/, { rules: rulesBy('nat') }],
  ['ip-forward', 'problem', /net.ipv6.conf.all.forwarding is not there/, { rules: rulesBy('nat', '2001:db8::11') }],
  ['ip-forward', 'ok', /is 1, as nat needs it/, { rules: rulesBy('nat'), kernel: kernel({ 'net/ipv4/ip_forward': '1' }) }],
  ['ip-forward', 'note', /the daemon sets it at its start/, { rules: rulesBy('nat'), daemon: absent, site: withSysctls('ip_forward: 1') }],
  [
    'rp-filter',
    'warning',
    /eth0 is strict, and services forward by tun/,
    { rules: rulesBy('tun'), kernel: kernel({ 'net/ipv4/conf/eth0/rp_filter': '1' }) },
  ],
  [
    'rp-filter',
    'ok',
    /no reverse path filter/,
    { rules: rulesBy('tun'), kernel: kernel({ 'net/ipv4/conf/all/rp_filter': '1', 'net/ipv4/conf/eth0/rp_filter': '2' }) },
  ],
  [
    'rp-filter',
    'problem',
    /tun server itself/,
    { rules: rulesBy('tun', '10.0.0.2'), kernel: kernel({ 'net/ipv4/conf/tunl0/rp_filter': '1' }) },
  ],
  [
    'promote-secondaries',
    'warning',
    /net.ipv4.conf.eth0.promote_secondaries=1/,
    { kernel: kernel({ 'net/ipv4/conf/all/promote_secondaries': '0' }) },
  ],
  ['arp-settings', 'note', /10.0.0.11 get packets by dr or tun/, { rules: rulesBy('dr') }],
  ['arp-settings', 'problem', /this director is a real server too/, { rules: rulesBy('dr', '10.0.0.2') }],
  [
    'arp-settings',
    'ok',
    /real server too, and keeps quiet/,
    { rules: rulesBy('dr', '10.0.0.2'), kernel: kernel({ 'net/ipv4/conf/all/arp_ignore': '1', 'net/ipv4/conf/all/arp_announce': '2' }) },
  ],
  ['arp-settings', 'problem', /arp_ignore of eth0 is 8/, { kernel: kernel({ 'net/ipv4/conf/eth0/arp_ignore': '8' }) }],
  ['ipvs-sysctls', 'warning', /sloppy_tcp is 0: services use mh or sh/, { rules: rulesBy('dr', '10.0.0.11', { scheduler: 'mh' }) }],
  ['ipvs-sysctls', 'note', /expire_nodest_conn is 0/, { rules: rulesBy('nat'), kernel: kernel({ 'net/ipv4/vs/expire_nodest_conn': '0' }) }],
  ['ipvs-sysctls', 'note', /expire_quiescent_template is 0/, { rules: rulesBy('nat', '10.0.0.11', { persistence: 300 }) }],
  ['ipvs-sysctls', 'note', /backup_only is 0/, { rules: rulesBy('dr'), site: syncing }],
  ['ipvs-sysctls', 'note', /conntrack is 1/, { rules: rulesBy('dr'), kernel: kernel({ 'net/ipv4/vs/conntrack': '1' }) }],
  ['ipvs-sysctls', 'warning', /pmtu_disc is 0/, { rules: rulesBy('tun'), kernel: kernel({ 'net/ipv4/vs/pmtu_disc': '0' }) }],
  [
    'ipvs-sysctls',
    'ok',
    /conntrack is 1, as configured: Connections of IPVS are tracked/,
    { site: withSysctls('conntrack: 1'), kernel: kernel({ 'net/ipv4/vs/conntrack': '1' }) },
  ],
  ['ipvs-sysctls', 'warning', /conntrack is 0, and configured as 1/, { site: withSysctls('conntrack: 1') }],
  ['ipvs-sysctls', 'note', /the kernel has no IPVS yet/, { kernel: kernel({}, { ipvs: false }) }],
  [
    'heartbeat',
    'problem',
    /link 2 .* is not heard: no advert of it comes in, though it answers ICMP/,
    { daemon: runningDaemon({ lastHeardAgo: undefined }), wire: secondLink({ onWire: 0, arrived: 0 }) },
  ],
  [
    'heartbeat',
    'problem',
    /does not answer ICMP either/,
    {
      daemon: runningDaemon({ lastHeardAgo: undefined }),
      wire: secondLink({ onWire: 0, arrived: 0 }),
      paths: [path(0), path(1, { echo: known({ small: false, large: false }) })],
    },
  ],
  [
    'heartbeat',
    'problem',
    /dropped by this machine's packet filter/,
    { daemon: runningDaemon({ lastHeardAgo: undefined }), wire: secondLink({ arrived: 0 }) },
  ],
  [
    'heartbeat',
    'problem',
    /arrive and are dropped: .*the secret files differ fix: copy \/etc\/vspair\/secret/,
    { daemon: absent, wire: secondLink({ refusals: ['wrong-key'] }) },
  ],
  [
    'heartbeat',
    'problem',
    /less than three intervals/,
    { daemon: absent, wire: known(wire({ listenedMs: 200, links: [linkHeard(0), linkHeard(1, { onWire: 0, arrived: 0 })] })) },
  ],
  ['heartbeat', 'ok', /link 2 .* is heard$/, { daemon: absent }],
  ['heartbeat', 'warning', /12% of its adverts are lost/, { daemon: runningDaemon({ loss: 0.12 }) }],
  [
    'heartbeat',
    'problem',
    /link 2 .* does not hear us/,
    { peers: [{ node: 'vsbak', status: known(vsbakStatus({}, { lastHeardAgo: undefined })), clock: undefined }] },
  ],
  ['heartbeat', 'problem', /link 2 .* does not hear us/, { peers: silentPeer, wire: secondLink({ echoMs: 60_000 }) }],
  ['heartbeat', 'note', /hears us is not known/, { peers: silentPeer, wire: secondLink({ echoMs: undefined }) }],
  ['firewall-adverts', 'problem', /nft delete rule inet filter input handle 4/, { firewall: known(withRule({})), wire: silent }],
  ['firewall-adverts', 'problem', /packet filter drops them/, { wire: secondLink({ arrived: 0 }) }],
  ['firewall-adverts', 'problem', /no advert for vsbak left this machine on link 2/, { wire: secondLink({ left: 0 }) }],
  [
    'firewall-adverts',
    'warning',
    /nft insert rule inet filter input ip saddr \{ 10.0.0.3, 192.168.1.3 \} udp dport 1112 accept/,
    { firewall: known(closed([])), wire: silent },
  ],
  [
    'firewall-adverts',
    'ok',
    /no rule of the packet filter/,
    { firewall: known(closed([{ ...adverts, verdict: 'accept' }])), wire: silent },
  ],
  [
    'firewall-adverts',
    'note',
    /no rule names/,
    { firewall: known(closed([{ ...adverts, verdict: 'accept', ports: undefined, narrowed: true }])), wire: silent },
  ],
  ['firewall-adverts', 'ok', /come through/, { firewall: known(closed([])) }],
  ['firewall-adverts', 'note', /was not read/, { firewall: unknown('there is no program nft'), wire: silent }],
  ['firewall-peer', 'problem', /connections of the peer channel \(TCP port 1112\)/, { firewall: known(withRule({ protocol: 'tcp' })) }],
  ['firewall-peer', 'ok', /no rule/, { firewall: known(withRule({})) }],
  [
    'firewall-sync',
    'problem',
    /messages to 224.0.0.81 on eth1 \(UDP port 8848\)/,
    { site: syncing, firewall: known(withRule({ ports: [[8000, 9000]] })) },
  ],
  ['firewall-sync', 'ok', /no rule .*; 7 of the active director reached eth1/, { site: syncing, wire: known(wire({ syncMessages: 7 })) }],
  ['firewall-sync', 'ok', /not synchronised/, { firewall: known(withRule({ ports: [[8848, 8848]] })) }],
  [
    'mtu',
    'warning',
    /packets of 1500 bytes.* do not reach vsbak on link 2/,
    { paths: [path(0), path(1, { echo: known({ small: true, large: false }) })] },
  ],
  ['mtu', 'note', /does not answer ICMP/, { paths: [path(1, { echo: known({ small: false, large: false }) })] }],
  ['mtu', 'note', /services forward by tun, and the MTU of eth0 is 1500/, { rules: rulesBy('tun') }],
  ['vrrp', 'problem', /VRRPv2 on eth0 for VRID 9.* with our virtual IP 10.0.0.1/, { wire: vrrpFrom(9, ['10.0.0.1']) }],
  ['vrrp', 'warning', /the VRID of our group web/, { wire: vrrpFrom(51, ['10.0.0.77']) }],
  ['vrrp', 'note', /another virtual router/, { wire: vrrpFrom(9, ['10.0.0.77']) }],
  ['vrrp', 'note', /not looked at: no CAP_NET_RAW/, { wire: unknown('no CAP_NET_RAW') }],
  [
    'vip-claims',
    'problem',
    /neither this director nor one that is known, claims 10.0.0.1/,
    { wire: known(wire({ claims: [{ dev: 'eth0', address: '10.0.0.1', mac: stranger }] })) },
  ],
  [
    'vip-claims',
    'ok',
    /nobody but the directors/,
    { wire: known(wire({ claims: [{ dev: 'eth0', address: '10.0.0.1', mac: vsbakMac }] })) },
  ],
  [
    'vip-claims',
    'warning',
    /the MACs of vsbak are not known/,
    { peers: silentPeer, wire: known(wire({ claims: [{ dev: 'eth0', address: '10.0.0.1', mac: stranger }] })) },
  ],
  ['vip-owner', 'problem', /neither this director nor one that is known, answers for 10.0.0.1/, withVip(false, [stranger])],
  ['vip-owner', 'problem', /real server 10.0.0.11 .* answers for 10.0.0.1/, { ...withVip(true, [real1Mac]), rules: rulesBy('dr') }],
  ['vip-owner', 'problem', /vsbak answers for it too/, withVip(true, [vsbakMac])],
  ['vip-owner', 'problem', /nobody answers for 10.0.0.1/, withVip(false, [])],
  ['vip-owner', 'note', /nobody answers for 10.0.0.1/, { ...withVip(false, []), daemon: absent }],
  ['vip-owner', 'ok', /answered for by vsbak/, withVip(false, [vsbakMac])],
  [
    'vip-owner',
    'warning',
    /the neighbour table of this machine has 02:00:00:00:00:66/,
    { vips: [{ address: '10.0.0.1', dev: 'eth0', held: false, answers: known([vsbakMac]), table: known(stranger) }] },
  ],
  ['peer-channel', 'warning', /vsbak does not answer: connect ECONNREFUSED/, { peers: silentPeer }],
  [
    'peer-channel',
    'problem',
    /copy the secret file/,
    { peers: [{ node: 'vsbak', status: unknown('the peer refuses our key: the secrets differ'), clock: undefined }] },
  ],
  ['same-config', 'problem', /another configuration: directors, groups differ/, { peers: peerWith({ config: otherConfig }) }],
  ['same-config', 'note', /another configuration: secretFile differ/, { peers: peerWith({ config: otherPath }) }],
  ['same-config', 'warning', /the daemon runs with another configuration/, { site: siteOf(`${configText}heartbeat: { interval: 1s }\n`) }],
  ['same-config', 'note', /was not compared: vsbak does not answer/, { peers: silentPeer }],
  ['same-version', 'warning', /vsbak runs vspair 0.0.9, this director 0.1.0/, { peers: peerWith({ version: '0.0.9' }) }],
  ['clocks', 'note', /the clock of vsbak is 1m 30s behind ours/, { peers: peerWith({}, -90_000) }],
  ['redis', 'problem', /cannot be read: no connection/, { redis: redisAt('no connection', 'no connection') }],
  ['redis', 'problem', /is read, but not written: READONLY/, { redis: redisAt(undefined, 'READONLY') }],
  ['redis', 'ok', /is read and written/, { redis: redisAt(undefined, undefined) }],
];

test.each(table)('%s is %s: %s', (id, level, pattern, change) => {
  const found = diagnose(healthy(change)).filter(({ check }) => check === id);
  expect(found.map((one) => `${one.level}: ${one.text} fix: ${one.fix ?? ''}`.replace(/ fix: $/, ''))).toContainEqual(
    expect.stringMatching(new RegExp(`^${level}: .*${pattern.source}`)),
  );
});

test('the table has every check but those that only a whole system can show', () => {
  expect(new Set(table.map(([id]) => id))).toEqual(new Set(checks.map(({ id }) => id)));
});

test('without a configuration the machine is looked at, and the rest is told to be open', () => {
  const seen = healthy({ config: { ...healthy().config, complaints: [{ text: 'no such file', advice: 'check the path' }] } });
  const found = diagnoseMachine(seen);
  expect(hasProblem(found)).toBe(true);
  expect(found.map(({ check }) => check)).toEqual(checks.map(({ id }) => id));
  const open = found.filter(({ level, fix }) => level === 'note' && fix === null).map(({ check }) => check);
  expect(open).toEqual(checks.map(({ id }) => id).filter((id) => !machineChecks.some((check) => check.id === id)));
});

test('what is not ok has a reason and a fix', () => {
  const found = table.flatMap(([, , , change]) => diagnose(healthy(change)));
  expect(found.filter(({ level, why, fix }) => level !== 'ok' && (why === null || fix === null))).toEqual([]);
});

test('a sysctl that the configuration sets is not called unwise', () => {
  const seen = healthy({ rules: rulesBy('nat', '10.0.0.11', { scheduler: 'mh' }), site: withSysctls('sloppy_tcp: 0') });
  const found = diagnose(seen).filter(({ check }) => check === 'ipvs-sysctls');
  expect(found.map(({ level }) => level)).toEqual(['ok']);
});

test('an id belongs to one check', () => {
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

test('CHECKS.md has every check, with its words', () => {
  const page = readFileSync(new URL('../../src/doctor/CHECKS.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| [a-z-]+ \| /.test(line) && !line.startsWith('| id '));
  expect(rows).toEqual(checks.map(({ id, group, what, why, fix }) => `| ${id} | ${group} | ${what} | ${why} | ${fix} |`));
});
