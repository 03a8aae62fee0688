// The commands that need no daemon, as their users run them.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DaemonStart } from '../../src/cli/world.ts';
import { newSecretText } from '../../src/config/keygen.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { sample } from '../config/sample.ts';
import { kernel } from '../doctor/healthy.ts';
import { directory, spawned } from './process.ts';
import { containing, ran } from './terminal.ts';

/** A configuration whose secret is in order and whose interfaces every machine has. */
function configured(change: (text: string) => string = (text) => text): string {
  const path = directory();
  writeFileSync(join(path, 'secret'), newSecretText(), { mode: 0o600 });
  const text = sample.replace('/etc/vspair/secret', join(path, 'secret')).replaceAll(/eth\d/g, 'lo');
  writeFileSync(join(path, 'c.yaml'), change(text));
  return join(path, 'c.yaml');
}

test('check finds a good configuration in order', async () => {
  const file = configured();
  const { out, err, exitCode } = await ran(['check', '--config', file, '--node', 'vsbak']);
  expect(out.split('\n').at(-1)).toBe(`${file}: in order, 3 warnings (cluster web, 2 directors, 2 groups, 3 virtual IPs; this is vsbak)`);
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
});

test('check names every mistake with file, line and column, and exits 78', async () => {
  const file = configured((text) => text.replace('vrid: 52', 'vrid: 51').replace('100ms', '100'));
  const { out, exitCode } = await spawned('check', '--config', file, '--node', 'vs1');
  expect(out.split('\n').filter((line) => line.startsWith(file) && !line.includes('warning'))).toEqual([
    `${file}:6:36: heartbeat.interval is 100; expected a time with its unit from 10ms to 40s, such as 100ms`,
    `${file}:15:11: groups[1].vrid is 51, which line 9 has already; expected a VRID of its own for every group`,
  ]);
  expect(out).toMatch(/: 2 problems, [34] warnings$/);
  expect(exitCode).toBe(78);
});

test('check --json is one JSON document with the same', async () => {
  const file = configured((text) => text.replace('vrid: 52', 'vrid: 51'));
  const { out, exitCode } = await spawned('check', '--json', '--config', file, '--node', 'vs1');
  expect(JSON.parse(out)).toMatchObject({
    ok: false,
    config: file,
    node: null,
    problems: [
      { file, line: 15, column: 11, what: 'groups[1].vrid is 51, which line 9 has already', expected: 'a VRID of its own for every group' },
    ],
    warnings: [{ line: 11 }, { line: 12 }, { line: 16 }],
    failures: [],
  });
  expect(exitCode).toBe(78);
});

test('check tells all of a missing interface, an open secret and an unknown director at once', async () => {
  const file = configured((text) => text.replace('dev: lo', 'dev: nosuch0'));
  execFileSync('chmod', ['640', join(file, '..', 'secret')]);
  const { out, exitCode } = await spawned('check', '--config', file, '--node', 'vs3');
  expect(out).toContain(`${file}:11:38: groups[0].vips[0].dev is nosuch0, which this machine does not have`);
  expect(out).toContain('its mode is 0640');
  expect(out).toContain('there is no director vs3; the file has vs1, vsbak');
  expect(exitCode).toBe(78);
});

test('check --file-only leaves this machine out of it', async () => {
  const file = configured((text) => text.replaceAll('dev: lo', 'dev: nosuch0').replace(/secretFile: .*/, 'secretFile: /nowhere'));
  expect(await spawned('check', '--file-only', '--config', file)).toMatchObject({ exitCode: 0 });
});

const withoutIpvs = kernel({}, { ipvs: false, modules: { present: new Set(), installed: new Set(['ip_vs']), closed: true } });

test('check warns of a kernel that has no IPVS and cannot get it, which keeps no daemon from its start', async () => {
  const words = ['check', '--config', configured(), '--node', 'vs1'];
  const { out, exitCode } = await ran(words, { kernel: () => withoutIpvs });
  expect(out).toContain('warning: ip_vs is not loaded, and kernel.modules_disabled keeps modules out: without IPVS this director holds');
  expect(out).toContain(': in order, 4 warnings (');
  expect(exitCode).toBe(0);
  const { out: json } = await ran([...words, '--json'], { kernel: () => withoutIpvs });
  expect(JSON.parse(json)).toMatchObject({ ok: true, lacking: [{ check: 'ipvs', fix: containing('then reboot') }] });
});

test('check says nothing of IPVS that the kernel has or loads when it is needed, nor with --file-only', async () => {
  const words = ['check', '--json', '--config', configured(), '--node', 'vs1'];
  const coming = { ...withoutIpvs, modules: { ...withoutIpvs.modules, closed: false } };
  const said = [
    await ran(words),
    await ran(words, { kernel: () => coming }),
    await ran([...words, '--file-only'], { kernel: () => withoutIpvs }),
  ];
  for (const { out } of said) expect(JSON.parse(out)).toMatchObject({ ok: true, lacking: [] });
});

test('a configuration that is not there is an error of its own', async () => {
  expect(await spawned('check', '--config', '/nowhere/c.yaml')).toEqual({
    out: '',
    err: 'vspair: /nowhere/c.yaml: cannot read it: there is no such file or directory\n  make one by vspair init, or copy it from the other director [VSP_FILE_UNREADABLE]',
    exitCode: 78,
  });
});

test('a configuration that is a directory is told so', async () => {
  expect(await spawned('check', '--config', directory())).toMatchObject({
    err: containing('it is a directory'),
    exitCode: 78,
  });
});

test('bytes that are not UTF-8 are placed', async () => {
  const file = configured();
  writeFileSync(file, Buffer.concat([Buffer.from('cluster: web\nsecretFile: /'), Buffer.from([0xff]), Buffer.from('\n')]));
  expect(await ran(['check', '--config', file])).toMatchObject({
    out: `${file}:2:14: this is not UTF-8; expected text in UTF-8\n${file}: 1 problem`,
    exitCode: 78,
  });
});

test('run starts nothing from a bad configuration, and says why on standard error', async () => {
  const file = configured((text) => text.replace('vrid: 52', 'vrid: 51'));
  const { out, err, exitCode } = await spawned('run', '--config', file, '--node', 'vs1');
  expect(err.split('\n')[0]).toBe(
    `${file}:15:11: groups[1].vrid is 51, which line 9 has already; expected a VRID of its own for every group`,
  );
  expect(err).toContain(`vspair: not started: 1 problem in ${file}`);
  expect({ out, exitCode }).toEqual({ out: '', exitCode: 78 });
});

test('run starts nothing with an open secret', async () => {
  const file = configured();
  execFileSync('chmod', ['604', join(file, '..', 'secret')]);
  const { err, exitCode } = await spawned('run', '--config', file, '--node', 'vs1');
  expect(err).toContain('[VSP_SECRET_UNSAFE]');
  expect(exitCode).toBe(78);
});

test('run starts nothing when an interface is missing', async () => {
  const file = configured();
  const { err, exitCode } = await ran(['run', '--config', file, '--node', 'vs1'], {
    devices: () => ['eth0'],
    startDaemon: () => Promise.resolve(exitCodes.ok),
  });
  expect(err).toContain(`${file}:11:38: groups[0].vips[0].dev is lo, which this machine does not have; expected eth0`);
  expect(exitCode).toBe(78);
});

test('run gives the daemon what was checked, and ends as it ends', async () => {
  const starts: DaemonStart[] = [];
  const startDaemon = (start: DaemonStart) => {
    starts.push(start);
    return Promise.resolve(exitCodes.kernel);
  };
  const file = configured();
  const { err, exitCode } = await ran(['run', '--config', file, '--state-dir', '/s'], { startDaemon, hostname: 'vsbak.example.com' });
  expect(exitCode).toBe(exitCodes.kernel);
  expect(err.split('\n').every((line) => line.includes('warning'))).toBe(true);
  expect(starts).toMatchObject([
    { node: { name: 'vsbak' }, stateDir: '/s', socket: '/run/vspair/control.sock', keys: [{ id: 1 }], version: '0.0.0' },
  ]);
  await ran(['run', '--config', file, '--socket', '/t.sock'], { startDaemon });
  expect(starts[1]).toMatchObject({ node: { name: 'vs1' }, stateDir: '/var/lib/vspair', socket: '/t.sock' });
});

test('keygen writes a secret that only its owner reads, and check accepts it', async () => {
  const file = configured();
  const secret = join(file, '..', 'new');
  expect(await spawned('keygen', '--out', secret)).toMatchObject({
    out: `${secret}: written, mode 0600; copy it to every other director`,
    exitCode: 0,
  });
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/secretFile: .*/, `secretFile: ${secret}`));
  expect(await spawned('check', '--config', file, '--node', 'vs1')).toMatchObject({ exitCode: 0 });
});

test('keygen overwrites only with --force', async () => {
  const secret = join(directory(), 'secret');
  writeFileSync(secret, 'keep me');
  expect(await spawned('keygen', '--out', secret)).toMatchObject({ err: containing('it exists already'), exitCode: 2 });
  expect(readFileSync(secret, 'utf8')).toBe('keep me');
  expect(await spawned('keygen', '--out', secret, '--force')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(secret, 'utf8')).toMatch(/^1:/m);
});

test('keygen without a file prints the secret alone', async () => {
  const { out, exitCode } = await spawned('keygen');
  expect(out).toMatch(/^# .*\n1:[A-Za-z0-9+/]{43}=$/);
  expect(exitCode).toBe(0);
});

test('rules check places every mistake and exits 6', async () => {
  const file = join(directory(), 'r.yaml');
  writeFileSync(
    file,
    'services:\n  - address: 10.0.0.1:80\n    servers:\n      - { address: 10.0.0.11:81 }\n      - { address: 10.0.0.12:http, weight: 1 }\n',
  );
  expect(await spawned('rules', 'check', file)).toEqual({
    out: [
      `${file}:4:20: services[0].servers[0].address has port 81 and its service has port 80; expected port 80: forward dr leaves the port as it is (only nat can change it)`,
      `${file}:5:20: services[0].servers[1].address is "10.0.0.12:http"; expected a server as address:port, such as 10.0.0.11:80, [2001:db8::b]:80 or 10.0.0.11:9000-9010; without port: the service's`,
      `${file}: 2 problems`,
    ].join('\n'),
    err: '',
    exitCode: 6,
  });
});

test('rules check warns of a service on an address that the configuration does not move', async () => {
  const file = join(directory(), 'r.yaml');
  writeFileSync(file, 'services:\n  - address: 10.0.0.9:80\n    servers: [{ address: 10.0.0.11:80 }]\n');
  const { out, exitCode } = await spawned('rules', 'check', file, '--config', configured());
  expect(out).toBe(
    `${file}:2:14: warning: services[0].address is 10.0.0.9, which is no virtual IP of the configuration; expected 10.0.0.1, 192.168.1.254 or 2001:db8::1 (did you mean 10.0.0.1?)\n${file}: in order (1 service, 1 server)`,
  );
  expect(exitCode).toBe(0);
});
