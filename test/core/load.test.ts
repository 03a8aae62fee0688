import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import {
  activeDirector,
  advertsOf,
  answersOf,
  backupTo,
  createDirector,
  type Director,
  factsOf,
  lastSaid,
  type Setup,
  web,
} from './director.ts';

const three: Setup = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } };
const loading = (id: number) => ({ phase: 'active', holding: false, handover: { id, phase: 'loading', peer: 'vs1' } }) as const;
const began = { type: 'loadBegan', vrids: [web] } as const;
const ended = { type: 'loadEnded', vrids: [web] } as const;

/** It has asked vsbak to take over. */
function giver(): { readonly director: Director; readonly id: number; readonly askedAt: number } {
  const director = activeDirector();
  director.hear('vsbak');
  director.tell({ type: 'failoverRequested', requestId: 1, vrid: web, to: 'vsbak' });
  const role = director.role();
  if (role.phase !== 'active' || role.giving === undefined) throw new Error('no handover');
  return { director, id: role.giving.id, askedAt: director.now };
}

/** The other says every 100 ms that it loads, for so long. */
function hearLoading(director: Director, id: number, forMs: number): void {
  const until = director.now + forMs;
  while (director.now < until) {
    director.runUntil(director.now + 100);
    director.hear('vsbak', loading(id));
  }
}

/** It takes over, with more rules to load than go in at once. */
function taker(setup: Setup = {}): Director {
  const director = backupTo('vsbak', setup);
  director.hear('vsbak', { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' } });
  director.tell(began);
  return director;
}

describe('the active whose peer loads many rules before it confirms a handover', () => {
  test('serves and asks until they are in, for longer than a lost handover would take', () => {
    const { director, id } = giver();
    hearLoading(director, id, 5_000);
    expect(lastSaid(director.runUntil(director.now + 100))).toMatchObject({ holding: true, handover: { id, phase: 'ask', peer: 'vsbak' } });
    const effects = director.hear('vsbak', { phase: 'active', handover: { id, phase: 'taken', peer: 'vs1' } });
    expect(factsOf(effects)).toContainEqual(expect.objectContaining({ type: 'handoverCompleted' }));
    expect(director.phase()).toBe('backup');
  });

  test('calls it off a second after it heard last that it loads, as it does with one that says nothing', () => {
    const { director, id } = giver();
    hearLoading(director, id, 3_000);
    const heardAt = director.now;
    expect(answersOf(director.runUntil(heardAt + 999))).toEqual([]);
    expect(answersOf(director.runUntil(heardAt + 1_000))).toMatchObject([{ outcome: { ok: false, reason: 'not-confirmed' } }]);
    expect(director.phase()).toBe('active');
  });

  test('does not wait for ever: 15 seconds at most', () => {
    const { director, id, askedAt } = giver();
    hearLoading(director, id, 14_900);
    expect(director.role()).toMatchObject({ giving: { id, deadline: askedAt + 15_000 } });
    hearLoading(director, id, 200);
    expect(director.role()).toMatchObject({ phase: 'active', giving: undefined, calledOff: id });
  });

  test('is not put off by the load of another handover, nor by that of another director', () => {
    const { director, id, askedAt } = giver();
    director.runUntil(askedAt + 250);
    director.hear('vsbak', loading(id + 1));
    director.hear('vsbak', { ...loading(id), handover: { id, phase: 'loading', peer: 'vsbak' } });
    expect(director.role()).toMatchObject({ giving: { id, deadline: askedAt + 1_000 } });
  });

  test('tells the other at once that it has called it off when that one loads on', () => {
    const { director, id } = giver();
    director.runUntil(director.now + 900);
    director.hear('vsbak');
    director.runUntil(director.now + 100);
    expect(lastSaid(director.later(150).hear('vsbak', loading(id)))).toMatchObject({ phase: 'active', handover: undefined });
  });

  test('never yields to it by rank before it holds the addresses', () => {
    const { director } = giver();
    for (let round = 0; round < 9; round += 1) {
      director.runUntil(director.now + 100);
      director.hear('vsbak', { phase: 'active', priority: 200, holding: false });
    }
    expect(director.phase()).toBe('active');
  });
});

describe('a director that takes over and has many rules to load', () => {
  test('says that it loads, and that it has taken over when addresses and rules are in', () => {
    const director = taker();
    expect(lastSaid(director.runUntil(200))).toMatchObject({ phase: 'active', holding: false, handover: { id: 5, phase: 'loading' } });
    expect(lastSaid(director.tell(ended))).toMatchObject({ phase: 'active', holding: true, handover: { id: 5, phase: 'taken' } });
  });

  test('announces when the load ends, not before, and then the whole series', () => {
    const director = taker();
    const before = director.runUntil(250);
    const after = [...director.tell(ended), ...director.runUntil(700)];
    expect([before, after].map((effects) => effects.filter(({ type }) => type === 'announce').length)).toEqual([0, 4]);
  });

  test('goes on alone when the one that asked falls silent', () => {
    const director = taker();
    director.runUntil(1_000);
    expect(director.role()).toMatchObject({ phase: 'active', loading: true, taking: undefined });
  });

  test('steps back when that one has called it off', () => {
    const director = taker();
    director.hear('vsbak', { phase: 'active' });
    expect(director.phase()).toBe('backup');
    expect(director.intent()).toBe('absent');
  });

  test('yields by rank to one that serves, and to one that loads as it does', () => {
    for (const holding of [true, false]) {
      const director = createDirector();
      director.start();
      director.runUntil(400);
      director.tell(began);
      director.hear('vsbak', { phase: 'active', priority: 200, holding });
      expect(director.phase()).toBe('backup');
    }
  });

  test('does not dispute with a lower one that serves until it holds the addresses itself', () => {
    const director = createDirector();
    director.start();
    director.runUntil(400);
    director.tell(began);
    director.hear('vsbak');
    const effects = director.later(50).hear('vsbak', { phase: 'active' });
    expect(effects).toEqual([]);
    expect(lastSaid(director.tell(ended))).toMatchObject({ phase: 'active', holding: true });
  });

  test('is told to the operator and refused to the one who wants a second handover meanwhile', () => {
    const answers = answersOf(taker().tell({ type: 'failoverRequested', requestId: 3, vrid: web, to: 'vsbak' }));
    expect(answers).toMatchObject([{ requestId: 3, outcome: { ok: false, reason: 'handover-under-way' } }]);
  });

  test('that leaves in place asks no patience for what it does not hold: the group is free at once', () => {
    const director = createDirector(three);
    director.start();
    director.runUntil(400);
    director.tell(began);
    const [said] = advertsOf(director.tell({ type: 'shutdownRequested', how: 'inPlace' }));
    expect(said?.groups[0]).toMatchObject({ phase: 'initialize', priority: 0, holding: false });
  });
});

describe('a backup that hears another one load', () => {
  test('waits as for any active, and takes over when that one falls silent', () => {
    const director = backupTo('vsbak');
    for (let round = 0; round < 20; round += 1) {
      director.runUntil(director.now + 100);
      director.hear('vsbak', { phase: 'active', holding: false });
    }
    expect(director.phase()).toBe('backup');
    director.runUntil(director.now + activeDownInterval(150, millis(100)));
    expect(director.phase()).toBe('active');
  });
});
