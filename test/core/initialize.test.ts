import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { advertsOf, backupTo, createDirector, factsOf, kindsOf, lastSaid, rulesIn, rulesNotIn, web } from './director.ts';

describe('section 6.4.1, Initialize: on a Startup event', () => {
  test('it goes to Backup', () => {
    const director = createDirector();
    const effects = director.start();
    expect(director.phase()).toBe('backup');
    expect(factsOf(effects)).toContainEqual({ type: 'becameBackup', vrid: web, reason: 'started', to: undefined });
  });

  test('Active_Adver_Interval is its own Advertisement_Interval until an active states another', () => {
    const director = createDirector({ interval: 250 });
    director.start();
    expect(director.backup().activeInterval).toBe(250);
  });

  test('the Active_Down_Timer is set to Active_Down_Interval', () => {
    const director = createDirector({ interval: 250 });
    director.at(40).start();
    expect(director.backup().deadline).toBe(40 + activeDownInterval(150, millis(250)));
  });

  test('whatever its priority, it does not go to Active: nobody owns a virtual IP', () => {
    for (const vs1 of [1, 100, 254]) {
      const director = createDirector({ priorities: { vs1, vsbak: 100 } });
      director.start();
      expect(director.phase()).toBe('backup');
      expect(director.intent()).toBe('absent');
    }
  });

  test('before it, nothing happens: no event is believed and no timer runs', () => {
    const director = createDirector();
    expect(director.tell({ type: 'timePassed' })).toEqual([]);
    expect(director.hear('vsbak', { phase: 'active' })).toEqual([]);
    expect(director.tell({ type: 'shutdownRequested', how: 'handover' })).toEqual([]);
    expect(director.deadline()).toBe(Number.POSITIVE_INFINITY);
    expect(director.intent()).toBe('absent');
  });

  test('a second one is ignored', () => {
    const director = backupTo('vsbak');
    const before = director.state;
    expect(director.later(1).start({ holding: [web] })).toEqual([]);
    expect(director.state).toBe(before);
  });

  test('it asks its peers for their adverts at once, in one advert, after announcing its own addresses', () => {
    const effects = createDirector().start();
    expect(kindsOf(effects)).toEqual(['becameBackup', 'announceSelf', 'sendAdvert']);
    expect(advertsOf(effects).map((advert) => advert.solicit)).toEqual([true]);
    expect(lastSaid(effects)).toMatchObject({ phase: 'backup', priority: 150, holding: false });
  });

  test('a group with a link down goes to Fault, one in maintenance to Maintenance', () => {
    const faulty = createDirector({ devices: ['eth0', 'eth1'] });
    faulty.start({ linksDown: ['eth1', 'eth9'] });
    expect(faulty.phase()).toBe('fault');
    const resting = createDirector();
    resting.start({ maintenance: true });
    expect(resting.phase()).toBe('maintenance');
  });

  test('a link down that carries no virtual IP of the group is no concern of it', () => {
    const director = createDirector({ devices: ['eth0'] });
    director.start({ linksDown: ['eth7'] });
    expect(director.phase()).toBe('backup');
  });
});

describe('a start with virtual IPs in the kernel (a restarted process; not in the RFC)', () => {
  const restarted = (how: Parameters<ReturnType<typeof createDirector>['start']>[0] = {}) => {
    const director = createDirector();
    const effects = director.start({ holding: [web], ...how });
    return { director, effects };
  };

  test('asks before it claims: it neither adds nor removes them, and says that it holds them', () => {
    const { director, effects } = restarted();
    expect(director.phase()).toBe('initialize');
    expect(director.intent()).toBe('keep');
    expect(lastSaid(effects)).toMatchObject({ phase: 'initialize', holding: true });
    expect(advertsOf(effects).map((advert) => advert.solicit)).toEqual([true]);
    expect(kindsOf(effects)).not.toContain('announce');
  });

  test('a peer that is active by now means release at once, whatever its priority', () => {
    const { director } = restarted();
    const effects = director.later(1).hear('vsbak', { phase: 'active', priority: 1 });
    expect(director.phase()).toBe('backup');
    expect(director.intent()).toBe('absent');
    expect(factsOf(effects)).toContainEqual({ type: 'becameBackup', vrid: web, reason: 'active-elsewhere', to: 'vsbak' });
    expect(director.backup().deadline).toBe(1 + activeDownInterval(150, millis(100)));
  });

  test.each(['backup', 'fault', 'maintenance', 'initialize'] as const)('a peer in %s means go on, at once and without a gap', (phase) => {
    const { director } = restarted();
    const effects = director.later(1).hear('vsbak', { phase, holding: false });
    expect(director.phase()).toBe('active');
    expect(factsOf(effects)).toContainEqual(expect.objectContaining({ type: 'becameActive', reason: 'adopted' }));
    expect(kindsOf(effects)).toContain('announce');
  });

  test('a silent peer means go on after an Active_Down_Interval, not before', () => {
    const { director } = restarted();
    const patience = activeDownInterval(150, millis(100));
    director.runUntil(patience - 0.001);
    expect(director.phase()).toBe('initialize');
    expect(director.intent()).toBe('keep');
    director.runUntil(patience);
    expect(director.phase()).toBe('active');
  });

  test('a peer that does not hear the question has not answered it', () => {
    const { director } = restarted();
    director.later(1).hear('vsbak', { phase: 'backup', echo: 'nothing' });
    expect(director.phase()).toBe('initialize');
    director.later(1).hear('vsbak', { phase: 'backup', echo: { incarnation: 99, sequence: 1 } });
    expect(director.phase()).toBe('initialize');
  });

  test('all peers must have answered: one of two is not enough', () => {
    const director = createDirector({ nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } });
    director.start({ holding: [web] });
    director.later(1).hear('vsbak', { phase: 'backup' });
    director.later(1).hear('vsbak', { phase: 'backup' });
    expect(director.phase()).toBe('initialize');
    director.hear('vs3', { phase: 'backup' });
    expect(director.phase()).toBe('active');
  });

  test.each([
    { peer: 200, yields: true, why: 'ranks higher' },
    { peer: 150, yields: true, why: 'has the same priority and the higher address' },
    { peer: 100, yields: false, why: 'ranks lower' },
  ])('of two that ask at the same time the other goes on when it $why: $yields', ({ peer, yields }) => {
    const { director } = restarted();
    director.later(1).hear('vsbak', { phase: 'initialize', holding: true, priority: peer });
    expect(director.phase()).toBe(yields ? 'backup' : 'active');
  });

  test('without rules ready it goes on all the same: the kernel serves already', () => {
    const { director } = restarted({ rules: rulesNotIn });
    director.later(1).hear('vsbak', { phase: 'backup' });
    expect(director.phase()).toBe('active');
  });

  test('in maintenance or with a link down it releases at once', () => {
    expect(restarted({ maintenance: true }).director.intent()).toBe('absent');
    expect(restarted({ linksDown: ['eth0'] }).director.intent()).toBe('absent');
    expect(restarted({ linksDown: ['eth0'] }).director.phase()).toBe('fault');
  });

  test('the only director there is goes on after the interval', () => {
    const director = createDirector({ nodes: ['vs1'], priorities: { vs1: 150 } });
    director.start({ holding: [web], rules: rulesIn });
    director.runUntil(1_000);
    expect(director.phase()).toBe('active');
  });
});

describe('a backup consents to a restarted active that asks', () => {
  const asking = { phase: 'initialize', holding: true } as const;

  test('its Active_Down_Timer starts anew, so that it does not take over in the middle of the question', () => {
    const director = backupTo('vsbak');
    director.runUntil(200);
    director.hear('vsbak', { ...asking, incarnation: 2 });
    expect(director.backup().deadline).toBe(200 + activeDownInterval(150, millis(100)));
  });

  test('once only: a peer that restarts for ever is replaced', () => {
    const director = backupTo('vsbak');
    director.runUntil(200);
    director.hear('vsbak', { ...asking, incarnation: 2 });
    const { deadline } = director.backup();
    director.runUntil(400);
    director.hear('vsbak', { ...asking, incarnation: 3 });
    expect(director.backup().deadline).toBe(deadline);
    director.runUntil(deadline);
    expect(director.phase()).toBe('active');
  });

  test('once for each time that the peer was active', () => {
    const director = backupTo('vsbak');
    director.later(50).hear('vsbak', { ...asking, incarnation: 2 });
    director.later(50).hear('vsbak', { phase: 'active', incarnation: 2 });
    director.later(50).hear('vsbak', { ...asking, incarnation: 3 });
    expect(director.backup().deadline).toBe(150 + activeDownInterval(150, millis(100)));
  });

  test('only to the active: another director that asks changes nothing', () => {
    const director = backupTo('vsbak', { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } });
    const { deadline } = director.backup();
    director.later(50).hear('vs3', asking);
    expect(director.backup().deadline).toBe(deadline);
  });

  test('not to one that starts without the virtual IPs: that one is not active any more', () => {
    const director = backupTo('vsbak');
    director.later(50).hear('vsbak', { phase: 'backup', incarnation: 2 });
    director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('active');
  });
});
