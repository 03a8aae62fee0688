import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { activeDirector, advertsOf, type Director, factsOf, kindsOf, lastSaid, web } from './director.ts';

/** Wakes it for its adverts; the peer is heard, in backup, each time. */
function runInPeace(director: Director, forMs: number): void {
  for (let passed = 0; passed < forMs; passed += 100) {
    director.runUntil(director.now + 100);
    director.hear('vsbak', { phase: 'backup' });
  }
}

describe('section 6.4.3, Active: the virtual IPs', () => {
  test('are held: it must answer ARP and Neighbor Solicitations for them and accept packets to them', () => {
    const director = activeDirector();
    expect(director.intent()).toBe('hold');
    runInPeace(director, 70_000);
    expect(director.intent()).toBe('hold');
  });

  test('are announced again in a burst, after 5 s and each 60 s', () => {
    const director = activeDirector();
    const { state } = director;
    const since = 3 * 100 + (106 * 100) / 256;
    expect(state.groups[0]?.role).toMatchObject({ phase: 'active' });
    const moments: number[] = [];
    while (director.now < since + 130_000) {
      const effects = director.runUntil(director.deadline());
      if (kindsOf(effects).includes('announce')) moments.push(Math.round(director.now - since));
    }
    expect(moments).toEqual([150, 400, 1_000, 5_000, 65_000, 125_000]);
  });
});

describe('section 6.4.3, Active: on a Shutdown event', () => {
  test('it sends an advert of priority 0 and goes to Initialize; the Adver_Timer is cancelled', () => {
    const director = activeDirector();
    const effects = director.tell({ type: 'shutdownRequested', how: 'handover' });
    expect(advertsOf(effects)).toHaveLength(1);
    expect(lastSaid(effects)).toMatchObject({ phase: 'initialize', priority: 0, holding: false });
    expect(director.phase()).toBe('stopped');
    expect(director.intent()).toBe('absent');
    expect(director.deadline()).toBe(Number.POSITIVE_INFINITY);
    expect(factsOf(effects)).toContainEqual({ type: 'stopped', vrid: web, released: true });
  });

  test('the advert is ordered before the end of the process', () => {
    const effects = activeDirector().tell({ type: 'shutdownRequested', how: 'handover' });
    expect(kindsOf(effects).slice(-2)).toEqual(['sendAdvert', 'exit']);
  });

  test('no other advert says priority 0', () => {
    const director = activeDirector();
    const adverts = advertsOf(director.runUntil(director.now + 2_000));
    expect(adverts.flatMap((advert) => advert.groups.map((group) => group.priority))).not.toContain(0);
  });
});

describe('section 6.4.3, Active: when the Adver_Timer fires', () => {
  test('it sends an advert and sets the timer anew, on the beat', () => {
    const director = activeDirector();
    const first = director.state.nextAdvertAt;
    const moments: number[] = [];
    while (director.now < first + 500) {
      const effects = director.runUntil(director.deadline());
      for (const advert of advertsOf(effects)) if (advert.from === 'vs1') moments.push(director.now - first);
    }
    expect(moments).toEqual([0, 100, 200, 300, 400, 500]);
  });

  test('not a thousandth of a millisecond before', () => {
    const director = activeDirector();
    const due = director.state.nextAdvertAt;
    expect(advertsOf(director.runUntil(due - 0.001))).toEqual([]);
    expect(advertsOf(director.runUntil(due))).toHaveLength(1);
  });

  test('a late one does not make the next ones late', () => {
    const director = activeDirector();
    const due = director.state.nextAdvertAt;
    director.at(due + 30).tell({ type: 'timePassed' });
    expect(director.state.nextAdvertAt).toBe(due + 100);
  });

  test('after a pause there is one, not one for each that was missed', () => {
    const director = activeDirector();
    const due = director.state.nextAdvertAt;
    const effects = director.at(due + 190).tell({ type: 'timePassed' });
    expect(advertsOf(effects)).toHaveLength(1);
    expect(director.state.nextAdvertAt).toBe(due + 290);
  });

  test('each round has the next sequence number', () => {
    const director = activeDirector();
    const before = director.state.sequence;
    const sequences = advertsOf(director.runUntil(director.now + 1_000)).map((advert) => advert.sequence);
    expect(sequences).toEqual(sequences.map((_, index) => before + 1 + index));
    expect(sequences.length).toBeGreaterThanOrEqual(10);
  });
});

describe('section 6.4.3, Active: on an advert of priority 0', () => {
  test('it sends an advert at once and sets the Adver_Timer anew', () => {
    const director = activeDirector();
    director.later(10);
    const effects = director.hear('vsbak', { phase: 'initialize', priority: 0 });
    expect(lastSaid(effects)).toMatchObject({ phase: 'active', priority: 150 });
    expect(advertsOf(effects)).toHaveLength(1);
    expect(director.state.nextAdvertAt).toBe(director.now + 100);
  });

  test('it stays active and keeps its announcements as they were', () => {
    const director = activeDirector();
    director.hear('vsbak', { phase: 'backup' });
    const effects = director.later(10).hear('vsbak', { phase: 'initialize', priority: 0 });
    expect(director.phase()).toBe('active');
    expect(kindsOf(effects)).not.toContain('announce');
  });

  test('an advert of a backup in peace is not answered', () => {
    const director = activeDirector();
    director.hear('vsbak', { phase: 'backup' });
    expect(advertsOf(director.later(10).hear('vsbak', { phase: 'backup' }))).toEqual([]);
  });
});

describe('section 6.4.3, Active: on an advert of a better active', () => {
  const better = [
    { why: 'a greater priority', self: 'vs1', from: 'vsbak', priority: 151 },
    { why: 'the same priority and a higher address', self: 'vs1', from: 'vsbak', priority: 150 },
  ] as const;

  test.each(better)('with $why it goes to Backup', ({ from, priority }) => {
    const director = activeDirector();
    const effects = director.later(10).hear(from, { phase: 'active', priority });
    expect(director.phase()).toBe('backup');
    expect(director.intent()).toBe('absent');
    expect(factsOf(effects)).toContainEqual({ type: 'becameBackup', vrid: web, reason: 'outranked', to: from });
  });

  test('Active_Adver_Interval is that of the advert, and the Active_Down_Timer follows', () => {
    const director = activeDirector();
    director.later(10).hear('vsbak', { phase: 'active', priority: 200, interval: 1_000 });
    expect(director.backup()).toMatchObject({ activeInterval: 1_000, active: 'vsbak' });
    expect(director.backup().deadline).toBe(director.now + activeDownInterval(150, millis(1_000)));
  });

  test('its advert says at once that it is not active any more', () => {
    const effects = activeDirector().later(10).hear('vsbak', { phase: 'active', priority: 200 });
    expect(lastSaid(effects)).toMatchObject({ phase: 'backup', holding: false });
  });

  test('no further announcement follows', () => {
    const director = activeDirector();
    director.later(10).hear('vsbak', { phase: 'active', priority: 200 });
    expect(kindsOf(director.runUntil(director.now + 300))).not.toContain('announce');
  });
});

describe('section 6.4.3, Active: on an advert of a losing active', () => {
  const losing = [
    { why: 'a lower priority', self: 'vs1', from: 'vsbak', priority: 149 },
    { why: 'the same priority and a lower address', self: 'vsbak', from: 'vs1', priority: 100 },
  ] as const;

  test.each(losing)('with $why it stays active and answers at once', ({ self, from, priority }) => {
    const director = activeDirector({ self });
    const effects = director.later(10).hear(from, { phase: 'active', priority });
    expect(director.phase()).toBe('active');
    expect(director.intent()).toBe('hold');
    expect(lastSaid(effects)).toMatchObject({ phase: 'active', holding: true });
    expect(factsOf(effects)).toContainEqual({ type: 'bothActive', vrid: web, peer: from });
  });

  test('it announces its virtual IPs again, in a burst: what the loser announced last is in the caches', () => {
    const director = activeDirector();
    runInPeace(director, 20_000);
    expect(kindsOf(director.later(10).hear('vsbak', { phase: 'active' }))).toContain('announce');
    const afterwards = director.runUntil(director.now + 200).filter((effect) => effect.type === 'announce');
    expect(afterwards).toHaveLength(2);
  });

  test('it answers once an interval at most: two that both believe they win do not storm', () => {
    const director = activeDirector();
    let answers = 0;
    const until = director.now + 1_000;
    while (director.now < until) {
      const effects = director.later(1).hear('vsbak', { phase: 'active' });
      answers += advertsOf(effects).length;
      director.tell({ type: 'timePassed' });
    }
    expect(answers).toBeGreaterThan(5);
    expect(answers).toBeLessThanOrEqual(11);
  });
});
