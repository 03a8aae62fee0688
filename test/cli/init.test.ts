// `vspair init`: a few answers make files that are in order, or none at all.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { questions } from '../../src/cli/init/questions.ts';
import type { World } from '../../src/cli/world.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadSecret } from '../../src/config/secret.ts';
import { loadRules } from '../../src/rules/load.ts';
import { directory } from './process.ts';
import { containing, ran, type Said } from './terminal.ts';

const pair = ['--peer', 'vsbak', '--peer-addresses', '10.0.0.3,192.168.1.3'];
const dr = [...pair, '--forward', 'dr', '--vip', '10.0.0.1'];
const servers = ['--servers', '10.0.0.11,10.0.0.12'];

interface Made extends Said {
  readonly config: string;
  readonly folder: string;
}

async function made(flags: readonly string[], world: Partial<World> = {}, folder = directory()): Promise<Made> {
  const config = join(folder, 'vspair.yaml');
  return { ...(await ran(['init', '--config', config, ...flags], world)), config, folder };
}

/** Somebody who types these lines, and what was shown before each. */
function person(lines: readonly string[]): { readonly world: Partial<World>; readonly shown: string[] } {
  const shown: string[] = [];
  const waiting = [...lines];
  const ask = (question: string): Promise<string> => {
    shown.push(question);
    const line = waiting.shift();
    return line === undefined ? Promise.reject(new Error(`nothing is left to say to ${question}`)) : Promise.resolve(line);
  };
  return { world: { converse: (talk) => talk(ask), err: (text) => shown.push(text) }, shown };
}

test('flags alone make configuration, rules and secret, which vspair check takes', async () => {
  const { out, err, exitCode, config, folder } = await made([...dr, ...servers]);
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
  expect(readdirSync(folder)).toEqual(['rules.yaml', 'secret', 'vspair.yaml']);
  expect(await ran(['check', '--config', config])).toMatchObject({ exitCode: 0 });
  expect(await ran(['rules', 'check', join(folder, 'rules.yaml'), '--config', config])).toMatchObject({ exitCode: 0 });
  expect(out).toContain('     scp -p ');
});

test('the configuration has both directors, the virtual IP with the prefix of its network, and the synchronisation', async () => {
  const { config } = await made([...dr, ...servers]);
  expect(loadConfig(config)).toMatchObject({
    ok: true,
    warnings: [],
    config: {
      cluster: 'lvs',
      directors: [
        { name: 'vs1', priority: 150, addresses: ['10.0.0.2', '192.168.1.2'] },
        { name: 'vsbak', priority: 100, addresses: ['10.0.0.3', '192.168.1.3'] },
      ],
      groups: [{ vrid: 51, preempt: false, vips: [{ address: '10.0.0.1', prefix: 24, dev: 'eth0' }] }],
      ipvs: { connectionSync: { dev: 'eth1', syncId: 51 }, sysctls: [] },
    },
  });
});

test('the secret is its owner’s alone, and the other files are for all to read, whatever the umask', async () => {
  const umask = process.umask(0o077);
  const { folder } = await made([...dr, ...servers]).finally(() => process.umask(umask));
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  expect(Object.fromEntries(modes)).toEqual({ 'rules.yaml': 0o644, secret: 0o600, 'vspair.yaml': 0o644 });
});

test('nat puts the inside virtual IP into the same group, and lets the director route', async () => {
  const nat = [...pair, '--forward', 'nat', '--vip', '10.0.0.1', '--gateway', '192.168.1.254', '--servers', '192.168.1.11'];
  const { config, folder, out } = await made(nat);
  expect(loadConfig(config)).toMatchObject({
    config: {
      groups: [
        {
          vips: [
            { address: '10.0.0.1', dev: 'eth0' },
            { address: '192.168.1.254', prefix: 24, dev: 'eth1' },
          ],
        },
      ],
      ipvs: { sysctls: [{ path: 'net/ipv4/ip_forward', value: '1' }] },
    },
  });
  expect(loadRules(join(folder, 'rules.yaml'))).toMatchObject({
    document: { services: [{ match: { address: '10.0.0.1' }, servers: [{ address: '192.168.1.11', port: 80, forward: 'nat' }] }] },
  });
  expect(out).toContain('     ip -4 route replace default via 192.168.1.254\n');
});

test.each([
  ['dr', ['ip address add 10.0.0.1/32 dev lo']],
  ['tun', ['modprobe ipip', 'ip link set tunl0 up', 'ip address add 10.0.0.1/32 dev tunl0', 'sysctl -w net.ipv4.conf.tunl0.rp_filter=2']],
])('%s silences the real servers before they get the virtual IP', async (method, commands) => {
  const { out } = await made([...pair, '--forward', method, '--vip', '10.0.0.1']);
  const silence = 'sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2';
  expect(out).toContain([silence, ...commands].map((command) => `     ${command}\n`).join(''));
});

test('IPv6 virtual IPs need no ARP settings, and scp an address in brackets', async () => {
  const six = { addresses: () => [{ dev: 'eth0', address: '2001:db8::2/64' }] };
  const { out, config, folder } = await made(
    ['--peer', 'vsbak', '--peer-addresses', '2001:db8::3', '--forward', 'dr', '--vip', '2001:db8::1', '--servers', '2001:db8::b'],
    six,
  );
  expect(out).toContain('     ip address add 2001:db8::1/128 dev lo\n');
  expect(out).not.toContain('arp_ignore');
  expect(out).toContain(`root@[2001:db8::3]:${folder}/\n`);
  expect(loadConfig(config)).toMatchObject({ ok: true, config: { ipvs: { connectionSync: undefined } } });
});

test('where the schemas are installed an editor finds them', async () => {
  const { out } = await made([...dr, ...servers, '--dry-run'], { schemas: () => '/somewhere/schema' });
  expect(out).toContain('# yaml-language-server: $schema=/somewhere/schema/vspair.schema.json\n# Made by vspair init');
  expect(out).toContain('# yaml-language-server: $schema=/somewhere/schema/rules.schema.json\n# The first rules.');
});

test('without servers there are no rules yet', async () => {
  const { folder, out } = await made(dr);
  expect(existsSync(join(folder, 'rules.yaml'))).toBe(false);
  expect(out).toContain('vspair rules apply FILE -m "first rules"');
});

test('every missing flag is named at once, with a whole command, and nothing is written', async () => {
  const { err, out, exitCode, folder } = await made([]);
  expect(err).toContain('missing: --peer, --peer-addresses, --forward, --vip\n');
  expect(err).toContain('such as: vspair init --peer vsbak --peer-addresses 10.0.0.3,192.168.1.3 --forward dr --vip 10.0.0.1');
  expect({ out, exitCode, files: readdirSync(folder) }).toEqual({ out: '', exitCode: 2, files: [] });
});

test('the last step proves the pair: its state, then a drill', async () => {
  const { out } = await made([...dr, ...servers]);
  expect(out).toMatch(/ {5}vspair status\n {5}vspair drill$/);
});

test('the example without questions asks none at a terminal either', async () => {
  const { out } = await ran(['init', '--help']);
  expect(out).toMatch(/without questions\n.*\n.*--yes$/m);
});

test('each question has its flag', async () => {
  const { out } = await ran(['init', '--help']);
  for (const { flag } of Object.values(questions)) expect(out).toMatch(new RegExp(`^  --${flag} `, 'm'));
});

test('the inside gateway is missing for nat only', async () => {
  const { err } = await made([...pair, '--forward', 'nat', '--vip', '10.0.0.1']);
  expect(err).toContain('missing: --gateway\n');
});

test.each<[string, readonly string[], string]>([
  ['the same name for both', ['--peer', 'vs1'], '--peer vs1: that is this director'],
  ['a name with a space', ['--cluster', 'my web'], '--cluster my web: expected letters, digits'],
  ['an address that this machine lacks', ['--addresses', '10.0.0.9'], '10.0.0.9 is not on this machine; it has 10.0.0.2 (eth0) or'],
  ['fewer addresses than links', ['--peer-addresses', '10.0.0.3'], 'expected 2, one for each of 10.0.0.2, 192.168.1.2'],
  ['addresses in another order', ['--peer-addresses', '192.168.1.3,10.0.0.3'], '192.168.1.3 is not in the network of 10.0.0.2/24 on eth0'],
  ['an address of this director for the other', ['--peer-addresses', '10.0.0.2,192.168.1.3'], "10.0.0.2 is this director's own"],
  ['an address that is none', ['--peer-addresses', '10.0.0.300,192.168.1.3'], '10.0.0.300 is no unicast address'],
  ['an unknown method', ['--forward', 'route'], '--forward route: expected dr, nat or tun'],
  ['a virtual IP that a director has', ['--vip', '10.0.0.3'], "10.0.0.3 is the other director's own"],
  ['a virtual IP outside without its prefix', ['--vip', '203.0.113.1'], 'give its prefix length too, such as 203.0.113.1/24'],
  ['a virtual IP outside without its interface', ['--vip', '203.0.113.1/24'], 'missing: --dev'],
  ['the name of the network', ['--vip', '10.0.0.0'], '10.0.0.0 is no address that a host can have'],
  ['an interface that is not there', ['--dev', 'eth7'], '--dev eth7: eth7: expected eth0 or eth1'],
  ['a VRID out of its bounds', ['--vrid', '256'], '--vrid 256: expected a whole number from 1 to 255'],
  ['a server that dr does not reach', ['--servers', '10.9.0.11'], 'dr reaches servers by their MAC only'],
  ['a server with a port', ['--servers', '10.0.0.11:80'], '10.0.0.11:80 is no address such as 10.0.0.11, without a port'],
  ['a server that is a director', ['--servers', '10.0.0.3'], "10.0.0.3 is the other director's own"],
  ['a server of another family', ['--servers', '2001:db8::b'], '2001:db8::b is IPv6, and no virtual IP is'],
  ['a server twice', ['--servers', '10.0.0.11,10.0.0.11'], 'one of them stands there twice'],
  ['a gateway without nat', ['--gateway', '192.168.1.254'], '--gateway has no effect with dr'],
  ['a port without servers', ['--port', '80'], '--port has no effect without --servers'],
  ['no port', [...servers, '--port', 'http'], '--port http: expected a whole number from 1 to 65535'],
])('refused with its reason: %s', async (_, flags, reason) => {
  const { err, exitCode, folder } = await made([...dr, ...flags]);
  expect(err).toContain(reason);
  expect({ exitCode, files: readdirSync(folder) }).toEqual({ exitCode: 2, files: [] });
});

test('a person is asked what no flag says, with suggestions, and again with the reason when the answer is none', async () => {
  const { world, shown } = person(['', '', 'vs1', 'vsbak', '', '10.0.0.3', '10.0.0.3 192.168.1.3', 'dr', '10.0.0.1', '', '', '', '', '']);
  const { exitCode, config } = await made([], world);
  expect(exitCode).toBe(0);
  expect(shown).toEqual([
    'Enter takes the suggestion in brackets; Control-C leaves, and nothing is written.',
    'Name of the cluster [lvs]: ',
    "This director's host name [vs1]: ",
    "The other director's host name, as `hostname` says there: ",
    '  that is this director; expected the host name of the other one',
    "The other director's host name, as `hostname` says there: ",
    'Own addresses, one for each heartbeat link [10.0.0.2,192.168.1.2]: ',
    '  link 1: in the network of 10.0.0.2/24 on eth0',
    '  link 2: in the network of 192.168.1.2/24 on eth1',
    "The other director's addresses, in the same order: ",
    '  expected 2, one for each of 10.0.0.2, 192.168.1.2',
    "The other director's addresses, in the same order: ",
    '  dr: real servers in the same network, which answer the clients directly',
    '  nat: real servers in a network behind the directors, through which the answers go too',
    '  tun: real servers anywhere, which answer the clients directly',
    'Forwarding method: dr, nat or tun: ',
    'Virtual IP, to which the clients connect (several with commas): ',
    'Interface of the virtual IP, here and on the other director [eth0]: ',
    'VRID, of its own among all VRRP and vspair groups of the network [51]: ',
    'Interface over which connections are synchronised, so that they outlive a failure; or none [eth1]: ',
    'Real servers, with commas; nothing: the rules come later: ',
  ]);
  expect(loadConfig(config)).toMatchObject({ ok: true });
});

test('a flag that is wrong is asked for at a terminal; --yes asks nothing', async () => {
  const { world, shown } = person(['10.0.0.1']);
  const { exitCode } = await made(
    [
      ...dr,
      '--vip',
      '10.0.0.2',
      '--sync',
      'none',
      ...servers,
      '--port',
      '80',
      '--cluster',
      'web',
      '--node',
      'vs1',
      '--addresses',
      '10.0.0.2,192.168.1.2',
      '--dev',
      'eth0',
      '--vrid',
      '7',
    ],
    world,
  );
  expect({ exitCode, shown }).toEqual({
    exitCode: 0,
    shown: [
      'Enter takes the suggestion in brackets; Control-C leaves, and nothing is written.',
      "  --vip 10.0.0.2: 10.0.0.2 is this director's own; a virtual IP is an address that no machine has as its own",
      'Virtual IP, to which the clients connect (several with commas): ',
    ],
  });
  const silent = person([]);
  expect(await made([...dr, '--yes'], silent.world)).toMatchObject({ exitCode: 0 });
  expect(silent.shown).toEqual([]);
});

test('nothing is asked when there is a configuration already, and it is kept', async () => {
  const folder = directory();
  writeFileSync(join(folder, 'vspair.yaml'), 'mine');
  const { world, shown } = person([]);
  expect(await made([], world, folder)).toMatchObject({ exitCode: 2 });
  expect(shown.join('\n')).toContain('cannot write it: it exists already');
  expect(readFileSync(join(folder, 'vspair.yaml'), 'utf8')).toBe('mine');
});

test('nothing is asked when the files could not be written', async () => {
  const file = join(directory(), 'file');
  writeFileSync(file, '');
  const { world, shown } = person([]);
  expect(await ran(['init', '--config', join(file, 'vspair', 'vspair.yaml')], world)).toMatchObject({ exitCode: 1 });
  expect(shown).toEqual([containing('cannot write it: a part of the path is not a directory')]);
});

test('one link is told to be one too few, and networks that end on this machine are no links', async () => {
  const addresses = () => [
    { dev: 'docker0', address: '172.17.0.1/16' },
    { dev: 'eth0', address: '10.0.0.2/24' },
  ];
  const flags = ['--peer', 'vsbak', '--peer-addresses', '10.0.0.3', '--forward', 'dr', '--vip', '10.0.0.1'];
  const { out, config } = await made(flags, { addresses });
  expect(out).toContain('Only one heartbeat link: when it is cut both directors become active.');
  expect(loadConfig(config)).toMatchObject({ config: { directors: [{ addresses: ['10.0.0.2'] }, {}] } });
});

test('nothing is half written: rules that are there keep the configuration from being made', async () => {
  const folder = directory();
  writeFileSync(join(folder, 'rules.yaml'), 'mine');
  expect(await made([...dr, ...servers], {}, folder)).toMatchObject({ exitCode: 2 });
  expect(readdirSync(folder)).toEqual(['rules.yaml']);
});

test('--force replaces configuration and rules, and keeps a secret that the other director may have', async () => {
  const { folder } = await made([...dr, ...servers]);
  const before = readFileSync(join(folder, 'secret'), 'utf8');
  const { out, exitCode } = await made([...dr, '--cluster', 'web', '--force', ...servers], {}, folder);
  expect({ exitCode, secret: readFileSync(join(folder, 'secret'), 'utf8') }).toEqual({ exitCode: 0, secret: before });
  expect(out).toContain('secret (the one that is there)');
  expect(loadConfig(join(folder, 'vspair.yaml'))).toMatchObject({ config: { cluster: 'web' } });
});

test('a secret that others can read is refused, and replaced by --force', async () => {
  const folder = directory();
  writeFileSync(join(folder, 'secret'), 'x');
  chmodSync(join(folder, 'secret'), 0o644);
  expect(await made(dr, {}, folder)).toMatchObject({ exitCode: 78 });
  expect(readdirSync(folder)).toEqual(['secret']);
  expect(await made([...dr, '--force'], {}, folder)).toMatchObject({ exitCode: 0 });
  expect(loadSecret(join(folder, 'secret'))).toHaveLength(1);
});

test('a directory that is not there is made', async () => {
  expect(await made(dr, {}, join(directory(), 'etc', 'vspair'))).toMatchObject({ exitCode: 0 });
});

test('when one file cannot be written none is', async () => {
  const folder = directory();
  // Long enough that a file beside it would have too long a name.
  const { err, exitCode } = await ran(['init', '--config', join(folder, 'v'.repeat(250)), ...dr, ...servers]);
  expect(err).toContain('name too long');
  expect({ exitCode, files: readdirSync(folder) }).toEqual({ exitCode: 1, files: [] });
});

test('a directory in the place of one file keeps all the others from being replaced', async () => {
  const folder = directory();
  writeFileSync(join(folder, 'vspair.yaml'), 'mine');
  mkdirSync(join(folder, 'rules.yaml'));
  const { err, exitCode } = await made([...dr, ...servers, '--force'], {}, folder);
  expect(err).toContain('rules.yaml: cannot write it: it is a directory');
  expect({ exitCode, files: readdirSync(folder) }).toEqual({ exitCode: 1, files: ['rules.yaml', 'vspair.yaml'] });
  expect(readFileSync(join(folder, 'vspair.yaml'), 'utf8')).toBe('mine');
});

test('--dry-run prints both files and writes nothing', async () => {
  const { out, folder } = await made([...dr, ...servers, '--dry-run']);
  expect(out).toContain('cluster: lvs\n');
  expect(out).toContain('  - address: 10.0.0.1:80\n');
  expect(out).not.toMatch(/\d:[A-Za-z0-9+/]{20}/);
  expect(readdirSync(folder)).toEqual([]);
});

test('--json gives files and steps as data, without the secret', async () => {
  const { out, config, folder } = await made([...dr, ...servers, '--json']);
  const answer = JSON.parse(out) as { files: { config: { text: string } } };
  expect(answer).toMatchObject({
    ok: true,
    written: true,
    files: { config: { file: config }, rules: { file: join(folder, 'rules.yaml') }, secret: { file: join(folder, 'secret'), isNew: true } },
    warnings: [],
    nextSteps: [{ what: 'Copy the files to vsbak' }, {}, {}, {}],
  });
  expect(answer.files.config.text).toBe(readFileSync(config, 'utf8'));
  expect(out).not.toContain(readFileSync(join(folder, 'secret'), 'utf8').split(':')[1]?.trim() ?? '');
});

test('a name that is not the host’s is told to need --node', async () => {
  const { out } = await made([...dr, '--node', 'director1']);
  expect(out).toContain('director1 is not the name of this host, vs1: vspair run and vspair check need --node director1.');
});
