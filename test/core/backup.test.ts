import { describe, expect, test } from 'vitest';
import { activeDownInterval, skewTime } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { advertsOf, backupTo, createDirector, factsOf, kindsOf, lastSaid, web } from './director.ts';

const three = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 200 } } as const;

describe('section 6.4.2, Backup: the virtual IPs', () => {
  test('are not held: it must not answer ARP or Neighbor Solicitations for them, nor accept packets to them', () => {
    expect(backupTo('vsbak').intent()).toBe('absent');
  });

  test('are never announced', () => {
    const director = backupTo('vsbak');
    for (let round = 1; round < 20; round += 1) {
      expect(kindsOf(director.runUntil(round * 100))).not.toContain('announce');
      expect(kindsOf(director.hear('vsbak', { phase: 'active' }))).not.toContain('announce');
    }
  });
});

describe('section 6.4.2, Backup: on a Shutdown event', () => {
  test('the Active_Down_Timer is cancelled and it goes to Initialize', () => {
    const director = backupTo('vsbak');
    const effects = director.tell({ type: 'shutdownRequested', how: 'handover' });
    expect(director.phase()).toBe('stopped');
    expect(lastSaid(effects)).toMatchObject({ phase: 'initialize' });
    expect(kindsOf(effects).at(-1)).toBe('exit');
    expect(director.deadline()).toBe(Number.POSITIVE_INFINITY);
    expect(director.at(1_000_000).tell({ type: 'timePassed' })).toEqual([]);
  });
});

describe('section 6.4.2, Backup: when the Active_Down_Timer fires', () => {
  const fired = () => {
    const director = backupTo('vsbak');
    director.runUntil(300);
    const moment = activeDownInterval(150, millis(100));
    const effects = director.at(moment).tell({ type: 'timePassed' });
    return { director, effects, moment };
  };

  test('it goes to Active and holds the virtual IPs', () => {
    const { director } = fired();
    expect(director.phase()).toBe('active');
    expect(director.intent()).toBe('hold');
  });

  test('it sends an advert that says so', () => {
    const { effects } = fired();
    expect(advertsOf(effects)).toHaveLength(1);
    expect(lastSaid(effects)).toMatchObject({ phase: 'active', priority: 150, holding: true });
  });

  test('it announces the virtual IPs by gratuitous ARP and unsolicited NA', () => {
    expect(kindsOf(fired().effects)).toContain('announce');
  });

  test('it sets the Adver_Timer to Advertisement_Interval', () => {
    const { director, moment } = fired();
    expect(director.state.nextAdvertAt).toBe(moment + 100);
  });

  test('it tells what it had before it when it decided', () => {
    const { effects } = fired();
    const down = activeDownInterval(150, millis(100));
    const evidence = { active: 'vsbak', lastHeardAgo: down, activeDownInterval: down, late: 0 };
    expect(factsOf(effects)).toContainEqual({ type: 'becameActive', vrid: web, reason: 'active-down', evidence });
  });

  test('a late wake-up is told as late', () => {
    const director = backupTo('vsbak');
    director.runUntil(300);
    const effects = director.at(activeDownInterval(150, millis(100)) + 7.5).tell({ type: 'timePassed' });
    expect(factsOf(effects).find((fact) => fact.type === 'becameActive')).toMatchObject({ evidence: { late: 7.5 } });
  });
});

describe('section 6.4.2, Backup: on an advert of priority 0', () => {
  test('the Active_Down_Timer is set to Skew_Time when the active leaves and a better backup is heard', () => {
    const director = backupTo('vsbak', three);
    director.hear('vs3', { phase: 'backup' });
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0 });
    expect(director.backup().deadline).toBe(10 + skewTime(150, millis(100)));
  });

  test('Skew_Time is that of the interval which the active stated', () => {
    const director = createDirector(three);
    director.start();
    director.hear('vs3', { phase: 'backup' });
    director.hear('vsbak', { phase: 'active', interval: 400 });
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0, interval: 400 });
    expect(director.backup().deadline).toBe(10 + skewTime(150, millis(400)));
  });

  test('it never lets the timer fire later than it would have', () => {
    const director = backupTo('vsbak', three);
    const { deadline } = director.backup();
    director.runUntil(deadline - 5);
    director.hear('vs3', { phase: 'backup' });
    director.hear('vsbak', { phase: 'initialize', priority: 0 });
    expect(director.backup().deadline).toBe(deadline);
  });

  test('it says that the active left when it takes over', () => {
    const director = backupTo('vsbak');
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0 });
    const effects = director.tell({ type: 'timePassed' });
    expect(factsOf(effects)).toContainEqual(expect.objectContaining({ type: 'becameActive', reason: 'active-left' }));
  });

  test('a second one does not start the skew anew', () => {
    const director = backupTo('vsbak', three);
    director.hear('vs3', { phase: 'backup' });
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0 });
    const { deadline } = director.backup();
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0 });
    expect(director.backup().deadline).toBe(deadline);
  });

  test('of a director that is not the active it changes nothing', () => {
    const director = backupTo('vsbak', three);
    const { deadline } = director.backup();
    director.later(10).hear('vs3', { phase: 'initialize', priority: 0 });
    expect(director.backup().deadline).toBe(deadline);
  });

  test('while no active is known the whole Skew_Time is waited: it may have been another backup that leaves', () => {
    const director = createDirector(three);
    director.start();
    director.later(1).hear('vs3', { phase: 'initialize', priority: 0 });
    expect(director.backup().deadline).toBe(1 + skewTime(150, millis(100)));
    director.later(1).hear('vsbak', { phase: 'active' });
    expect(director.backup().deadline).toBe(2 + activeDownInterval(150, millis(100)));
  });

  test('an active that goes on after all is believed', () => {
    const director = backupTo('vsbak', three);
    director.hear('vs3', { phase: 'backup' });
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0 });
    director.later(1).hear('vsbak', { phase: 'active' });
    expect(director.backup().deadline).toBe(11 + activeDownInterval(150, millis(100)));
    expect(director.backup().left).toBe(false);
  });
});

describe('section 6.4.2, Backup: on an advert of an active', () => {
  test.each([
    { theirs: 254, preempt: false },
    { theirs: 150, preempt: false },
    { theirs: 1, preempt: false },
    { theirs: 254, preempt: true },
    { theirs: 150, preempt: true },
  ])('the timer starts anew for priority $theirs against 150 with preempt $preempt', ({ theirs, preempt }) => {
    const director = createDirector({ preempt });
    director.start();
    director.later(60).hear('vsbak', { phase: 'active', priority: theirs });
    expect(director.backup().deadline).toBe(60 + activeDownInterval(150, millis(100)));
    expect(director.backup().active).toBe('vsbak');
  });

  test('Active_Adver_Interval is taken from it, and Skew_Time and Active_Down_Interval follow', () => {
    const director = createDirector();
    director.start();
    director.later(60).hear('vsbak', { phase: 'active', interval: 1_000 });
    expect(director.backup().activeInterval).toBe(1_000);
    expect(director.backup().deadline).toBe(60 + 3_000 + 414.0625);
    director.later(60).hear('vsbak', { phase: 'active', interval: 10 });
    expect(director.backup().deadline).toBe(120 + 30 + 4.140625);
  });

  test('with preempt on and a lower priority it is discarded: the timer runs on, and out', () => {
    const director = createDirector({ preempt: true });
    director.start();
    const { deadline } = director.backup();
    for (let moment = 50; moment < deadline; moment += 100) {
      director.runUntil(moment);
      director.hear('vsbak', { phase: 'active' });
    }
    expect(director.backup().deadline).toBe(deadline);
    director.runUntil(deadline);
    expect(director.phase()).toBe('active');
  });

  test.each(['backup', 'fault', 'maintenance', 'initialize'] as const)(
    'an advert of a director in %s is no sign of life of the active',
    (phase) => {
      const director = backupTo('vsbak', three);
      const { deadline } = director.backup();
      director.later(60).hear('vs3', { phase });
      expect(director.backup().deadline).toBe(deadline);
    },
  );

  test('an older round, or the same one over a second link, changes nothing', () => {
    const director = backupTo('vsbak');
    director.later(10).hear('vsbak', { phase: 'active', sequence: 9 });
    const { deadline } = director.backup();
    director.later(10).hear('vsbak', { phase: 'active', sequence: 9 });
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0, sequence: 8 });
    expect(director.backup().deadline).toBe(deadline);
    expect(director.backup().left).toBe(false);
  });
});
