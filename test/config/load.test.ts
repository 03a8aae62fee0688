// What a configuration in order means, and what the election is given of it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coreConfigOf, electionOrder } from '../../src/config/core.ts';
import { checkInterfaces } from '../../src/config/interfaces.ts';
import { type LoadedConfig, loadConfig, parseConfig } from '../../src/config/load.ts';
import { problemText } from '../../src/errors/place.ts';
import { sample, spoiled } from './sample.ts';

function loaded(text: string): LoadedConfig {
  const read = parseConfig(text, 'c.yaml');
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'));
  return read;
}

const least = `cluster: web
directors:
  vs1: { addresses: [10.0.0.2] }
  vsbak: { addresses: [10.0.0.3] }
groups:
  - { name: web, vrid: 51, vips: [{ address: 10.0.0.1/24, dev: eth0 }] }
`;

/** Of an alert channel that says nothing of them. */
const terms = { name: undefined, events: undefined, severities: ['critical', 'warning', 'info'], repeat: 0, timeout: 5000 };

test('all that the sample says is in the configuration', () => {
  expect(loaded(sample).config).toEqual({
    file: 'c.yaml',
    cluster: 'web',
    secretFile: '/etc/vspair/secret',
    directors: [
      { name: 'vs1', priority: 150, addresses: ['10.0.0.2', '192.168.1.2'] },
      { name: 'vsbak', priority: 100, addresses: ['10.0.0.3', '192.168.1.3'] },
    ],
    heartbeat: { port: 1112, interval: 100 },
    groups: [
      {
        name: 'web',
        vrid: 51,
        vips: [
          { family: 4, address: '10.0.0.1', prefix: 24, dev: 'eth0' },
          { family: 4, address: '192.168.1.254', prefix: 24, dev: 'eth1' },
        ],
        preempt: false,
        preemptDelay: 0,
        priorities: new Map([
          ['vs1', 150],
          ['vsbak', 100],
        ]),
      },
      {
        name: 'six',
        vrid: 52,
        vips: [{ family: 6, address: '2001:db8::1', prefix: 64, dev: 'eth0' }],
        preempt: false,
        preemptDelay: 0,
        priorities: new Map([
          ['vs1', 50],
          ['vsbak', 100],
        ]),
      },
    ],
    state: {
      backend: 'redis',
      servers: { kind: 'single', node: { host: '10.0.0.9', port: 6379 } },
      db: 0,
      username: undefined,
      passwordFile: undefined,
      tls: undefined,
      prefix: 'vspair:web:',
      poll: 2000,
    },
    ipvs: {
      standby: 'warm',
      reconcile: 10_000,
      onDrift: 'repair',
      connectionSync: { dev: 'eth1', syncId: 0, maxLength: undefined, group: '224.0.0.81', port: 8848, ttl: 1 },
      timeouts: { tcp: undefined, tcpFin: undefined, udp: undefined },
      sysctls: [],
    },
    alerts: [
      {
        ...terms,
        kind: 'webhook',
        url: { text: 'https://ops.example/hook' },
        template: 'event',
        secretFile: undefined,
        tokenFile: undefined,
      },
      { ...terms, kind: 'exec', command: '/usr/local/bin/page-me' },
    ],
    metrics: undefined,
    control: { socket: '/run/vspair/control.sock', peerPort: 1112 },
    log: { level: 'info', format: 'json' },
  });
});

test('all that IPVS is to be set to', () => {
  const ipvs = `ipvs:
  connectionSync: { dev: eth1, syncId: 7, maxLength: 1400, group: "FF02::81", port: 8849, ttl: 2 }
  timeouts: { tcp: 15m, udp: 90s }
  sysctls: { sync_threshold: [3, 50], conntrack: 1, ip_forward: 1 }
`;
  expect(loaded(`${least}${ipvs}`).config.ipvs).toEqual({
    standby: 'warm',
    reconcile: 10_000,
    onDrift: 'repair',
    connectionSync: { dev: 'eth1', syncId: 7, maxLength: 1400, group: 'ff02::81', port: 8849, ttl: 2 },
    timeouts: { tcp: 900, tcpFin: undefined, udp: 90 },
    sysctls: [
      { path: 'net/ipv4/vs/conntrack', value: '1' },
      { path: 'net/ipv4/vs/sync_threshold', value: '3 50' },
      { path: 'net/ipv4/ip_forward', value: '1' },
    ],
  });
});

test.each([
  ['{}', { kind: 'tcp', host: '127.0.0.1', port: 9112, isLoopback: true }, 1000],
  ['{ listen: "[2001:DB8::1]:80", maxSeries: 5 }', { kind: 'tcp', host: '2001:db8::1', port: 80, isLoopback: false }, 5],
  ['{ listen: /run/m.sock }', { kind: 'unix', path: '/run/m.sock' }, 1000],
])('metrics: %s', (written, listen, maxSeries) => {
  expect(loaded(`${least}metrics: ${written}\n`).config.metrics).toEqual({ listen, maxSeries });
});

test('what is left out has the documented defaults', () => {
  expect(loaded(least).config).toMatchObject({
    secretFile: '/etc/vspair/secret',
    directors: [{ priority: 100 }, { priority: 100 }],
    heartbeat: { port: 1112, interval: 100 },
    groups: [{ preempt: false, preemptDelay: 0 }],
    state: { backend: 'peer' },
    ipvs: { standby: 'warm', reconcile: 10_000, onDrift: 'repair', connectionSync: undefined },
    alerts: [],
    control: { socket: '/run/vspair/control.sock', peerPort: 1112 },
    log: { level: 'info', format: 'readable' },
  });
});

test('the commented example that comes with vspair is in order, and its comments show the defaults', () => {
  const file = new URL('../../config/vspair.yaml', import.meta.url).pathname;
  expect(loadConfig(file)).toMatchObject({ ok: true, warnings: [] });
  const uncommented = readFileSync(file, 'utf8').replaceAll(
    /^( *)# ((?:secretFile|heartbeat|state|ipvs|alerts|metrics|control|log|preempt|preemptDelay|priorities):| {2,}\S)/gm,
    '$1$2',
  );
  const { config } = loaded(uncommented);
  const { heartbeat, metrics, control, log, secretFile } = loaded(`${least}metrics: {}\n`).config;
  expect(config).toMatchObject({
    ...{ heartbeat, metrics, control, log, secretFile },
    state: { prefix: 'vspair:web:', poll: 2000 },
    groups: [{ preempt: false, preemptDelay: 0 }],
  });
  expect(new Set(config.alerts.map(({ timeout }) => timeout))).toEqual(new Set([5000]));
  expect(new Set(config.alerts.map(({ kind }) => kind))).toEqual(new Set(['webhook', 'email', 'exec', 'notify', 'syslog']));
});

test('the peer channel has the number of the heartbeat port unless it is given another', () => {
  expect(loaded(spoiled('port: 1112', 'port: 2000')).config.control.peerPort).toBe(2000);
  expect(loaded(spoiled('control: {', 'control: { peerPort: 3000,')).config.control.peerPort).toBe(3000);
});

test.each([
  ['10ms', 10],
  ['40s', 40_000],
  ['0.5s', 500],
  ['0.25m', 15_000],
])('an interval of %s is %d ms', (text, ms) => {
  expect(loaded(spoiled('100ms', text)).config.heartbeat.interval).toBe(ms);
});

test.each([
  ['v4 by number, not by text', '10.0.0.9', '10.0.0.10', [0, 1]],
  ['the higher v4 address first in the file', '10.0.1.1', '10.0.0.255', [1, 0]],
  ['v6 by number', '2001:db8::a', '2001:db8::9', [1, 0]],
])('directors are ranked by their first heartbeat address: %s', (_, one, other, ranks) => {
  const text = least.replace('10.0.0.2', `"${one}"`).replace('10.0.0.3', `"${other}"`);
  expect(coreConfigOf(loaded(text).config, 'vs1', 7).nodes.map((node) => node.addressRank)).toEqual(ranks);
});

test('the election is told who it is, its incarnation and the priorities of each group', () => {
  const core = coreConfigOf(loaded(sample).config, 'vsbak', 7);
  expect(core).toMatchObject({ self: 'vsbak', incarnation: 7, interval: 100, nodes: [{ name: 'vs1' }, { name: 'vsbak' }] });
  expect(core.groups.map((group) => group.priorities.get('vs1'))).toEqual([150, 50]);
});

test('a virtual IP on an interface that this machine does not have is placed in the file', () => {
  expect(checkInterfaces(loaded(sample), ['lo', 'eth0', 'enp1s0']).map(problemText)).toEqual([
    'c.yaml:12:43: groups[0].vips[1].dev is eth1, which this machine does not have; expected eth0 or enp1s0 (did you mean eth0?)',
    'c.yaml:19:47: ipvs.connectionSync.dev is eth1, which this machine does not have; expected eth0 or enp1s0 (did you mean eth0?)',
  ]);
});

test('on the right machine every interface is there', () => {
  expect(checkInterfaces(loaded(sample), ['lo', 'eth0', 'eth1'])).toEqual([]);
});

test('a machine with nothing but lo is told so', () => {
  expect(checkInterfaces(loaded(least), ['lo']).map(problemText)).toEqual([
    'c.yaml:6:64: groups[0].vips[0].dev is eth0, which this machine does not have; expected an interface other than lo; this machine has none',
  ]);
});

test('the order of election is that of the first group: its priorities, then the higher address', () => {
  expect(electionOrder(loaded(sample).config)).toEqual(['vs1', 'vsbak']);
  expect(electionOrder(loaded(least).config)).toEqual(['vsbak', 'vs1']);
  expect(electionOrder(loaded(spoiled('preempt: false\n', 'priorities: { vs1: 50 }\n')).config)).toEqual(['vsbak', 'vs1']);
});
