import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import type { Packet } from './happening.ts';
import { createPair, type Scenario } from './scenario.ts';

const interval = millis(100);
const backupPatience = activeDownInterval(100, interval);

const handoverSaid = (packet: Packet): string | undefined => packet.advert?.groups[0]?.handover?.phase;

describe('a planned handover', () => {
  test('overlaps: the new director serves before the old one lets go, and the operator is told', () => {
    const pair = createPair();
    const from = pair.now;
    const id = pair.world.failover('vs1', 51);
    pair.pass(100);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.outcome(id)).toMatchObject({ ok: true });
    expect(pair.gap(from)).toBe(0);
    expect(pair.overlap(from)).toBeLessThan(2);
  });

  test('of which the other hears nothing ends as the death of the active would, and nobody loses the address', () => {
    const pair = createPair();
    const from = pair.now;
    pair.lose((packet) => handoverSaid(packet) === 'ask');
    pair.world.failover('vs1', 51);
    pair.pass(3_000);
    expect(pair.holders()).toHaveLength(1);
    expect(pair.gap(from)).toBe(0);
  });

  test('whose confirmation is lost is called off, and nobody loses the address', () => {
    const pair = createPair();
    const from = pair.now;
    pair.lose((packet) => handoverSaid(packet) === 'taken');
    const id = pair.world.failover('vs1', 51);
    pair.pass(3_000);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'not-confirmed' });
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(from)).toBe(0);
  });

  test('whose calling off is lost too ends with one director all the same', () => {
    const pair = createPair();
    const from = pair.now;
    pair.lose((packet) => handoverSaid(packet) === 'taken');
    pair.world.failover('vs1', 51);
    pair.pass(900);
    pair.world.isolate('vs1');
    pair.lose(() => false);
    pair.pass(3_000);
    pair.world.network.mendAll();
    pair.pass(2_000);
    expect(pair.holders()).toHaveLength(1);
    expect(pair.gap(from)).toBe(0);
  });

  test('that the taker does not survive leaves the address where it was', () => {
    const pair = createPair();
    const from = pair.now;
    const id = pair.world.failover('vs1', 51);
    pair.until(() => pair.holders().includes('vsbak'));
    pair.vsbak.crash();
    pair.pass(3_000);
    expect(pair.holders()).toHaveLength(1);
    expect(pair.outcome(id)).toBeDefined();
    expect(pair.gap(from)).toBeLessThan(backupPatience + interval);
  });

  test('to one whose kernel refuses the address leaves it where it was', () => {
    const pair = createPair({ standby: 'warm' });
    const from = pair.now;
    pair.vsbak.kernel.troubles = { refuse: 1, slow: 0 };
    const id = pair.world.failover('vs1', 51);
    pair.pass(3_000);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'not-confirmed' });
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(from)).toBe(0);
  });

  test('to a named director goes to that one', () => {
    const three = createPair({ names: ['vs1', 'vsbak', 'vs3'] });
    const from = three.now;
    three.world.failover('vs1', 51, 'vs3');
    three.pass(500);
    expect(three.holders()).toEqual(['vs3']);
    expect(three.gap(from)).toBe(0);
  });

  test('is refused with the reason when the other cannot take over', () => {
    const reasonFor = (spoil: (pair: Scenario) => void): string | undefined => {
      const pair = createPair();
      spoil(pair);
      pair.pass(1_000);
      const id = pair.world.failover(pair.holders()[0] ?? 'vs1', 51);
      pair.pass(10);
      const outcome = pair.outcome(id);
      expect(pair.holders()).toHaveLength(1);
      return outcome?.ok === false ? outcome.reason : 'it was done';
    };
    expect(reasonFor(() => undefined)).toBe('it was done');
    expect(reasonFor((pair) => pair.vsbak.crash())).toBe('peer-not-heard');
    expect(reasonFor((pair) => pair.vsbak.kernel.setLink('eth0', false))).toBe('peer-in-fault');
    expect(reasonFor((pair) => pair.world.maintenance('vsbak', true))).toBe('peer-in-maintenance');
    expect(reasonFor((pair) => pair.vs1.learnRules(2))).toBe('peer-rules-not-in');
  });

  test('asked of a director that is not active is refused', () => {
    const pair = createPair();
    const id = pair.world.failover('vsbak', 51);
    pair.pass(10);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'not-active' });
  });
});

describe('people and init systems', () => {
  test('a stop hands over first and releases after', () => {
    const pair = createPair();
    const from = pair.now;
    pair.world.shutdown('vs1', 'handover');
    pair.pass(1_000);
    expect(pair.vs1.running).toBe(false);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.gap(from)).toBe(0);
    expect(pair.overlap(from)).toBeLessThan(2);
  });

  test('a stop with nobody to hand over to releases all the same', () => {
    const pair = createPair();
    pair.vsbak.crash();
    pair.pass(1_000);
    pair.world.shutdown('vs1', 'handover');
    pair.pass(100);
    expect(pair.vs1.running).toBe(false);
    expect(pair.holders()).toEqual([]);
  });

  test('a restart in place drops nothing, although it takes longer than a backup waits', () => {
    const pair = createPair();
    const from = pair.now;
    pair.world.shutdown('vs1', 'inPlace');
    pair.pass(1_500);
    pair.vs1.start();
    pair.pass(20_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(from) + pair.overlap(from)).toBe(0);
  });

  test('a backup that comes out of a fault meanwhile is as patient with a restart in place as before', () => {
    const pair = createPair();
    const from = pair.now;
    pair.world.shutdown('vs1', 'inPlace');
    pair.pass(100);
    pair.vsbak.kernel.setLink('eth0', false);
    pair.pass(10);
    pair.vsbak.kernel.setLink('eth0', true);
    pair.pass(1_000);
    pair.vs1.start();
    pair.pass(5_000);
    expect(pair.overlap(from)).toBe(0);
  });

  test('an active told to enter maintenance hands over first, and stays out after a restart', () => {
    const pair = createPair();
    const from = pair.now;
    const id = pair.world.maintenance('vs1', true);
    pair.pass(200);
    expect(pair.outcome(id)).toMatchObject({ ok: true });
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.gap(from)).toBe(0);
    pair.vs1.kill();
    pair.vsbak.crash();
    pair.vs1.start();
    pair.pass(5_000);
    expect(pair.holders()).toEqual([]);
    pair.world.maintenance('vs1', false);
    pair.pass(1_000);
    expect(pair.holders()).toEqual(['vs1']);
  });

  test('an active that nobody can relieve refuses maintenance and goes on', () => {
    const pair = createPair();
    pair.vsbak.crash();
    pair.pass(1_000);
    const id = pair.world.maintenance('vs1', true);
    pair.pass(100);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'peer-not-heard' });
    expect(pair.holders()).toEqual(['vs1']);
  });
});
