import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { createCluster } from './cluster.ts';
import { activeDirector, advertsOf, answersOf, backupTo, changedTo, factsOf, lastSaid, web } from './director.ts';

const other = { vrid: 52, name: 'other', devices: ['eth5'] };

describe('a configuration that is put in force', () => {
  test('leaves every role, timer and peer as it was when nothing in it is new', () => {
    const director = activeDirector({ more: [other] });
    director.hear('vsbak');
    const { groups, peers } = director.state;
    director.reconfigure({ more: [other] });
    expect(director.state.groups).toEqual(groups);
    expect(director.state.peers).toEqual(peers);
  });

  test('is the one of the advert that follows at once', () => {
    const director = activeDirector();
    expect(lastSaid(director.reconfigure({ priorities: { vs1: 42 } }))).toMatchObject({ phase: 'active', priority: 42 });
  });

  test('keeps the incarnation of the process, which its file does not know', () => {
    const director = activeDirector({ incarnation: 7 });
    const [advert] = advertsOf(director.reconfigure({ incarnation: 1 }));
    expect(advert).toMatchObject({ incarnation: 7 });
    expect(director.config.incarnation).toBe(7);
  });

  test('is answered, whatever it changed', () => {
    const effects = activeDirector().reconfigure({ interval: 500 }, { requestId: 12 });
    expect(answersOf(effects)).toMatchObject([{ requestId: 12, outcome: { ok: true } }]);
  });
});

describe('groups that come and go', () => {
  test('one that is added is backup first, and serves when nobody else does within an Active_Down_Interval', () => {
    const director = activeDirector();
    const facts = factsOf(director.reconfigure({ more: [other] }));
    expect(facts).toEqual([expect.objectContaining({ type: 'becameBackup', vrid: 52, reason: 'started' })]);
    expect(director.backup(52).deadline).toBe(director.now + activeDownInterval(150, millis(100)));
    director.runUntil(director.now + 400);
    expect(director.phase(52)).toBe('active');
    expect(director.phase(web)).toBe('active');
  });

  test('one that is added, and that a peer serves already, follows that one', () => {
    const director = activeDirector();
    const said = { phase: 'active', priority: 100, holding: true, handover: undefined } as const;
    director.hear('vsbak', { groups: [{ ...said, vrid: 52 }] });
    director.reconfigure({ more: [other] });
    expect(director.backup(52).active).toBe('vsbak');
  });

  test('one that is added with virtual IPs that the kernel holds asks before it claims them', () => {
    const director = activeDirector();
    director.reconfigure({ more: [other] }, { holding: [web, 52] });
    expect(director.phase(web)).toBe('active');
    expect(director.role(52)).toMatchObject({ phase: 'initialize', holding: true });
  });

  test('one that is removed is told to be stopped and released, and is nowhere any more', () => {
    const director = activeDirector({ more: [other] });
    const effects = director.reconfigure({});
    expect(factsOf(effects)).toEqual([{ type: 'stopped', vrid: 52, released: true }]);
    expect(lastSaid(effects, 52)).toBeUndefined();
    expect(director.intent(52)).toBeUndefined();
    expect(director.phase(web)).toBe('active');
  });

  test('an operator who waits for the handover of a group that is removed gets an answer', () => {
    const director = activeDirector({ more: [other] });
    director.hear('vsbak', { groups: [52].map((vrid) => ({ vrid, phase: 'backup', priority: 100, holding: false, handover: undefined })) });
    director.tell({ type: 'failoverRequested', requestId: 5, vrid: 52, to: 'vsbak' });
    const answer = answersOf(director.reconfigure({})).find(({ requestId }) => requestId === 5);
    expect(answer).toMatchObject({ outcome: { ok: false, reason: 'not-confirmed' } });
  });
});

describe('preemption that is switched on', () => {
  test('waits for its delay, counted from then', () => {
    const director = backupTo('vsbak');
    director.later(60_000);
    director.hear('vsbak', { phase: 'active' });
    director.reconfigure({ preempt: true, preemptDelay: 5_000 });
    expect(director.backup().preemptAt).toBe(director.now + 5_000);
  });

  test('does not take back what an operator took away by hand', () => {
    const director = activeDirector({ preempt: true });
    director.hear('vsbak');
    director.tell({ type: 'failoverRequested', requestId: 1, vrid: web, to: 'vsbak' });
    const id = lastSaid(director.reconfigure({ preempt: true }))?.handover?.id ?? 0;
    director.hear('vsbak', { phase: 'active', handover: { id, phase: 'taken', peer: 'vs1' } });
    director.reconfigure({ preempt: true, preemptDelay: 1_000 });
    expect(director.backup().preemptAt).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('directors that come and go', () => {
  test('one that is gone is no peer any more, and nobody that a backup follows', () => {
    const director = backupTo('vsbak');
    director.reconfigure({ nodes: ['vs1', 'vs3'] });
    expect([...director.state.peers.keys()]).toEqual([]);
    expect(director.backup().active).toBeUndefined();
  });

  test('one that asks does not count the answer of one that is gone', () => {
    const three = { nodes: ['vs1', 'vsbak', 'vs3'] };
    const director = activeDirector(three);
    director.reconfigure({ ...three, more: [other] }, { holding: [52] });
    director.hear('vs3', { groups: [{ vrid: 52, phase: 'backup', priority: 50, holding: false, handover: undefined }] });
    expect(director.role(52)).toMatchObject({ phase: 'initialize', answered: new Set(['vs3']) });
    director.reconfigure({ more: [other] });
    expect(director.role(52)).toMatchObject({ phase: 'initialize', answered: new Set() });
  });
});

describe('an interval that is changed', () => {
  const roundsOf = (director: ReturnType<typeof activeDirector>, forMs: number): readonly number[] => {
    const moments: number[] = [];
    const until = director.now + forMs;
    while (director.deadline() <= until) {
      director.at(director.deadline());
      if (advertsOf(director.tell({ type: 'timePassed' })).length > 0) moments.push(director.now);
    }
    return moments;
  };

  test('to a longer one is said at once, and kept after ten rounds at the old pace, so that a lost advert is no silence', () => {
    const director = activeDirector();
    const from = director.now;
    expect(advertsOf(director.reconfigure({ interval: 1_000 }))).toEqual([expect.objectContaining({ interval: 1_000 })]);
    const moments = roundsOf(director, 4_000).map((moment) => moment - from);
    expect(moments).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000, 2_000, 3_000, 4_000]);
  });

  test('to a shorter one is said and kept at once', () => {
    const director = activeDirector({ interval: 1_000 });
    const from = director.now;
    director.reconfigure({ interval: 100 });
    expect(roundsOf(director, 300).map((moment) => moment - from)).toEqual([100, 200, 300]);
  });

  test('to a longer one leaves a director as strict with itself as the peers that have not heard of it', () => {
    const director = activeDirector();
    director.hear('vsbak');
    director.reconfigure({ interval: 1_000 });
    director.later(400).tell({ type: 'timePassed' });
    expect(director.phase()).toBe('backup');
  });

  test('to a shorter one does not make a director that was in time late', () => {
    const director = activeDirector({ interval: 1_000 });
    director.later(900).reconfigure({ interval: 100 });
    expect(director.phase()).toBe('active');
  });

  test('to longer and longer ones in a row is still said at the pace that a peer may know', () => {
    const director = activeDirector();
    director.reconfigure({ interval: 1_000 });
    director.later(100).reconfigure({ interval: 10_000 });
    expect(director.state.oldPace).toMatchObject({ interval: 100 });
  });

  test.each([
    { from: 100, to: 1_000, first: 'vs1' },
    { from: 100, to: 1_000, first: 'vsbak' },
    { from: 1_000, to: 100, first: 'vs1' },
    { from: 1_000, to: 100, first: 'vsbak' },
  ])('from $from to $to ms on $first and half a minute later on the other moves nothing', ({ from, to, first }) => {
    const cluster = createCluster({ interval: from });
    for (const name of ['vs1', 'vsbak']) cluster.boot(name);
    cluster.run(60_000);
    const seen = cluster.seen.length;
    for (const name of [first, first === 'vs1' ? 'vsbak' : 'vs1']) {
      cluster.tell(name, changedTo({ self: name, interval: to }));
      cluster.run(30_000);
    }
    const since = cluster.seen.slice(seen).map(({ effect }) => effect);
    expect(factsOf(since)).toEqual([]);
    expect(advertsOf(since).length).toBeGreaterThan(60);
  });
});
