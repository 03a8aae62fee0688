import { describe, expect, test } from 'vitest';
import { activeDownInterval, handoverTimeout } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import type { Packet } from './happening.ts';
import { createPair, type Scenario, type ScenarioOptions } from './scenario.ts';

const interval = millis(100);
/** 5,000 services with two servers each: half a second of kernel time, longer than a backup waits for an active. */
const many = 15_000;
const loadTime = 450;

/** On cold standby, with many rules. */
const createColdPair = (options: ScenarioOptions = {}): Scenario => {
  const pair = createPair({ rulesRequests: many, ...options });
  pair.pass(2_000);
  return pair;
};

const groupSaid = (packet: Packet) => packet.advert?.groups[0];
const roundsOf = (pair: Scenario, node: string, from: number): readonly number[] => {
  const moments = pair.story.flatMap((one) => (one.type === 'sent' && one.packet.from === node ? [one.packet.sentAt] : []));
  return [...new Set(moments)].filter((at) => at >= from);
};
const loads = (pair: Scenario, node: string): boolean => pair.story.some((one) => one.type === 'rulesLoading' && one.node === node);
const untilLoading = (pair: Scenario, node: string): number => pair.until(() => loads(pair, node));
const becameActive = (pair: Scenario, node: string): number => pair.facts(node).filter(({ type }) => type === 'becameActive').length;

describe('a backup with 5,000 services to load whose active dies', () => {
  test('says that it is active at once, and that it holds the addresses when rules and addresses are in', () => {
    const pair = createColdPair();
    const died = pair.now;
    pair.vs1.crash();
    const said = (holding: boolean) => (): boolean =>
      pair.story.some(({ ...one }) => {
        if (one.type !== 'sent' || one.packet.from !== 'vsbak') return false;
        const group = groupSaid(one.packet);
        return group?.phase === 'active' && group.holding === holding;
      });
    pair.until(said(false));
    expect(pair.now - died).toBeLessThan(activeDownInterval(100, interval));
    expect(pair.until(said(true))).toBeGreaterThan(loadTime);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.vsbak.kernel.rulesRevision).toBe(1);
  });

  test('keeps its adverts at their pace while it loads', () => {
    const pair = createColdPair();
    pair.vs1.crash();
    untilLoading(pair, 'vsbak');
    const from = pair.now;
    pair.until(() => pair.holders().includes('vsbak'));
    const moments = [from, ...roundsOf(pair, 'vsbak', from)];
    expect(Math.max(...moments.slice(1).map((at, index) => at - (moments[index] ?? 0)))).toBeLessThan(interval + 5);
  });

  test('is the only one of three that takes over, though it loads for longer than the others wait', () => {
    const three = createColdPair({ names: ['vs1', 'vsbak', 'vs3'] });
    three.vs1.crash();
    three.until(() => three.holders().includes('vsbak'));
    three.pass(2_000);
    expect([becameActive(three, 'vsbak'), becameActive(three, 'vs3')]).toEqual([1, 0]);
  });

  test('is followed by the third when it dies in the middle', () => {
    const three = createColdPair({ names: ['vs1', 'vsbak', 'vs3'] });
    three.vs1.crash();
    untilLoading(three, 'vsbak');
    three.vsbak.crash();
    three.pass(2_000);
    expect(three.holders()).toEqual(['vs3']);
  });

  test('gives way to the third at once when it is to be restarted in the middle', () => {
    const three = createColdPair({ names: ['vs1', 'vsbak', 'vs3'] });
    three.vs1.crash();
    untilLoading(three, 'vsbak');
    three.world.shutdown('vsbak', 'inPlace');
    expect(three.until(() => three.holders().includes('vs3'))).toBeLessThan(loadTime + 2 * interval);
  });

  test('serves by the newer rules when these come in the middle', () => {
    const pair = createColdPair();
    pair.vs1.crash();
    untilLoading(pair, 'vsbak');
    pair.world.applyRules();
    pair.until(() => pair.holders().includes('vsbak'));
    expect(pair.vsbak.kernel.rulesRevision).toBe(2);
  });
});

describe('an active that comes back while the backup loads', () => {
  test('because a cut has healed: it serves on, and the backup steps back without ever having held the addresses', () => {
    const pair = createColdPair();
    const from = pair.now;
    pair.world.isolate('vs1');
    untilLoading(pair, 'vsbak');
    pair.world.network.mendAll();
    pair.pass(3_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect([pair.gap(from), pair.overlap(from)]).toEqual([0, 0]);
    expect(pair.vsbak.kernel.rulesRevision).toBe(0);
  });

  test('because its process is there again: what its kernel still holds is served on', () => {
    const pair = createColdPair();
    const from = pair.now;
    pair.vs1.kill();
    untilLoading(pair, 'vsbak');
    pair.vs1.start();
    pair.pass(3_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(from)).toBe(0);
  });

  test('and ranks lower serves until the better one has its rules in: nobody is left alone', () => {
    const pair = createColdPair({ priorities: [100, 150] });
    const from = pair.now;
    expect(pair.holders()).toEqual(['vsbak']);
    pair.world.failover('vsbak', 51);
    pair.pass(2_000);
    expect(pair.holders()).toEqual(['vs1']);
    pair.vsbak.crash();
    pair.vsbak.boot();
    pair.pass(500);
    pair.world.isolate('vs1');
    pair.until(() => becameActive(pair, 'vsbak') === 2);
    pair.world.network.mendAll();
    pair.pass(3_000);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.gap(from)).toBe(0);
  });
});

describe('a returned primary that may preempt', () => {
  test('loads its rules while the other serves on, and takes over when they are in', () => {
    const pair = createColdPair({ preempt: true });
    pair.vs1.crash();
    pair.pass(2_000);
    pair.vs1.boot();
    const booted = pair.now;
    pair.pass(3_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(booted)).toBe(0);
    expect(pair.overlap(booted)).toBeLessThan(5);
  });
});

describe('a planned handover to a director with many rules to load', () => {
  const ask = (pair: Scenario): number | undefined => {
    const id = pair.world.failover('vs1', 51);
    untilLoading(pair, 'vsbak');
    return id;
  };

  test('takes as long as it takes: the old one serves until the new one has rules and addresses', () => {
    const pair = createColdPair({ rulesRequests: 4 * many });
    const from = pair.now;
    const id = pair.world.failover('vs1', 51);
    pair.until(() => pair.outcome(id) !== undefined);
    expect(pair.outcome(id)).toMatchObject({ ok: true });
    expect(pair.now - from).toBeGreaterThan(4 * loadTime);
    expect(pair.now - from).toBeGreaterThan(handoverTimeout(interval));
    expect(pair.gap(from)).toBe(0);
    expect(pair.overlap(from)).toBeLessThan(5);
  });

  test('that the other does not survive is called off as soon as any that is not confirmed', () => {
    const pair = createColdPair({ rulesRequests: 4 * many });
    const id = ask(pair);
    pair.vsbak.crash();
    expect(pair.until(() => pair.outcome(id) !== undefined)).toBeLessThanOrEqual(handoverTimeout(interval) + interval);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'not-confirmed' });
    expect(pair.holders()).toEqual(['vs1']);
  });

  test('is called off at once when the other loses a link', () => {
    const pair = createColdPair();
    const from = pair.now;
    const id = ask(pair);
    pair.vsbak.kernel.setLink('eth0', false);
    expect(pair.until(() => pair.outcome(id) !== undefined)).toBeLessThan(10);
    pair.pass(2_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(from)).toBe(0);
    expect(pair.vsbak.kernel.rulesRevision).toBe(0);
  });

  test('of which the old one dies in the middle ends with the new one, which takes the rest of its load for it', () => {
    const pair = createColdPair();
    ask(pair);
    pair.vs1.crash();
    expect(pair.until(() => pair.holders().includes('vsbak'))).toBeLessThan(loadTime + 50);
  });

  test('whose confirmation is lost is called off, and the new one lets go of what it loaded for', () => {
    const pair = createColdPair();
    const from = pair.now;
    pair.lose((packet) => groupSaid(packet)?.handover?.phase === 'taken');
    const id = pair.world.failover('vs1', 51);
    pair.pass(3_000);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'not-confirmed' });
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(from)).toBe(0);
  });

  test('of a stopping director is waited for: it ends when the other serves', () => {
    const pair = createColdPair();
    const from = pair.now;
    pair.world.shutdown('vs1', 'handover');
    expect(pair.until(() => !pair.vs1.running)).toBeGreaterThan(loadTime);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.gap(from)).toBe(0);
  });

  test('to one whose kernel takes none of the rules leaves the addresses where they were', () => {
    const pair = createColdPair();
    const from = pair.now;
    pair.vsbak.kernel.troubles = { refuse: 1, slow: 0 };
    const id = pair.world.failover('vs1', 51);
    pair.pass(3_000);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'not-confirmed' });
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(from)).toBe(0);
  });
});
