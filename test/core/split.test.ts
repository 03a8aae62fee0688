import { describe, expect, test } from 'vitest';
import type { NodeName } from '../../src/core/types.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { activeDirector, advertsOf, backupTo, type Director, factsOf, kindsOf, type Setup, web } from './director.ts';

/** vs1 active, vsbak backup, all quiet. */
function pair(setup: Setup = {}, latency = 0.5): Cluster {
  const cluster = createCluster(setup, latency);
  cluster.boot('vs1');
  cluster.boot('vsbak');
  cluster.run(10_000);
  expect(cluster.actives()).toHaveLength(1);
  return cluster;
}

function cutBothWays(cluster: Cluster): void {
  cluster.cut('vs1', 'vsbak');
  cluster.cut('vsbak', 'vs1');
}

/** Someone serves, alone, and it is where clients send. */
function expectServedBy(cluster: Cluster, node: NodeName): void {
  expect(cluster.actives()).toEqual([node]);
  expect(cluster.holders()).toEqual([node]);
  expect(cluster.announcer()).toBe(node);
}

describe('a cut between two directors', () => {
  test('makes both active, and when it heals the better one goes on alone', () => {
    const cluster = pair();
    cutBothWays(cluster);
    cluster.run(5_000);
    expect(cluster.actives()).toEqual(['vs1', 'vsbak']);
    cluster.heal();
    cluster.run(100);
    expect(cluster.actives()).toEqual(['vs1']);
  });

  test('of any length heals into exactly one active, and clients find it within half a second', () => {
    for (let length = 5; length < 1_200; length += 5) {
      const cluster = pair();
      cutBothWays(cluster);
      cluster.run(length);
      cluster.heal();
      cluster.run(500);
      const [active = 'nobody'] = cluster.actives();
      expect(cluster.actives(), `cut for ${length} ms`).toHaveLength(1);
      expectServedBy(cluster, active);
    }
  });

  test('whichever advert crosses the healed wire first, the loser of equal priorities is silent afterwards', () => {
    for (let offset = 0; offset < 100; offset += 3) {
      const cluster = pair({ priorities: { vs1: 100, vsbak: 100 } }, 0.5);
      cutBothWays(cluster);
      cluster.run(2_000 + offset);
      cluster.heal();
      cluster.run(500);
      expectServedBy(cluster, 'vsbak');
    }
  });

  test('heals the caches also when the loser hears the winner first and never says that it was active', () => {
    const cluster = pair();
    cutBothWays(cluster);
    cluster.run(5_000);
    expect(cluster.announcer()).toBe('vsbak');
    cluster.lose((advert, to) => to === 'vs1' && advert.groups.some((group) => group.phase === 'active'));
    cluster.heal();
    cluster.run(500);
    expectServedBy(cluster, 'vs1');
  });
});

describe('a one-way wire', () => {
  test('on which the active is not heard: it yields to the backup that took over and cannot know better', () => {
    const cluster = pair();
    cluster.cut('vs1', 'vsbak');
    cluster.run(1_000);
    expectServedBy(cluster, 'vsbak');
    cluster.run(60_000);
    expectServedBy(cluster, 'vsbak');
  });

  test('on which the active hears nothing changes nothing', () => {
    const cluster = pair();
    cluster.cut('vsbak', 'vs1');
    cluster.run(60_000);
    expectServedBy(cluster, 'vs1');
  });

  test('with preemption on does not make the better one take back before it is heard again', () => {
    const cluster = pair({ preempt: true });
    cluster.cut('vs1', 'vsbak');
    cluster.run(60_000);
    expectServedBy(cluster, 'vsbak');
    cluster.heal();
    cluster.run(1_000);
    expectServedBy(cluster, 'vs1');
  });

  test('when it breaks altogether leaves nobody without an active: both sides serve', () => {
    const cluster = pair();
    cluster.cut('vs1', 'vsbak');
    cluster.run(1_000);
    cluster.cut('vsbak', 'vs1');
    cluster.run(1_000);
    expect(cluster.actives()).toEqual(['vs1', 'vsbak']);
  });
});

describe('an active that hears another, lower one', () => {
  /** An active that hears the other one every interval, the last time just now. */
  function hearing(forMs: number, echo: 'nothing' | undefined): Director {
    const director = activeDirector();
    const until = director.now + forMs;
    while (director.now < until) {
      director.runUntil(Math.min(until, director.now + 50));
      director.hear('vsbak', { phase: 'backup', ...(echo === undefined ? {} : { echo }) });
    }
    return director;
  }

  test('and has been heard by it lately stays active', () => {
    const director = hearing(2_000, undefined);
    director.runUntil(director.now + 200);
    const effects = director.hear('vsbak', { phase: 'active', echo: 'nothing' });
    expect(director.phase()).toBe('active');
    expect(factsOf(effects)).toContainEqual({ type: 'bothActive', vrid: web, peer: 'vsbak' });
  });

  test('and has not been heard by it for long, though it hears it well, yields', () => {
    const director = hearing(2_000, 'nothing');
    const effects = director.hear('vsbak', { phase: 'active', echo: 'nothing' });
    expect(director.phase()).toBe('backup');
    expect(factsOf(effects)).toContainEqual({ type: 'becameBackup', vrid: web, reason: 'not-heard-by-active', to: 'vsbak' });
  });

  test('for the first time does not yield before it had its chance to be heard', () => {
    const director = hearing(200, 'nothing');
    director.hear('vsbak', { phase: 'active', echo: 'nothing' });
    expect(director.phase()).toBe('active');
  });

  test('after that one was lost does not yield: a healed cut is not a one-way wire', () => {
    const director = hearing(2_000, 'nothing');
    director.runUntil(director.now + 1_000);
    director.hear('vsbak', { phase: 'active', echo: 'nothing' });
    expect(director.phase()).toBe('active');
  });
});

describe('a peer that hears this director again after as long as it would wait', () => {
  test('may have been active and announced: the active announces anew, in a burst', () => {
    const director = activeDirector();
    director.hear('vsbak', { phase: 'backup' });
    director.runUntil(20_000);
    const effects = director.hear('vsbak', { phase: 'backup' });
    expect(kindsOf(effects)).toContain('announce');
    expect(advertsOf(effects)).toEqual([]);
    expect(director.runUntil(director.now + 450).filter((effect) => effect.type === 'announce')).toHaveLength(3);
  });

  test('after less than that nothing is announced, whatever order its adverts come in', () => {
    const director = activeDirector();
    director.runUntil(20_000);
    director.hear('vsbak', { phase: 'backup' });
    for (let round = 0; round < 50; round += 1) {
      director.runUntil(director.now + 100 + (round % 2) * 95);
      expect(kindsOf(director.hear('vsbak', { phase: 'backup' }))).not.toContain('announce');
    }
  });

  test('one that does not hear it, or says the same again, is no reason to announce', () => {
    const director = activeDirector();
    director.runUntil(20_000);
    expect(kindsOf(director.hear('vsbak', { phase: 'backup', echo: 'nothing' }))).not.toContain('announce');
    const echo = { incarnation: 1, sequence: director.state.sequence };
    expect(kindsOf(director.hear('vsbak', { phase: 'backup', echo }))).toContain('announce');
    director.runUntil(20_600);
    expect(kindsOf(director.hear('vsbak', { phase: 'backup', echo }))).not.toContain('announce');
    expect(kindsOf(director.hear('vsbak', { phase: 'backup', echo: 'nothing' }))).not.toContain('announce');
  });

  test('a backup announces nothing', () => {
    const director = backupTo('vsbak');
    director.runUntil(250);
    director.hear('vsbak', { phase: 'active', echo: 'nothing' });
    director.runUntil(500);
    director.hear('vsbak', { phase: 'active' });
    expect(director.phase()).toBe('backup');
  });
});

describe('two adverts that cross', () => {
  test('when both yield at the same moment one of them serves again within a few milliseconds', () => {
    const cluster = pair();
    cutBothWays(cluster);
    cluster.run(3_000);
    cluster.heal();
    cluster.run(0);
    cluster.tell('vs1', { type: 'timePassed' });
    cluster.run(500);
    expectServedBy(cluster, 'vs1');
  });
});
