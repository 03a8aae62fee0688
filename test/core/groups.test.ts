import { describe, expect, test } from 'vitest';
import { activeDownInterval, skewTime } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { createCluster } from './cluster.ts';
import { activeDirector, advertsOf, backupTo, createDirector, factsOf, type Setup, web } from './director.ts';

const crossed: Setup = { priorities: { vs1: 150, vsbak: 100 }, more: [{ vrid: 52, name: 'other', priorities: { vs1: 100, vsbak: 150 } }] };

describe('several groups', () => {
  test('are elected independently: each director may be active for some of them', () => {
    const cluster = createCluster(crossed);
    cluster.boot('vs1');
    cluster.boot('vsbak');
    cluster.run(5_000);
    expect([cluster.actives(web), cluster.actives(52)]).toEqual([['vs1'], ['vsbak']]);
    cluster.powerOff('vsbak');
    cluster.run(1_000);
    expect([cluster.actives(web), cluster.actives(52)]).toEqual([['vs1'], ['vs1']]);
  });

  test('are told in one advert, each with its own phase and priority', () => {
    const director = createDirector(crossed);
    const [advert] = advertsOf(director.start());
    expect(advert?.groups).toMatchObject([
      { vrid: web, phase: 'backup', priority: 150 },
      { vrid: 52, phase: 'backup', priority: 100 },
    ]);
  });

  test('what happens to one is no matter of the other', () => {
    const director = activeDirector(crossed);
    director.runUntil(1_000);
    const before = director.role(web);
    const both = [
      { vrid: web, phase: 'backup', priority: 100, holding: false, handover: undefined },
      { vrid: 52, phase: 'active', priority: 150, holding: true, handover: undefined },
    ] as const;
    director.hear('vsbak', { groups: both });
    director.hear('vsbak', { groups: both });
    expect([director.phase(web), director.phase(52)]).toEqual(['active', 'backup']);
    expect(director.role(web)).toMatchObject({ phase: 'active', answeredAt: before.phase === 'active' ? before.answeredAt : 0 });
  });

  test('that all change in one step are told by one advert', () => {
    const more = [52, 53, 54].map((vrid) => ({ vrid, name: `g${vrid}` }));
    const director = createDirector({ more });
    director.start();
    const effects = director.runUntil(activeDownInterval(150, millis(100)));
    const last = effects.slice(effects.findIndex((effect) => effect.type === 'report'));
    expect(advertsOf(last)).toHaveLength(1);
    expect(advertsOf(last)[0]?.groups.map((group) => group.phase)).toEqual(['active', 'active', 'active', 'active']);
  });

  test('a group that a peer does not know of is not changed by its adverts', () => {
    const director = backupTo('vsbak', crossed);
    const before = director.backup(52);
    director.later(10).hear('vsbak', { phase: 'active' });
    expect(director.backup(52)).toEqual(before);
  });

  test('a group that only the peer knows of is not ours', () => {
    const director = backupTo('vsbak');
    const groups = [{ vrid: 99, phase: 'active', priority: 100, holding: true, handover: undefined }] as const;
    director.later(10).hear('vsbak', { groups });
    expect(director.state.groups.map(({ spec }) => spec.vrid)).toEqual([web]);
  });
});

describe('three directors', () => {
  const three = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 120 } };
  const running = (setup: Setup = three) => {
    const cluster = createCluster(setup);
    for (const name of setup.nodes ?? []) cluster.boot(name);
    cluster.run(5_000);
    return cluster;
  };

  test('the one of the highest priority becomes active', () => {
    expect(running().actives()).toEqual(['vs1']);
  });

  test('when the active dies the better of the two others takes over, alone: the skew keeps them apart', () => {
    const cluster = running();
    cluster.powerOff('vs1');
    for (let moment = 0; moment < 1_000; moment += 1) {
      cluster.run(1);
      expect(cluster.phase('vsbak')).toBe('backup');
    }
    expect(cluster.actives()).toEqual(['vs3']);
  });

  test('of equal priorities the higher address remains', () => {
    const cluster = running({ ...three, priorities: { vs1: 150, vsbak: 100, vs3: 100 } });
    cluster.powerOff('vs1');
    cluster.run(1_000);
    expect(cluster.holders()).toEqual(['vs3']);
  });

  test('when the active leaves the first in line takes over at once, the other one waits its skew and is not needed', () => {
    const cluster = running();
    cluster.tell('vs1', { type: 'linkWentDown', dev: 'eth0' });
    cluster.run(1);
    expect(cluster.actives()).toEqual(['vs3']);
    cluster.run(1_000);
    expect(cluster.actives()).toEqual(['vs3']);
  });

  test('the second in line waits its Skew_Time and takes over when the first one does not', () => {
    const director = backupTo('vs1', { ...three, self: 'vsbak' });
    director.hear('vs3', { phase: 'backup' });
    director.later(10).hear('vs1', { phase: 'fault' });
    director.runUntil(10 + skewTime(100, millis(100)) - 0.001);
    expect(director.phase()).toBe('backup');
    director.runUntil(10 + skewTime(100, millis(100)));
    expect(director.phase()).toBe('active');
  });

  test.each(['fault', 'maintenance', 'initialize'] as const)('a better one in %s is not before us in line', (phase) => {
    const director = backupTo('vs1', { ...three, self: 'vsbak' });
    director.hear('vs3', { phase });
    director.later(10).hear('vs1', { phase: 'fault' });
    expect(director.backup().deadline).toBe(10);
  });

  test('a better one that is not heard any more is not before us in line', () => {
    const director = backupTo('vs1', { ...three, self: 'vsbak' });
    director.hear('vs3', { phase: 'backup' });
    for (let moment = 50; moment <= 500; moment += 50) {
      director.runUntil(moment);
      director.hear('vs1', { phase: 'active' });
    }
    director.hear('vs1', { phase: 'fault' });
    expect(director.backup().deadline).toBe(500);
  });

  test('a split in which two see each other and the third sees nobody heals into one active', () => {
    const cluster = running();
    for (const other of ['vsbak', 'vs3']) {
      cluster.cut('vs1', other);
      cluster.cut(other, 'vs1');
    }
    cluster.run(3_000);
    expect(cluster.actives()).toEqual(['vs1', 'vs3']);
    cluster.heal();
    cluster.run(1_000);
    expect(cluster.holders()).toEqual(['vs1']);
    expect(cluster.announcer()).toBe('vs1');
  });
});

describe('who is heard', () => {
  test('a peer is reported when it is heard first, when it is lost, once, and when it is heard again', () => {
    const director = createDirector();
    director.start();
    expect(factsOf(director.hear('vsbak'))).toEqual([{ type: 'peerHeard', peer: 'vsbak' }]);
    expect(factsOf(director.later(50).hear('vsbak'))).toEqual([]);
    const lost = factsOf(director.runUntil(5_000)).filter((fact) => fact.type === 'peerLost');
    expect(lost).toEqual([{ type: 'peerLost', peer: 'vsbak', lastHeardAgo: 399.609375 }]);
    expect(factsOf(director.hear('vsbak'))).toEqual([{ type: 'peerHeard', peer: 'vsbak' }]);
  });

  test('a peer that asked for patience is lost so much later', () => {
    const director = createDirector();
    director.start();
    director.hear('vsbak', { phase: 'active', interval: 1_500 });
    expect(factsOf(director.runUntil(5_990)).map((fact) => fact.type)).not.toContain('peerLost');
    expect(factsOf(director.runUntil(6_000)).map((fact) => fact.type)).toContain('peerLost');
  });

  test('a new life of a peer is news, whatever its sequence', () => {
    const director = backupTo('vsbak');
    director.hear('vsbak', { phase: 'active', sequence: 900 });
    director.later(10).hear('vsbak', { phase: 'backup', incarnation: 2, sequence: 1 });
    expect(director.backup().left).toBe(true);
  });

  test('an old life of a peer is not news any more', () => {
    const director = backupTo('vsbak');
    director.hear('vsbak', { phase: 'active', incarnation: 2, sequence: 1 });
    director.later(10).hear('vsbak', { phase: 'backup', incarnation: 1, sequence: 900 });
    expect(director.backup().left).toBe(false);
  });
});
