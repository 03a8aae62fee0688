// The Debian package on two machines with a systemd of their own, from nothing to a failover, an upgrade and its removal,
// while a client probes the virtual IP. The tests tell one story, in order.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDeb } from '../../src/packaging/deb.ts';
import { eventually } from '../eventually.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { startEcho } from '../lab/echo.ts';
import { answerers } from '../lab/outage.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { type ProbeReport, startProbe } from '../lab/probe.ts';
import { bootSystemd, insideOf, type SystemdHost } from '../lab/systemd.ts';
import { AddressWatch } from '../lab-tests/addressWatch.ts';
import { unanswered } from '../lab-tests/gap.ts';
import { startMs } from '../lab-tests/pair.ts';

const { outside } = virtualAddresses;
const unit = 'vspair.service';
/** In the repository, which the machines see. */
const directory = join(import.meta.dirname, '../../dist/deb-test');
const [config, secret] = ['/etc/vspair/vspair.yaml', '/etc/vspair/secret'] as const;
const patiently = { timeoutMs: startMs };

let cluster: Cluster;
let watch: AddressWatch;
let vs1: SystemdHost;
let vsbak: SystemdHost;
const files = { first: '', second: '' };

beforeAll(async () => {
  cluster = await createCluster();
  watch = await AddressWatch.start(cluster);
  await startEcho(cluster.directors);
  files.first = await buildDeb({ directory, version: '0.1.0', compression: 'none' });
  files.second = await buildDeb({ directory, version: '0.1.0+next', compression: 'none' });
  vs1 = await bootSystemd(cluster.vs1, []);
  vsbak = await bootSystemd(cluster.vsbak, []);
}, 180_000);
afterAll(async () => {
  await Promise.all([vs1.close(), vsbak.close()]);
  await cluster.close();
});

const dpkg = (machine: SystemdHost, ...args: readonly string[]): Promise<string> => machine.exec(['dpkg', ...args]);
const install = (machine: SystemdHost, file: string): Promise<string> => dpkg(machine, '--install', insideOf(file));
const activeState = (machine: SystemdHost): Promise<string> => machine.property(unit, 'ActiveState');
const fileOf = (machine: SystemdHost, path: string): Promise<string> => machine.exec(['cat', path]);

/** What a client sees of the virtual IP meanwhile. */
async function underProbe(act: () => Promise<unknown>): Promise<ProbeReport> {
  const probe = await startProbe(cluster.client, { intervalMs: 2 });
  await watch.forget();
  await act();
  return probe.stop();
}

describe('installed from nothing', () => {
  test('it runs without a Node of the machine, and starts nothing', async () => {
    for (const machine of [vs1, vsbak]) expect(await install(machine, files.first)).toContain('Next: vspair init');
    expect(await vs1.exec(['env', '-i', '/usr/bin/vspair', '--version'])).toBe('0.1.0\n');
    expect([await activeState(vs1), await vs1.property(unit, 'UnitFileState')]).toEqual(['inactive', 'disabled']);
  });

  test('a start without a configuration fails at once, names the file, and is not tried again', async () => {
    await expect(vs1.exec(['systemctl', 'start', unit])).rejects.toThrow();
    expect(await activeState(vs1)).toBe('failed');
    expect(await vs1.journal(unit)).toMatch(/\/etc\/vspair\/vspair\.yaml: .*no such file/);
    await vs1.exec(['systemctl', 'reset-failed', unit]);
  });

  test('the manual is there', async () => {
    expect(await vs1.exec(['sh', '-c', 'zcat /usr/share/man/man1/vspair-init.1.gz'])).toContain('vspair init');
  });
});

describe('the first ten minutes', () => {
  test('vspair init on the one, its files copied to the other, which misses the secret until it has it: one is active', async () => {
    const flags = `--cluster lab --peer vsbak --addresses 10.0.0.2,192.168.1.2 --peer-addresses 10.0.0.3,192.168.1.3 --vip ${outside}/24 --dev eth0`;
    await vs1.exec(['sh', '-c', `vspair init ${flags} --forward dr --servers 10.0.0.11,10.0.0.12 --yes`]);
    await vsbak.write({ path: config, text: await fileOf(vs1, config) });
    await expect(vsbak.exec(['systemctl', 'start', unit])).rejects.toThrow();
    expect(await vsbak.journal(unit)).toMatch(/\/etc\/vspair\/secret: cannot read the secret: there is no such file/);
    await vsbak.write({ path: secret, text: await fileOf(vs1, secret), mode: 0o600 });
    for (const machine of [vs1, vsbak]) await machine.exec(['systemctl', 'enable', '--now', unit]);
    await watch.until(outside, ['vs1'], startMs);
    await eventually(() => vsbak.property(unit, 'StatusText'), patiently).toMatch(/^vsbak: backup for /);
  });

  test('a failover by hand moves the virtual IP, and the client loses no packet', async () => {
    const report = await underProbe(async () => {
      await eventually(() => vs1.exec(['vspair', 'failover', '--to', 'vsbak', '--yes']), patiently).toContain('vsbak');
      await watch.until(outside, ['vsbak']);
    });
    expect([answerers(report.answers), unanswered(report)]).toEqual([['vs1', 'vsbak'], []]);
  });
});

describe('an upgrade', () => {
  test('of the active director puts the new daemon in the place of the old one: no virtual IP moves, no packet is lost', async () => {
    const before = await vsbak.property(unit, 'MainPID');
    const report = await underProbe(() => install(vsbak, files.second));
    expect(await watch.allChanges()).toEqual([]);
    expect([answerers(report.answers), unanswered(report)]).toEqual([['vsbak'], []]);
    expect(await vsbak.property(unit, 'MainPID')).not.toBe(before);
    expect(await activeState(vsbak)).toBe('active');
    expect(await dpkg(vsbak, '--status', 'vspair')).toContain('Version: 0.1.0+next');
  });
});

describe('a removal', () => {
  test('of the active director hands over first: the client loses no packet, and nothing is left running', async () => {
    await eventually(() => vs1.exec(['sh', '-c', 'vspair status --json || true']), patiently).toMatch(/"hearsUs": true/);
    const report = await underProbe(async () => {
      await dpkg(vsbak, '--remove', 'vspair');
      await watch.until(outside, ['vs1']);
    });
    expect([answerers(report.answers), unanswered(report)]).toEqual([['vsbak', 'vs1'], []]);
    expect(await vsbak.exec(['sh', '-c', 'pgrep -u vspair || true'])).toBe('');
    expect(await vsbak.exec(['ls', '/etc/vspair', '/var/lib/vspair'])).toMatch(/secret.*rules|secret/s);
  });

  test('of one whose daemon is gone takes out what it left in the kernel', async () => {
    await vs1.exec(['systemctl', 'stop', unit]);
    await vs1.exec(['ip', 'address', 'add', `${outside}/24`, 'dev', 'eth0']);
    await dpkg(vs1, '--remove', 'vspair');
    expect(await vs1.exec(['ip', '-br', 'address', 'show', 'dev', 'eth0'])).not.toContain(`${outside}/24`);
  });

  test('with purge nothing is left of the configuration and of what the daemon remembered', async () => {
    await dpkg(vsbak, '--purge', 'vspair');
    expect(await vsbak.exec(['sh', '-c', 'ls -d /etc/vspair /var/lib/vspair /run/vspair /usr/lib/vspair 2>&1 || true'])).not.toMatch(
      /^\//m,
    );
  });
});
