import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import type { CoreEvent } from '../../src/core/types.ts';
import { millis } from '../../src/core/types.ts';
import { createCluster } from './cluster.ts';
import { activeDirector, advertsOf, createDirector, type Director, factsOf, kindsOf, lastSaid, rulesIn, web } from './director.ts';

/** What a backup of the peer's priority waits: so long this director may be silent, and no longer. */
const patience = activeDownInterval(100, millis(100));

/** Asleep since its last advert, which it sent just now. */
function asleep(director: Director, forMs: number): Director {
  const due = director.state.nextAdvertAt;
  director.runUntil(due);
  return director.at(due + forMs);
}

describe('a director that slept past the Active_Down_Interval of its peer steps down before anything else', () => {
  const wakers: readonly { readonly what: string; readonly event: CoreEvent }[] = [
    { what: 'the clock', event: { type: 'timePassed' } },
    { what: 'new rules', event: { type: 'rulesChanged', rules: rulesIn } },
    { what: 'a link that came up', event: { type: 'linkCameUp', dev: 'eth7' } },
    { what: 'a link that went down', event: { type: 'linkWentDown', dev: 'eth7' } },
    { what: 'an operator', event: { type: 'maintenanceRequested', requestId: 1, on: false } },
    { what: 'a failover', event: { type: 'failoverRequested', requestId: 1, vrid: web, to: 'vsbak' } },
    { what: 'a refused write', event: { type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' } },
  ];

  test.each(wakers)('whatever wakes it: $what', ({ event }) => {
    const director = asleep(activeDirector(), patience);
    const effects = director.tell(event);
    expect(director.phase()).toBe('backup');
    expect(director.intent()).toBe('absent');
    expect(factsOf(effects)[0]).toEqual({ type: 'becameBackup', vrid: web, reason: 'stalled', to: undefined });
    expect(kindsOf(effects)).not.toContain('announce');
  });

  test('an advert that waited in its socket wakes it: it steps down before it reads it', () => {
    const director = asleep(activeDirector(), patience);
    const effects = director.hear('vsbak', { phase: 'backup', echo: { incarnation: 1, sequence: 1 } });
    expect(factsOf(effects)[0]).toMatchObject({ type: 'becameBackup', reason: 'stalled' });
    expect(director.phase()).toBe('backup');
  });

  test('no advert of it says active any more, and the one it sends asks how things are', () => {
    const director = asleep(activeDirector(), 5_000);
    const effects = director.tell({ type: 'timePassed' });
    expect(advertsOf(effects).map((advert) => advert.solicit)).toEqual([true]);
    expect(lastSaid(effects)).toMatchObject({ phase: 'backup', holding: false });
  });

  test('not a thousandth of a millisecond earlier: then nobody can have replaced it', () => {
    const director = asleep(activeDirector(), patience - 0.001);
    const effects = director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('active');
    expect(lastSaid(effects)).toMatchObject({ phase: 'active' });
  });

  test('by the least patient of its peers', () => {
    const setup = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 254 } };
    const least = activeDownInterval(254, millis(100));
    const director = asleep(activeDirector(setup), least);
    director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('backup');
    const other = asleep(activeDirector(setup), least - 0.001);
    other.tell({ type: 'timePassed' });
    expect(other.phase()).toBe('active');
  });

  test('in each of its groups', () => {
    const director = asleep(activeDirector({ more: [{ vrid: 52 }] }), patience);
    director.tell({ type: 'timePassed' });
    expect([director.phase(web), director.phase(52)]).toEqual(['backup', 'backup']);
  });

  test('alone in its cluster it need not: nobody can replace it', () => {
    const director = asleep(activeDirector({ nodes: ['vs1'], priorities: { vs1: 150 } }), 1_000_000);
    director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('active');
  });

  test('it takes over again when it hears nobody for an Active_Down_Interval', () => {
    const director = asleep(activeDirector(), 5_000);
    director.tell({ type: 'timePassed' });
    const woke = director.now;
    const down = activeDownInterval(150, millis(100));
    director.runUntil(woke + down - 0.001);
    expect(director.phase()).toBe('backup');
    director.runUntil(woke + down);
    expect(director.phase()).toBe('active');
  });
});

describe('a director that slept while it asked', () => {
  const asking = () => {
    const director = createDirector();
    director.start({ holding: [web] });
    return director;
  };

  test('asks anew, for a whole interval: the first question may have been answered by silence', () => {
    const director = asking().at(patience);
    const effects = director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('initialize');
    expect(director.intent()).toBe('keep');
    expect(advertsOf(effects).map((advert) => advert.solicit)).toEqual([true]);
    director.runUntil(patience + activeDownInterval(150, millis(100)) - 0.001);
    expect(director.phase()).toBe('initialize');
  });

  test('releases when what waits in its socket is an active', () => {
    const director = asking().at(patience + 1_000);
    director.hear('vsbak', { phase: 'active', echo: 'nothing' });
    expect(director.phase()).toBe('backup');
    expect(director.intent()).toBe('absent');
  });
});

describe('a backup that slept', () => {
  test('believes what waited in its socket before its timer', () => {
    const cluster = createCluster();
    cluster.boot('vs1');
    cluster.boot('vsbak');
    cluster.run(5_000);
    cluster.freeze('vsbak');
    cluster.run(3_000);
    cluster.thaw('vsbak');
    cluster.run(1_000);
    expect(cluster.actives()).toEqual(['vs1']);
    const took = cluster.seen.filter(({ node, effect }) => node === 'vsbak' && effect.type === 'announce');
    expect(took).toEqual([]);
  });
});

describe('between two directors', () => {
  test('an active that was frozen and thawed is not active beside the one that replaced it, not even for an advert', () => {
    for (const frozenFor of [300, 361, 400, 1_000, 60_000]) {
      const cluster = createCluster();
      cluster.boot('vs1');
      cluster.boot('vsbak');
      cluster.run(5_000);
      cluster.freeze('vs1');
      cluster.run(frozenFor);
      const replaced = cluster.phase('vsbak') === 'active';
      const before = cluster.seen.length;
      cluster.thaw('vs1');
      cluster.run(1_000);
      expect(cluster.actives(), `frozen for ${frozenFor} ms`).toEqual([replaced ? 'vsbak' : 'vs1']);
      const said = cluster.seen.slice(before).filter(({ node }) => node === (replaced ? 'vs1' : 'vsbak'));
      expect(said.map(({ effect }) => lastSaid([effect])?.phase)).not.toContain('active');
    }
  });
});
