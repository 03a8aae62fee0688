// The unit of the package under a real systemd. The tests tell one story, in order.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { type Machine, patiently, startMachine, unit } from './machine.ts';

let cluster: Cluster;
let machine: Machine;

beforeAll(async () => {
  cluster = await createCluster({ links: 1 });
  machine = await startMachine(cluster);
});
afterAll(async () => {
  await machine.close();
  await cluster.close();
});

const journal = (): Promise<string> => machine.journal(unit);
const restarts = async (): Promise<number> => Number(await machine.property(unit, 'NRestarts'));

describe('the file', () => {
  test('has no mistake that systemd knows', async () => {
    expect(await machine.exec(['sh', '-c', `systemd-analyze verify --man=no ${unit} 2>&1`])).toBe('');
  });

  test('leaves the daemon so little that systemd calls it OK', async () => {
    const verdict = await machine.exec(['systemd-analyze', 'security', '--no-pager', unit]);
    expect(verdict).toMatch(/Overall exposure level for vspair\.service: [0-2]\.\d OK/);
  });
});

describe('a start', () => {
  test('is over when the daemon answers, and not before', async () => {
    await machine.systemctl('start', unit);
    const [pid, { self }] = [await machine.mainPid(), await machine.status()];
    expect([await machine.property(unit, 'ActiveState'), self.daemon.pid]).toEqual(['active', pid]);
  });

  test('tells what the director does in the status line', async () => {
    await eventually(() => machine.property(unit, 'StatusText'), patiently).toMatch(/^vs1: (active|backup) for web$/);
  });

  test('gives the daemon a user of its own, three capabilities and real-time scheduling', async () => {
    const proc = await machine.exec(['cat', `/proc/${await machine.mainPid()}/status`]);
    const uid = (await machine.exec(['id', '-u', 'vspair'])).trim();
    // CAP_NET_ADMIN 12, CAP_NET_RAW 13, CAP_SYS_NICE 23 (linux/capability.h).
    const mask = ((1n << 12n) | (1n << 13n) | (1n << 23n)).toString(16).padStart(16, '0');
    for (const line of [`Uid:\t${uid}\t${uid}`, `CapEff:\t${mask}`, `CapBnd:\t${mask}`, 'NoNewPrivs:\t1']) expect(proc).toContain(line);
    expect((await machine.status()).self.keeper.realtime).toBe('SCHED_FIFO 50');
  });

  test('lets it set the sysctls that the configuration asks for, and no others', async () => {
    expect(await machine.exec(['cat', '/proc/sys/net/ipv4/ip_forward'])).toBe('1\n');
    const mounts = await machine.exec(['cat', `/proc/${await machine.mainPid()}/mounts`]);
    expect(mounts).toMatch(/ \/proc\/sys proc ro,/);
    expect(mounts).toMatch(/ \/proc\/sys\/net proc rw,/);
  });
});

describe('a reload', () => {
  test('of a file with a mistake fails with the reason in the journal, and changes nothing', async () => {
    const pid = await machine.mainPid();
    await machine.write({ path: '/etc/vspair/vspair.yaml', text: machine.config.replace('vrid: 51', 'vrid: 512') });
    await expect(machine.systemctl('reload', unit)).rejects.toThrow(/failed/);
    await eventually(journal, patiently).toMatch(/vspair\.yaml:\d+:\d+: .*512(.*\n)*.*VSP_CONFIG_INVALID/);
    await machine.write({ path: '/etc/vspair/vspair.yaml', text: machine.config });
    expect([await machine.mainPid(), await machine.property(unit, 'ActiveState')]).toEqual([pid, 'active']);
  });

  test('is over when what is new is in force', async () => {
    await machine.write({ path: '/etc/vspair/vspair.yaml', text: `${machine.config}log: { level: debug }\n` });
    await machine.systemctl('reload', unit);
    expect(await machine.property(unit, 'ActiveState')).toBe('active');
    expect(await journal()).toMatch(/log\.level.*debug/);
    await machine.write({ path: '/etc/vspair/vspair.yaml', text: machine.config });
    await machine.systemctl('reload', unit);
  });

  test('brings the daemon a new secret, which it could not read itself', async () => {
    await machine.write({ path: '/etc/vspair/secret', text: `${await machine.exec(['cat', '/etc/vspair/secret'])}# new\n`, mode: 0o600 });
    await machine.systemctl('reload', unit);
    expect(await machine.exec(['cat', '/run/vspair/secret'])).toContain('# new');
    expect(await machine.exec(['stat', '-c', '%U %a', '/run/vspair/secret'])).toBe('vspair 400\n');
  });
});

describe('a process that ends', () => {
  test('in place is followed by one that goes on with what the kernel holds', async () => {
    await machine.peer.command('failover', '--to', 'vs1', '--yes');
    await machine.untilPhase('active');
    const before = await restarts();
    await machine.systemctl('kill', '--kill-whom=main', '--signal=SIGUSR2', unit);
    await eventually(restarts, patiently).toBe(before + 1);
    await eventually(() => machine.property(unit, 'ActiveState'), patiently).toBe('active');
    await machine.untilPhase('active');
    expect((await machine.status()).self.keeper.groups[0]?.reason).toBe('adopted');
  });

  test('by a crash is followed by one too, and nothing is released meanwhile', async () => {
    const before = await restarts();
    await machine.systemctl('kill', '--kill-whom=main', '--signal=SIGKILL', unit);
    await eventually(restarts, patiently).toBe(before + 1);
    await eventually(() => machine.property(unit, 'ActiveState'), patiently).toBe('active');
    expect(await journal()).not.toMatch(/^(released|there was nothing left)/m);
  });
});

describe('the watchdog', () => {
  beforeAll(async () => {
    const text = '[Service]\nWatchdogSec=3s\nEnvironment=NODE_OPTIONS=--import=/opt/vspair/test/systemd/hang.ts\n';
    await machine.write({ path: '/etc/systemd/system/vspair.service.d/hang.conf', text });
    await machine.systemctl('daemon-reload');
    await machine.systemctl('restart', unit);
  });
  afterAll(async () => {
    await machine.exec(['rm', '-r', '/etc/systemd/system/vspair.service.d']);
    await machine.systemctl('daemon-reload');
  });

  test.each([
    ['keeper hangs', ['touch', '/run/vspair/hang-keeper']],
    ['main thread hangs', ['touch', '/run/vspair/hang-main']],
    ['process is stopped', ['systemctl', 'kill', '--kill-whom=main', '--signal=SIGSTOP', unit]],
  ])('starts a daemon again whose %s', async (_, hang) => {
    const [pid, before] = [await machine.mainPid(), await restarts()];
    await machine.exec(hang);
    await eventually(restarts, patiently).toBe(before + 1);
    await eventually(() => machine.property(unit, 'ActiveState'), patiently).toBe('active');
    expect(await machine.mainPid()).not.toBe(pid);
    expect(await journal()).toMatch(/Watchdog timeout/);
  });
});

describe('a stop', () => {
  test('hands over, and leaves nothing to release', async () => {
    await machine.systemctl('restart', unit);
    await machine.peer.command('failover', '--to', 'vs1', '--yes');
    await machine.untilPhase('active');
    await machine.systemctl('stop', unit);
    await machine.peer.untilPhase('active');
    expect(await machine.addresses()).not.toContain('10.0.0.1/24');
    expect([await machine.property(unit, 'ActiveState'), await machine.property(unit, 'Result')]).toEqual(['inactive', 'success']);
    expect(await machine.exec(['sh', '-c', 'ls -d /run/vspair 2>&1 || true'])).toMatch(/No such file/);
  });
});

describe('what a dead daemon left behind is released', () => {
  const leave = (): Promise<string> => machine.exec(['ip', 'address', 'replace', '10.0.0.1/24', 'dev', 'eth0']);

  test('when the next one cannot start, which systemd does not try again', async () => {
    await machine.peer.stop();
    await leave();
    await machine.write({ path: '/etc/vspair/vspair.yaml', text: 'cluster: 5: 6\n' });
    await expect(machine.systemctl('start', unit)).rejects.toThrow(/failed/);
    await machine.write({ path: '/etc/vspair/vspair.yaml', text: machine.config });
    expect(await machine.addresses()).not.toContain('10.0.0.1/24');
    expect([await machine.property(unit, 'ActiveState'), await machine.property(unit, 'ExecMainStatus')]).toEqual(['failed', '78']);
  });

  test('when it died after it was asked to hand over', async () => {
    await machine.systemctl('start', unit);
    await machine.untilPhase('active');
    await machine.exec(['touch', '/run/vspair/handing-over']);
    await machine.systemctl('kill', '--kill-whom=main', '--signal=SIGKILL', unit);
    await eventually(journal, patiently).toMatch(/released 10\.0\.0\.1\/24 dev eth0\n(.*\n)*.*Scheduled restart/);
  });
});
