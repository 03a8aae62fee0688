import { describe, expect, test } from 'vitest';
import { createCluster } from './cluster.ts';
import { createDirector, type Director, factsOf, rulesIn, rulesNotIn, type Said, type Setup } from './director.ts';

/** A better director that returns: it hears the lower active each interval until `forMs` have passed. */
function returned(setup: Setup, forMs: number, said: Said = {}): Director {
  const director = createDirector(setup);
  director.start();
  hearLower(director, forMs, said);
  return director;
}

function hearLower(director: Director, forMs: number, said: Said = {}): void {
  const until = director.now + forMs;
  while (director.now < until && director.phase() === 'backup') {
    director.hear('vsbak', { phase: 'active', ...said });
    director.runUntil(Math.min(until, director.now + 50));
  }
}

describe('preemption', () => {
  test('is off unless it is asked for: a returned primary waits for the operator', () => {
    expect(returned({ preempt: false }, 60_000).phase()).toBe('backup');
  });

  test('on: the lower active is replaced after an Active_Down_Interval', () => {
    expect(returned({ preempt: true }, 300).phase()).toBe('backup');
    expect(returned({ preempt: true }, 400).phase()).toBe('active');
  });

  test('is told as such, with the one that is replaced, not as the death of anybody', () => {
    const director = createDirector({ preempt: true });
    director.start();
    const facts = [];
    while (director.phase() === 'backup') {
      director.hear('vsbak', { phase: 'active' });
      facts.push(...factsOf(director.runUntil(director.now + 50)));
    }
    expect(facts).toContainEqual(expect.objectContaining({ type: 'becameActive', reason: 'preempted' }));
    expect(facts.find((fact) => fact.type === 'becameActive')).toMatchObject({ evidence: { active: 'vsbak' } });
  });

  test('the death of a lower active is told as such also with preemption on', () => {
    const director = createDirector({ preempt: true, preemptDelay: 10_000 });
    director.start();
    director.hear('vsbak', { phase: 'active' });
    const facts = factsOf(director.runUntil(1_000));
    expect(facts).toContainEqual(expect.objectContaining({ type: 'becameActive', reason: 'active-down' }));
  });

  test('never against a better or an equal active', () => {
    expect(returned({ preempt: true }, 5_000, { priority: 200 }).phase()).toBe('backup');
    expect(returned({ preempt: true }, 5_000, { priority: 150 }).phase()).toBe('backup');
  });

  test('waits for preemptDelay, counted from the return, then until the timer of the last advert before it runs out', () => {
    const setup = { preempt: true, preemptDelay: 30_000 };
    expect(returned(setup, 30_250).phase()).toBe('backup');
    expect(returned(setup, 30_400).phase()).toBe('active');
  });

  test('preemptDelay does not hold up a takeover from an active that is gone', () => {
    const director = returned({ preempt: true, preemptDelay: 30_000 }, 500);
    director.runUntil(1_000);
    expect(director.phase()).toBe('active');
  });

  test('only with rules to serve with', () => {
    const director = createDirector({ preempt: true });
    director.start({ rules: rulesNotIn });
    hearLower(director, 5_000);
    expect(director.phase()).toBe('backup');
    director.tell({ type: 'rulesChanged', rules: rulesIn });
    hearLower(director, 500);
    expect(director.phase()).toBe('active');
  });

  test('only when the lower active hears us: it could not yield', () => {
    expect(returned({ preempt: true }, 5_000, { echo: 'nothing' }).phase()).toBe('backup');
  });

  test('a lower active that asks us to take over is obeyed at once', () => {
    const director = returned({ preempt: true, preemptDelay: 30_000 }, 200);
    director.hear('vsbak', { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' } });
    expect(director.phase()).toBe('active');
  });

  test('between two directors is without a gap, and leaves one active', () => {
    const cluster = createCluster({ preempt: true });
    cluster.boot('vsbak');
    cluster.run(5_000);
    cluster.boot('vs1');
    for (let moment = 0; moment < 1_000; moment += 1) {
      cluster.run(1);
      expect(cluster.holders()).not.toEqual([]);
    }
    expect(cluster.holders()).toEqual(['vs1']);
    expect(cluster.announcer()).toBe('vs1');
  });
});
