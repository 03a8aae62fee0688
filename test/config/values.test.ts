// Every kind of wrong key or value in a configuration gets its exact place, what is wrong, and what was expected.
import { expect, test } from 'vitest';
import { complaints, type Row, sample, spoiled } from './sample.ts';

const keys = 'cluster, secretFile, directors, heartbeat, groups, state, ipvs, alerts, metrics, control or log';
const vip = 'an address that a host can have (neither the network nor broadcast), with its prefix, such as 10.0.0.1/24';
const heartbeat = 'a unicast address without prefix or zone, such as 10.0.0.2';
const dev = 'the name of a network interface, such as eth0';
const url = 'a URL redis://host:port/db or rediss://... without user and password in it (username and passwordFile)';
const listens = 'an address and port such as 127.0.0.1:9112 or [::1]:9112, or an absolute path for a unix socket';
const interval = 'a time with its unit from 10ms to 40s, such as 100ms';

const rows: readonly Row[] = [
  {
    rule: 'an unknown key with a close known one is named with it',
    from: 'secretFile: ',
    to: 'secretfile: ',
    says: [`c.yaml:2:1: unknown key secretfile; expected ${keys} (did you mean secretFile?)`],
  },
  {
    rule: 'an unknown key that is like no other gets the list',
    from: 'log: {',
    to: 'zzz: 1\nlog: {',
    says: [`c.yaml:24:1: unknown key zzz; expected ${keys}`],
  },
  {
    rule: 'an unknown key deep inside is placed at the key',
    from: '{ address: 10.0.0.1/24, dev: eth0 }',
    to: '{ address: 10.0.0.1/24, dev: eth0, label: x }',
    says: ['c.yaml:11:44: unknown key groups[0].vips[0].label; expected address or dev'],
  },
  {
    rule: 'a key of Object.prototype is as unknown as any other',
    from: 'log: {',
    to: 'constructor: 1\nlog: {',
    says: [`c.yaml:24:1: unknown key constructor; expected ${keys}`],
  },
  {
    rule: 'a missing key is placed at the mapping that lacks it',
    from: 'cluster: web\n',
    to: '',
    says: ['c.yaml:1:1: cluster is missing; expected the name of the cluster: letters, digits, dots, dashes and underscores, at most 63'],
  },
  {
    rule: 'a missing key in a list item is placed at the item',
    from: '    vrid: 51\n',
    to: '',
    says: ['c.yaml:8:5: groups[0].vrid is missing; expected a VRID, a whole number from 1 to 255'],
  },
  {
    rule: 'a value of another type says what it is',
    from: 'cluster: web',
    to: 'cluster: [web]',
    says: ['c.yaml:1:10: cluster is a list; expected the name of the cluster: letters, digits, dots, dashes and underscores, at most 63'],
  },
  {
    rule: 'an empty value is called empty',
    from: 'vrid: 51',
    to: 'vrid:',
    says: ['c.yaml:9:10: groups[0].vrid is empty; expected a VRID, a whole number from 1 to 255'],
  },
  {
    rule: 'a list in the place of a mapping is told the keys',
    from: 'heartbeat: { port: 1112, interval: 100ms }',
    to: 'heartbeat: [1112]',
    says: ['c.yaml:6:12: heartbeat is a list; expected a mapping with the keys port, interval'],
  },
  {
    rule: 'a cluster name with a blank',
    from: 'cluster: web',
    to: 'cluster: the web',
    says: [
      'c.yaml:1:10: cluster is "the web"; expected the name of the cluster: letters, digits, dots, dashes and underscores, at most 63',
    ],
  },
  {
    rule: 'a relative secret file',
    from: '/etc/vspair/secret',
    to: 'secret',
    says: ['c.yaml:2:13: secretFile is "secret"; expected an absolute path'],
  },
  {
    rule: 'a priority of 0 means leaving, no director has it',
    from: 'priority: 150',
    to: 'priority: 0',
    says: ['c.yaml:4:22: directors.vs1.priority is 0; expected a priority, a whole number from 1 to 254'],
  },
  {
    rule: 'a priority of 255 would be the address owner',
    from: 'priority: 150',
    to: 'priority: 255',
    says: ['c.yaml:4:22: directors.vs1.priority is 255; expected a priority, a whole number from 1 to 254'],
  },
  {
    rule: 'a priority with a fraction',
    from: 'priority: 150',
    to: 'priority: 1.5',
    says: ['c.yaml:4:22: directors.vs1.priority is 1.5; expected a priority, a whole number from 1 to 254'],
  },
  {
    rule: 'no director',
    from: `  vs1:   { priority: 150, addresses: [10.0.0.2, 192.168.1.2] }
  vsbak: { priority: 100, addresses: [10.0.0.3, 192.168.1.3] }
`,
    to: '  {}\n',
    says: [
      'c.yaml:4:3: directors is an empty mapping; expected the directors by name, such as vs1: { priority: 150, addresses: [10.0.0.2] }',
    ],
  },
  {
    rule: 'an octal look-alike is no address',
    from: '[10.0.0.2,',
    to: '[010.0.0.2,',
    says: [`c.yaml:4:39: directors.vs1.addresses[0] is "010.0.0.2"; expected ${heartbeat}`],
  },
  {
    rule: 'an address of three parts is no address',
    from: '[10.0.0.2,',
    to: '[10.0.2,',
    says: [`c.yaml:4:39: directors.vs1.addresses[0] is "10.0.2"; expected ${heartbeat}`],
  },
  {
    rule: 'a multicast address is no heartbeat address',
    from: '[10.0.0.2,',
    to: '[224.0.0.18,',
    says: [`c.yaml:4:39: directors.vs1.addresses[0] is "224.0.0.18"; expected ${heartbeat}`],
  },
  {
    rule: 'a link-local address is no heartbeat address',
    from: '[10.0.0.2,',
    to: '["fe80::2",',
    says: [`c.yaml:4:39: directors.vs1.addresses[0] is "fe80::2"; expected ${heartbeat}`],
  },
  {
    rule: 'a zone is refused',
    from: '[10.0.0.2,',
    to: '["2001:db8::2%eth0",',
    says: [`c.yaml:4:39: directors.vs1.addresses[0] is "2001:db8::2%eth0"; expected ${heartbeat}`],
  },
  {
    rule: 'an IPv4-mapped address would be a second text for the same address',
    from: '[10.0.0.2,',
    to: '["::ffff:10.0.0.2",',
    says: [`c.yaml:4:39: directors.vs1.addresses[0] is "::ffff:10.0.0.2"; expected ${heartbeat}`],
  },
  {
    rule: 'a prefix has no place on a heartbeat address',
    from: '[10.0.0.2,',
    to: '[10.0.0.2/24,',
    says: [`c.yaml:4:39: directors.vs1.addresses[0] is "10.0.0.2/24"; expected ${heartbeat}`],
  },
  {
    rule: 'a director without addresses',
    from: '[10.0.0.3, 192.168.1.3]',
    to: '[]',
    says: ['c.yaml:5:38: directors.vsbak.addresses is an empty list; expected at least one address, one per heartbeat link'],
  },
  {
    rule: 'port 0',
    from: 'port: 1112',
    to: 'port: 0',
    says: ['c.yaml:6:20: heartbeat.port is 0; expected a UDP port, a whole number from 1 to 65535'],
  },
  { rule: 'a time without a unit', from: '100ms', to: '100', says: [`c.yaml:6:36: heartbeat.interval is 100; expected ${interval}`] },
  {
    rule: 'a time with an unknown unit',
    from: '100ms',
    to: '100msec',
    says: [`c.yaml:6:36: heartbeat.interval is "100msec"; expected ${interval}`],
  },
  { rule: 'an interval below 10ms', from: '100ms', to: '9ms', says: [`c.yaml:6:36: heartbeat.interval is "9ms"; expected ${interval}`] },
  { rule: 'an interval above 40s', from: '100ms', to: '41s', says: [`c.yaml:6:36: heartbeat.interval is "41s"; expected ${interval}`] },
  {
    rule: 'VRID 0',
    from: 'vrid: 51',
    to: 'vrid: 0',
    says: ['c.yaml:9:11: groups[0].vrid is 0; expected a VRID, a whole number from 1 to 255'],
  },
  {
    rule: 'VRID 256',
    from: 'vrid: 51',
    to: 'vrid: 256',
    says: ['c.yaml:9:11: groups[0].vrid is 256; expected a VRID, a whole number from 1 to 255'],
  },
  {
    rule: 'a VRID in quotes is text',
    from: 'vrid: 51',
    to: 'vrid: "51"',
    says: ['c.yaml:9:11: groups[0].vrid is "51"; expected a VRID, a whole number from 1 to 255'],
  },
  {
    rule: 'a virtual IP without a prefix',
    from: '10.0.0.1/24',
    to: '10.0.0.1',
    says: [`c.yaml:11:20: groups[0].vips[0].address is "10.0.0.1"; expected ${vip}`],
  },
  {
    rule: 'a prefix longer than the address',
    from: '10.0.0.1/24',
    to: '10.0.0.1/33',
    says: [`c.yaml:11:20: groups[0].vips[0].address is "10.0.0.1/33"; expected ${vip}`],
  },
  {
    rule: 'a prefix with a leading zero',
    from: '10.0.0.1/24',
    to: '10.0.0.1/024',
    says: [`c.yaml:11:20: groups[0].vips[0].address is "10.0.0.1/024"; expected ${vip}`],
  },
  {
    rule: "the network's own address as a virtual IP",
    from: '10.0.0.1/24',
    to: '10.0.0.0/24',
    says: [`c.yaml:11:20: groups[0].vips[0].address is "10.0.0.0/24"; expected ${vip}`],
  },
  {
    rule: 'the broadcast address as a virtual IP',
    from: '10.0.0.1/24',
    to: '10.0.0.255/24',
    says: [`c.yaml:11:20: groups[0].vips[0].address is "10.0.0.255/24"; expected ${vip}`],
  },
  {
    rule: 'a loopback address as a virtual IP',
    from: '10.0.0.1/24',
    to: '127.0.0.1/8',
    says: [`c.yaml:11:20: groups[0].vips[0].address is "127.0.0.1/8"; expected ${vip}`],
  },
  {
    rule: 'an interface name longer than the kernel allows',
    from: 'dev: eth0 }\n      -',
    to: 'dev: abcdefghijklmnop }\n      -',
    says: [`c.yaml:11:38: groups[0].vips[0].dev is "abcdefghijklmnop"; expected ${dev}`],
  },
  {
    rule: 'an alias is no interface',
    from: 'dev: eth0 }\n      -',
    to: 'dev: "eth0:1" }\n      -',
    says: [`c.yaml:11:38: groups[0].vips[0].dev is "eth0:1"; expected ${dev}`],
  },
  {
    rule: 'a group without virtual IPs',
    from: '[{ address: "2001:db8::1/64", dev: eth0 }]',
    to: '[]',
    says: ['c.yaml:16:11: groups[1].vips is an empty list; expected at least one virtual IP, such as { address: 10.0.0.1/24, dev: eth0 }'],
  },
  {
    rule: 'yes is not true',
    from: 'preempt: false',
    to: 'preempt: yes',
    says: ['c.yaml:13:14: groups[0].preempt is "yes"; expected true or false'],
  },
  {
    rule: 'an override out of range',
    from: '{ vs1: 50 }',
    to: '{ vs1: 255 }',
    says: ['c.yaml:17:24: groups[1].priorities.vs1 is 255; expected a priority, a whole number from 1 to 254'],
  },
  {
    rule: 'a backend that does not exist',
    from: 'backend: redis, url: "redis://10.0.0.9:6379/0"',
    to: 'backend: etcd',
    says: ['c.yaml:18:19: state.backend is "etcd"; expected peer, redis or none'],
  },
  {
    rule: 'a URL of another protocol',
    from: 'redis://10.0.0.9:6379/0',
    to: 'http://10.0.0.9',
    says: [`c.yaml:18:31: state.url is "http://10.0.0.9"; expected ${url}`],
  },
  {
    rule: 'a password in a URL is refused and not repeated',
    from: 'redis://10.0.0.9',
    to: 'redis://me:hunter2@10.0.0.9',
    says: [`c.yaml:18:31: state.url is "redis://***@10.0.0.9:6379/0"; expected ${url}`],
  },
  {
    rule: 'what to do about drift that is not to be had',
    from: 'standby: warm',
    to: 'onDrift: ignore',
    says: ['c.yaml:19:18: ipvs.onDrift is "ignore"; expected repair or report'],
  },
  {
    rule: 'a look at the kernel that would be too often',
    from: 'standby: warm',
    to: 'reconcile: 10ms',
    says: ['c.yaml:19:20: ipvs.reconcile is "10ms"; expected a time with its unit from 1s to 1h, such as 10s'],
  },
  {
    rule: 'a standby that does not exist',
    from: 'standby: warm',
    to: 'standby: hot',
    says: ['c.yaml:19:18: ipvs.standby is "hot"; expected warm or cold'],
  },
  {
    rule: 'a sync id that does not fit the kernel',
    from: '{ dev: eth1 } }',
    to: '{ dev: eth1, syncId: 256 } }',
    says: ['c.yaml:19:61: ipvs.connectionSync.syncId is 256; expected a sync id, a whole number from 0 to 255'],
  },
  {
    rule: 'a group of the sync daemons that is no multicast address',
    from: '{ dev: eth1 } }',
    to: '{ dev: eth1, group: 10.0.0.1 } }',
    says: ['c.yaml:19:60: ipvs.connectionSync.group is "10.0.0.1"; expected a multicast address, such as 224.0.0.81 or ff02::81'],
  },
  {
    rule: 'packets of the sync daemons smaller than the kernel would take',
    from: '{ dev: eth1 } }',
    to: '{ dev: eth1, maxLength: 1000 } }',
    says: ['c.yaml:19:64: ipvs.connectionSync.maxLength is 1000; expected bytes of a packet, a whole number from 1024 to 65487'],
  },
  {
    rule: 'a timeout of IPVS that is not in whole seconds',
    from: 'standby: warm',
    to: 'timeouts: { tcpFin: 1500ms }',
    says: ['c.yaml:19:29: ipvs.timeouts.tcpFin is "1500ms"; expected a time in whole seconds up to 744h, such as 2m'],
  },
  {
    rule: 'a sysctl with a value that the kernel would take and not understand',
    from: 'standby: warm',
    to: 'sysctls: { conntrack: 2, sync_threshold: 3 }',
    says: [
      'c.yaml:19:31: ipvs.sysctls.conntrack is 2; expected a value, a whole number from 0 to 1',
      'c.yaml:19:50: ipvs.sysctls.sync_threshold is 3; expected two values, each a whole number from 0 to 2147483647, such as [3, 50]',
    ],
  },
  {
    rule: 'a relative control socket',
    from: '/run/vspair/control.sock',
    to: 'control.sock',
    says: ['c.yaml:23:20: control.socket is "control.sock"; expected an absolute path of at most 107 bytes'],
  },
  {
    rule: 'a control socket longer than the kernel allows',
    from: '/run/vspair/control.sock',
    to: `/${'x'.repeat(107)}`,
    says: [`c.yaml:23:20: control.socket is "/${'x'.repeat(56)}..."; expected an absolute path of at most 107 bytes`],
  },
  {
    rule: 'a log level that does not exist',
    from: 'level: info',
    to: 'level: verbose',
    says: ['c.yaml:24:15: log.level is "verbose"; expected error, warn, info or debug'],
  },
  ...['9112', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', '::1:9112', 'localhost:9112', '224.0.0.1:9112', 'metrics.sock'].map(
    (listen) => ({
      rule: `metrics at ${listen} are nowhere`,
      from: 'log: {',
      to: `metrics: { listen: "${listen}" }\nlog: {`,
      says: [`c.yaml:24:20: metrics.listen is "${listen}"; expected ${listens}`],
    }),
  ),
  {
    rule: 'a bound of the metrics that is none',
    from: 'log: {',
    to: 'metrics: { maxSeries: -1 }\nlog: {',
    says: ['c.yaml:24:23: metrics.maxSeries is -1; expected a number of series, a whole number from 0 to 100000'],
  },
];

test.each(rows)('$rule', ({ from, to, says }) => {
  expect(complaints(spoiled(from, to))).toEqual(says);
});

test('the sample itself is in order', () => {
  expect(complaints(sample)).toEqual([]);
});

test('sixty-four groups fit one advertisement, sixty-five do not', () => {
  const groups = (count: number) =>
    Array.from(
      { length: count },
      (_, index) => `  - { name: g${index}, vrid: ${index + 1}, vips: [{ address: 10.0.0.${index + 10}/24, dev: eth0 }] }\n`,
    ).join('');
  const text = (count: number) =>
    `cluster: web\ndirectors:\n  a: { priority: 2, addresses: [10.0.0.2] }\n  b: { addresses: [10.0.0.3] }\ngroups:\n${groups(count)}`;
  expect(complaints(text(64))).toEqual([]);
  expect(complaints(text(65))).toEqual([
    'c.yaml:6:3: groups is a list; expected at most 64 groups, which is what one advertisement carries',
  ]);
});

test('a mistyped sysctl is told with the one that was meant', () => {
  expect(complaints(spoiled('standby: warm', 'sysctls: { conntrak: 1 }'))[0]).toMatch(
    /^c\.yaml:19:20: unknown key ipvs\.sysctls\.conntrak; expected conntrack, .* or ip6_forwarding \(did you mean conntrack\?\)$/,
  );
});
