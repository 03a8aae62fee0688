import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { createCluster } from './cluster.ts';
import { activeDirector, backupTo, createDirector, type Director, factsOf, lastSaid, type Setup, web } from './director.ts';

const two: Setup = { devices: ['eth0', 'eth1'] };
const down = (director: Director, dev: string) => director.tell({ type: 'linkWentDown', dev });
const up = (director: Director, dev: string) => director.tell({ type: 'linkCameUp', dev });

describe('a link that carries virtual IPs of a group goes down', () => {
  test.each(['eth0', 'eth1'])('any one of them is enough: %s; the external and the internal virtual IP never part', (dev) => {
    const director = activeDirector(two);
    const effects = down(director, dev);
    expect(director.phase()).toBe('fault');
    expect(director.intent()).toBe('absent');
    expect(factsOf(effects)).toEqual([{ type: 'enteredFault', vrid: web, reason: 'link-down', detail: dev }]);
  });

  test('the peers are told at once', () => {
    expect(lastSaid(down(activeDirector(two), 'eth1'))).toMatchObject({ phase: 'fault', holding: false });
  });

  test('a backup in Fault does not take over, however long nobody is heard', () => {
    const director = backupTo('vsbak', two);
    down(director, 'eth0');
    director.runUntil(60_000);
    expect(director.phase()).toBe('fault');
  });

  test('only the groups that live on it are concerned', () => {
    const director = activeDirector({ devices: ['eth0'], more: [{ vrid: 52, devices: ['eth1'] }] });
    down(director, 'eth1');
    expect([director.phase(web), director.phase(52)]).toEqual(['active', 'fault']);
  });

  test('the backup of a pair takes over as soon as it hears of it', () => {
    const cluster = createCluster();
    cluster.boot('vs1');
    cluster.boot('vsbak');
    cluster.run(5_000);
    cluster.tell('vs1', { type: 'linkWentDown', dev: 'eth0' });
    cluster.run(1);
    expect(cluster.holders()).toEqual(['vsbak']);
  });
});

describe('the link comes up again', () => {
  test('the group goes to Backup and waits a whole Active_Down_Interval', () => {
    const director = activeDirector(two);
    down(director, 'eth1');
    director.runUntil(5_000);
    const effects = up(director, 'eth1');
    expect(director.phase()).toBe('backup');
    expect(factsOf(effects)).toEqual([{ type: 'becameBackup', vrid: web, reason: 'recovered', to: undefined }]);
    expect(director.backup().deadline).toBe(5_000 + activeDownInterval(150, millis(100)));
  });

  test('not while another one of the group is still down', () => {
    const director = activeDirector(two);
    down(director, 'eth1');
    down(director, 'eth0');
    up(director, 'eth1');
    expect(director.phase()).toBe('fault');
    up(director, 'eth0');
    expect(director.phase()).toBe('backup');
  });

  test('the returned director does not take back what another one serves', () => {
    const cluster = createCluster();
    cluster.boot('vs1');
    cluster.boot('vsbak');
    cluster.run(5_000);
    cluster.tell('vs1', { type: 'linkWentDown', dev: 'eth0' });
    cluster.run(1_000);
    cluster.tell('vs1', { type: 'linkCameUp', dev: 'eth0' });
    cluster.run(60_000);
    expect(cluster.holders()).toEqual(['vsbak']);
  });

  test('it announces its own address on that link and asks its peers, so that no advert waits for address resolution', () => {
    const director = backupTo('vsbak');
    down(director, 'eth7');
    expect(up(director, 'eth7')).toMatchObject([
      { type: 'announceSelf', dev: 'eth7' },
      { type: 'sendAdvert', to: 'all', advert: { solicit: true } },
    ]);
  });
});

describe('the kernel refuses a virtual IP or all of the rules', () => {
  test('the active releases what it has and tells its peers', () => {
    const director = activeDirector();
    const effects = director.tell({ type: 'kernelWriteFailed', vrid: web, detail: '10.0.0.51/24 dev eth0: EPERM' });
    expect(director.phase()).toBe('fault');
    expect(director.intent()).toBe('absent');
    expect(lastSaid(effects)).toMatchObject({ phase: 'fault' });
    const fact = { type: 'enteredFault', vrid: web, reason: 'kernel-write-failed', detail: '10.0.0.51/24 dev eth0: EPERM' };
    expect(factsOf(effects)).toEqual([fact]);
  });

  test('only the group it was refused for', () => {
    const director = activeDirector({ more: [{ vrid: 52 }] });
    director.tell({ type: 'kernelWriteFailed', vrid: 52, detail: 'EPERM' });
    expect([director.phase(web), director.phase(52)]).toEqual(['active', 'fault']);
  });

  test('it comes back after ten seconds, to Backup, not earlier', () => {
    const director = activeDirector();
    director.tell({ type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' });
    const { now } = director;
    director.runUntil(now + 9_999.999);
    expect(director.phase()).toBe('fault');
    director.runUntil(now + 10_000);
    expect(director.phase()).toBe('backup');
  });

  test('to Fault once more when a link went down meanwhile', () => {
    const director = activeDirector();
    director.tell({ type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' });
    down(director, 'eth0');
    director.runUntil(director.now + 10_000);
    expect(director.role()).toMatchObject({ phase: 'fault', reason: 'link-down' });
  });

  test('a link that comes up does not shorten its time out', () => {
    const director = activeDirector();
    director.tell({ type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' });
    down(director, 'eth0');
    up(director, 'eth0');
    expect(director.phase()).toBe('fault');
  });

  test('a refusal that comes after it has stepped down changes nothing', () => {
    const director = activeDirector();
    director.hear('vsbak', { phase: 'active', priority: 200 });
    const before = director.state;
    expect(director.tell({ type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' })).toEqual([]);
    expect(director.state).toBe(before);
  });

  test('out of Fault it keeps the patience that a restarting active asked for', () => {
    const director = createDirector();
    director.start({ linksDown: ['eth0'] });
    director.hear('vsbak', { phase: 'active', interval: 1_500 });
    director.runUntil(1_000);
    up(director, 'eth0');
    expect(director.backup()).toMatchObject({ active: 'vsbak', activeInterval: 1_500 });
    expect(director.backup().deadline).toBe(1_000 + activeDownInterval(150, millis(1_500)));
  });
});
