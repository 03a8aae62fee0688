// The keepalived.conf of one director or of both as a configuration, which the loader then reads.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configText } from '../../../src/cli/renderConfig.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { problemText } from '../../../src/errors/place.ts';
import { migrateKeepalived } from '../../../src/migration/keepalived/migrate.ts';
import { remarkText } from '../../../src/migration/ledger.ts';
import type { FindFiles } from '../../../src/migration/source.ts';
import { fixture } from '../files.ts';

interface Wishes {
  readonly names?: readonly string[];
  readonly configIds?: readonly string[];
  readonly findFiles?: FindFiles;
}

const beside: FindFiles = (pattern) => ({ files: [{ file: pattern, text: readFileSync(fixture(pattern), 'utf8') }], skipped: [] });

function migrated(texts: Readonly<Record<string, string>>, { names = [], configIds = [], findFiles = beside }: Wishes = {}) {
  const sources = Object.entries(texts).map(([file, text], position) => ({ file, text, configId: configIds[position] }));
  const migration = migrateKeepalived(sources, { cluster: 'web', names, findFiles });
  const text = configText(migration.config);
  const checked = parseConfig(text, 'vspair.yaml');
  return {
    ...migration,
    text,
    checked,
    account: migration.account.map(remarkText),
    problems: migration.problems.map(problemText),
    toDo: checked.ok ? [] : checked.problems.map(problemText),
  };
}

const vs1 = readFileSync(fixture('vs1.conf'), 'utf8');
const vsbak = readFileSync(fixture('vsbak.conf'), 'utf8');

const instance = (more: string, name = 'v', vrid = 51): string =>
  `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${vrid}\npriority 100\nadvert_int 1\nvirtual_ipaddress {\n10.0.0.${vrid}/24\n}\n${more}\n}\n`;

test('the files of both directors make a configuration that check finds in order', () => {
  const { checked, problems } = migrated({ 'vs1.conf': vs1, 'vsbak.conf': vsbak });
  expect(problems).toEqual([]);
  expect(checked).toMatchObject({
    ok: true,
    config: {
      cluster: 'web',
      directors: [
        { name: 'vs1', priority: 150, addresses: ['10.0.0.2', '192.168.1.2'] },
        { name: 'vsbak', priority: 100, addresses: ['10.0.0.3', '192.168.1.3'] },
      ],
      heartbeat: { interval: 200 },
      ipvs: { connectionSync: { dev: 'eth1', syncId: 7, ttl: 2 }, timeouts: { tcp: 900, tcpFin: undefined, udp: 60 } },
    },
  });
});

test('a sync group is one group with the virtual IPs of all its instances, excluded ones and their interfaces included', () => {
  const { checked, account } = migrated({ 'vs1.conf': vs1, 'vsbak.conf': vsbak });
  expect(checked).toMatchObject({
    config: {
      groups: [
        {
          name: 'both',
          vrid: 51,
          preempt: true,
          preemptDelay: 30_000,
          vips: [
            { address: '10.0.0.1', prefix: 24, dev: 'eth0' },
            { address: '2001:db8::1', prefix: 64, dev: 'eth2' },
            { address: '192.168.1.254', prefix: 24, dev: 'eth1' },
          ],
        },
        { name: 'mail', vrid: 60, preempt: false },
      ],
    },
  });
  expect(account).toContain(
    'vs1.conf:11-16: changed: outside, inside to one group: virtual IPs that move together are one group with one vrid; it has the vrid, priority and preempt of outside',
  );
});

test('a group whose priorities are not those of the directors says so', () => {
  expect(migrated({ 'vs1.conf': vs1, 'vsbak.conf': vsbak }).text).toContain('priorities:\n      vs1: 50\n');
});

test('the rules come along, with includes', () => {
  expect(migrated({ 'vs1.conf': vs1, 'vsbak.conf': vsbak }).document.services).toMatchObject([
    { match: { address: '10.0.0.1', port: 80 }, scheduler: 'wlc', servers: [{ address: '192.168.1.11', port: 8080, forward: 'nat' }, {}] },
  ]);
});

test('of one file the other director is known by its addresses; its name and priority are to be filled in', () => {
  const { text, toDo } = migrated({ 'vs1.conf': vs1 });
  expect(text).toContain('addresses: [ 10.0.0.3, 192.168.1.3 ]');
  expect(toDo.map((line) => line.split(';')[0])).toEqual([
    `vspair.yaml:3:3: the director's name is "<fill in: the host name of the director with vs1.conf, or give --names>"`,
    `vspair.yaml:4:3: the director's name is "<fill in: the host name of the other director>"`,
    'vspair.yaml:4:65: directors.<fill in: the host name of the other director>.priority is "<fill in: 1 to 254, from its own keepalived.conf>"',
  ]);
});

test('what was to be filled in, filled in, is in order', () => {
  const { text } = migrated({ 'vs1.conf': vs1 }, { names: ['vs1', 'vsbak'] });
  expect(parseConfig(text.replace(/"<fill in: 1 to 254[^"]*"/, '100'), 'c')).toMatchObject({ ok: true });
});

test('directors that hear each other by multicast have addresses to be filled in, never invented ones', () => {
  const { config } = migrated({ k: instance('') });
  expect(config.directors).toEqual([
    {
      name: { fillIn: 'the host name of the director with k, or give --names' },
      priority: 100,
      addresses: [{ fillIn: 'the address of this director on eth0' }],
    },
    {
      name: { fillIn: 'the host name of the other director' },
      priority: { fillIn: '1 to 254, from its own keepalived.conf' },
      addresses: [{ fillIn: 'the address of that director on eth0' }],
    },
  ]);
});

test('an address that only the other file tells is taken from there', () => {
  const { config } = migrated(
    { a: instance('unicast_peer {\n10.0.0.3\n}'), b: instance('unicast_peer {\n10.0.0.2\n}') },
    { names: ['a', 'b'] },
  );
  expect(config.directors.map(({ addresses }) => addresses)).toEqual([['10.0.0.2'], ['10.0.0.3']]);
});

test('one file with lines for each node is the file of both', () => {
  const text = instance('@high unicast_src_ip 10.0.0.2\n@low unicast_src_ip 10.0.0.3').replace(
    'priority 100',
    '@high priority 200\n@low priority 90',
  );
  const sources = ['high', 'low'].map((configId) => ({ file: 'k', text, configId }));
  const { config, problems } = migrateKeepalived(sources, { cluster: 'web', names: ['high', 'low'], findFiles: beside });
  expect(problems).toEqual([]);
  expect(config.directors).toEqual([
    { name: 'high', priority: 200, addresses: ['10.0.0.2'] },
    { name: 'low', priority: 90, addresses: ['10.0.0.3'] },
  ]);
});

test.each([
  ['keepalived preempts unless it is told not to', '', { preempt: true, preemptDelayMs: 0 }, []],
  ['nopreempt is preempt: false', 'nopreempt', { preempt: false }, []],
  ['preempt_delay is preemptDelay', 'preempt_delay 4.5', { preempt: true, preemptDelayMs: 4500 }, []],
  [
    'with state MASTER nopreempt means nothing, as in keepalived',
    'nopreempt\nstate MASTER',
    { preempt: true },
    ['k:9: left out: nopreempt: with state MASTER keepalived passes it over, and preempts; write preempt: false if that is meant'],
  ],
  [
    'with state MASTER preempt_delay means nothing, as in keepalived',
    'state MASTER\npreempt_delay 5',
    { preempt: true, preemptDelayMs: 0 },
    ['k:10: left out: preempt_delay 5: with state MASTER keepalived passes it over'],
  ],
])('%s', (_, text, group, account) => {
  const result = migrated({ k: instance(text) });
  expect(result.config.groups[0]).toMatchObject(group);
  for (const line of account) expect(result.account).toContain(line);
});

test('whether a group preempts is for the director with the highest priority to say', () => {
  const [low, high] = [instance('nopreempt'), instance('').replace('priority 100', 'priority 200')];
  expect(migrated({ low, high }).config.groups[0]?.preempt).toBe(true);
  expect(migrated({ low: instance(''), high: high.replace('advert_int', 'nopreempt\nadvert_int') }).config.groups[0]?.preempt).toBe(false);
});

test.each([
  ['lvs_sync_daemon eth1', { dev: 'eth1', syncId: 0 }],
  ['lvs_sync_daemon eth1 v', { dev: 'eth1', syncId: 51 }],
  ['lvs_sync_daemon eth1 inst v id 7', { dev: 'eth1', syncId: 7 }],
  [
    'lvs_sync_daemon eth1 id 7 maxlen 1400 port 9000 ttl 2 group 224.0.0.82',
    { dev: 'eth1', syncId: 7, maxLength: 1400, port: 9000, ttl: 2, group: '224.0.0.82' },
  ],
])('%s is connectionSync', (line, connectionSync) => {
  const { config, problems } = migrated({ k: `${instance('')}global_defs {\n${line}\n}` });
  expect({ connectionSync: config.connectionSync, problems }).toEqual({ connectionSync, problems: [] });
});

test('lvs_timeouts are timeouts, and those that are not said stay out', () => {
  expect(migrated({ k: `${instance('')}global_defs {\nlvs_timeouts tcp 900 udp 60\n}` }).text).toContain(
    'ipvs:\n  timeouts: { tcp: 900s, udp: 60s }',
  );
});

test.each(['lvs_timeouts tcp', 'lvs_timeouts icmp 5', 'lvs_sync_daemon', 'lvs_sync_daemon eth1 id x'])('%s is a mistake', (line) => {
  expect(migrated({ k: `${instance('')}global_defs {\n${line}\n}` }).problems).toEqual([
    expect.stringContaining(`k:12:1: ${line}; expected lvs_`) as unknown,
  ]);
});

test('all groups have the shortest interval of them', () => {
  const { config, account } = migrated({ k: instance('') + instance('', 'w', 52).replace('advert_int 1', 'advert_int 3') });
  expect(config.intervalMs).toBe(1000);
  expect(account).toContain('k:11-20: changed: advert_int 3 of w to 1: all groups have one interval, from 10ms to 40s');
});

test('a vrid that two groups would have is to be filled in', () => {
  const { config } = migrated({ k: instance('') + instance('', 'six').replace('10.0.0.51', '2001:db8::1') });
  expect(config.groups[1]?.vrid).toEqual({ fillIn: 'a number from 1 to 255 that no other group has: v has 51 too' });
});

test('an address without a prefix, a virtual IP twice and its settings are in the account', () => {
  const { account } = migrated({ k: instance('').replace('10.0.0.51/24', '10.0.0.1 label eth0:1 brd 10.0.0.255\n10.0.0.1 dev eth1') });
  expect(account).toEqual([
    'k:7: assumed: 10.0.0.1/32: no prefix is written, and that is what keepalived takes',
    'k:7: left out: 10.0.0.1 label eth0:1 brd 10.0.0.255: vspair adds addresses with the settings that the kernel gives by itself',
    'k:8: assumed: 10.0.0.1/32: no prefix is written, and that is what keepalived takes',
    'k:8: left out: 10.0.0.1: line 7 has it already',
  ]);
});

test('what only the other file has comes over too, and is told', () => {
  const other = instance('').replace('10.0.0.51/24', '10.0.0.51/24\n10.0.0.99/24') + instance('', 'w', 52);
  const { config, account } = migrated({ one: instance(''), other });
  expect(config.groups.map(({ vips }) => vips.map(({ address }) => address))).toEqual([['10.0.0.51', '10.0.0.99'], ['10.0.0.52']]);
  expect(account).toContain('other:8: changed: 10.0.0.99 to both directors: one does not have it in v; take it out if it shall not move');
  expect(account).toContain(
    'other:12-21: changed: w to both directors: no other file has its virtual_router_id; every director takes part in every group',
  );
});

test('of instances with one virtual_router_id those of one name belong together, wherever they stand', () => {
  const six = (priority: number): string =>
    instance('', 'six').replace('10.0.0.51/24', '2001:db8::1/64').replace('priority 100', `priority ${priority}`);
  const four = (priority: number): string => instance('').replace('priority 100', `priority ${priority}`);
  const { config } = migrated({ one: four(200) + six(20), other: six(10) + four(100) });
  expect(config.directors.map(({ priority }) => priority)).toEqual([200, 100]);
  expect(config.groups.map(({ priorities }) => [...priorities])).toEqual([
    [],
    [
      [0, 20],
      [1, 10],
    ],
  ]);
});

test('a service that the two files have differently is that of the first, and told', () => {
  const server = (weight: number): string =>
    `virtual_server 10.0.0.51 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.11 80 {\nweight ${weight}\n}\n}\n`;
  const { document, account } = migrated({ one: instance('') + server(1), other: instance('') + server(2) });
  expect(document.services[0]?.servers[0]?.weight).toBe(1);
  expect(account).toContain(
    'other:11-18: left out: its version of service tcp 10.0.0.51:80: one has another one, which was taken; look which of the two is meant',
  );
});

test('scripts, tracking, authentication and virtual MACs are told line by line', () => {
  const { account } = migrated({ k: instance('use_vmac\nauthentication {\nauth_pass geheim\n}\ntrack_script {\nx\n}\nnotify /bin/x') });
  expect(account.map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
    'k:9: left out: use_vmac',
    'k:10-12: left out: authentication',
    'k:13-15: left out: track_script',
    'k:16: left out: notify /bin/x',
  ]);
  expect(account.join()).not.toContain('geheim');
});

test('every mistake of both files is told', () => {
  const { problems } = migrated({ a: instance('').replace('51\n', '300\n'), b: 'vrrp_instance x {\nvirtual_ipaddress {\n10.0.0.1.2\n}\n' });
  expect(problems).toEqual([
    'a:3:19: virtual_router_id 300; expected a whole number from 1 to 255',
    'b:1:1: the block of vrrp_instance is not closed; expected a } for its {',
    'b:1:1: vrrp_instance x has no virtual_router_id; expected virtual_router_id and a number from 1 to 255',
    'b:3:1: 10.0.0.1.2; expected an address with its prefix, such as 10.0.0.1/24',
  ]);
});

test('a file without any instance says what to do instead', () => {
  expect(migrated({ k: 'global_defs {\n}' }).problems).toEqual([
    'k:1:1: there is no vrrp_instance with a virtual IP; expected a vrrp_instance; for the rules alone: vspair rules import',
  ]);
});
