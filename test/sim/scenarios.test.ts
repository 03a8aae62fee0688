import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { type Fact, millis } from '../../src/core/types.ts';
import type { Packet } from './happening.ts';
import { createPair, createScenario, type Scenario } from './scenario.ts';
import { leaseFor } from './setup.ts';

const interval = millis(100);
const backupPatience = activeDownInterval(100, interval);

const phaseSaid = (packet: Packet): string | undefined => packet.advert?.groups[0]?.phase;
const became = (facts: readonly Fact[], type: Fact['type']): number => facts.filter((fact) => fact.type === type).length;
const reasonOf = (scenario: Scenario, node: string): string | undefined =>
  scenario
    .facts(node)
    .flatMap((fact) => (fact.type === 'becameActive' || fact.type === 'becameBackup' ? [fact.reason] : []))
    .at(-1);

describe('who serves', () => {
  test('of two directors that start together the one of higher priority serves, and only that one', () => {
    const pair = createPair();
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.overlap(0)).toBe(0);
  });

  test('with equal priorities the higher address serves when both were cut off and meet again', () => {
    const pair = createScenario({ priorities: [100, 100] });
    pair.world.isolate('vs1');
    pair.vs1.start();
    pair.vsbak.start();
    pair.pass(1_000);
    expect(pair.holders()).toEqual(['vs1', 'vsbak']);
    pair.world.network.mendAll();
    pair.pass(300);
    expect(pair.holders()).toEqual(['vsbak']);
  });

  test('a returned primary waits for the operator', () => {
    const pair = createPair();
    pair.vs1.crash();
    pair.pass(1_000);
    pair.vs1.boot();
    pair.pass(5_000);
    expect(pair.holders()).toEqual(['vsbak']);
  });

  test('a returned primary takes over by itself when it may preempt, not before the delay', () => {
    const pair = createPair({ preempt: true, preemptDelay: 2_000 });
    pair.vs1.crash();
    pair.pass(1_000);
    pair.vs1.boot();
    const booted = pair.now;
    pair.pass(1_900);
    expect(pair.holders()).toEqual(['vsbak']);
    pair.pass(1_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.gap(booted)).toBe(0);
  });

  test('of three directors exactly one takes over from a dead active, the one of higher priority', () => {
    const three = createPair({ names: ['vs1', 'vsbak', 'vs3'] });
    const died = three.now;
    three.vs1.crash();
    three.pass(2_000);
    expect(three.holders()).toEqual(['vsbak']);
    expect(three.overlap(died)).toBe(0);
  });

  test('a backup whose rules are not in does not take over before they are', () => {
    const pair = createPair();
    pair.vsbak.kill();
    pair.vsbak.loseDisk();
    pair.vsbak.start();
    pair.pass(500);
    pair.vs1.crash();
    pair.pass(3_000);
    expect(pair.holders()).toEqual([]);
    expect(became(pair.facts('vsbak'), 'takeoverWithheld')).toBe(1);
    pair.vsbak.learnRules(1);
    pair.pass(10);
    expect(pair.holders()).toEqual(['vsbak']);
  });
});

describe('when the active dies', () => {
  test('the backup serves an Active_Down_Interval after the last advert that it heard', () => {
    const pair = createPair();
    pair.vs1.crash();
    const took = pair.until(() => pair.holders().includes('vsbak'));
    expect(took).toBeGreaterThan(backupPatience - interval - 1);
    expect(took).toBeLessThan(backupPatience + 1);
  });

  test('the backup writes the rules, then the addresses, then announces them, then says so', () => {
    const pair = createPair();
    const from = pair.story.length;
    pair.vs1.crash();
    pair.until(() => pair.holders().includes('vsbak'));
    pair.pass(1);
    const told = pair.story.slice(from).flatMap((one) => {
      if (one.type === 'sent' && one.packet.from === 'vsbak') return phaseSaid(one.packet) === 'active' ? ['says active'] : [];
      if (one.type !== 'rulesLoaded' && one.type !== 'addressAdded' && one.type !== 'announced') return [];
      return one.node === 'vsbak' ? [one.type] : [];
    });
    expect(told.slice(0, 6)).toEqual(['rulesLoaded', 'addressAdded', 'addressAdded', 'announced', 'announced', 'says active']);
  });

  test('adverts recorded from its life do not keep a dead active alive', () => {
    const pair = createPair();
    const recorded = pair.story.flatMap((one) => (one.type === 'sent' && one.packet.from === 'vs1' ? [one.packet] : [])).slice(-20);
    pair.vs1.crash();
    for (const [round, packet] of recorded.entries()) {
      pair.world.timeline.at(pair.now + 30 * round, () => pair.world.network.send(packet, 0));
    }
    expect(pair.until(() => pair.holders().includes('vsbak'))).toBeLessThan(backupPatience + 1);
    expect(pair.reports('vsbak')).toContainEqual(expect.objectContaining({ type: 'dropped', cause: 'stale' }));
  });

  test('a killed process leaves its addresses to the kernel, which takes them away when the lease ends', () => {
    const pair = createPair();
    const killed = pair.now;
    pair.vs1.kill();
    pair.pass(1_000);
    expect(pair.holders()).toEqual(['vs1', 'vsbak']);
    pair.pass(3_000);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.gap(killed)).toBe(0);
  });

  test('a killed process leaves them for long enough, whenever between two renewals it was killed', () => {
    const slow = millis(1_000);
    for (let after = 0; after < 4_000; after += 250) {
      const pair = createPair({ interval: slow, leaseSeconds: leaseFor(slow) });
      pair.pass(after);
      const killed = pair.now;
      pair.vs1.kill();
      pair.pass(20_000);
      expect(pair.holders()).toEqual(['vsbak']);
      expect(pair.gap(killed), `killed after ${after} ms`).toBe(0);
    }
  });

  test('a process that restarts too late finds the other one active and lets go', () => {
    const pair = createPair();
    pair.vs1.kill();
    pair.pass(800);
    pair.vs1.start();
    pair.pass(50);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(reasonOf(pair, 'vs1')).toBe('active-elsewhere');
  });

  test('a process that restarts in time goes on, and nobody else ever serves', () => {
    const pair = createPair();
    const killed = pair.now;
    pair.vs1.kill();
    pair.pass(150);
    pair.vs1.start();
    pair.pass(5_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(reasonOf(pair, 'vs1')).toBe('adopted');
    expect(pair.gap(killed) + pair.overlap(killed)).toBe(0);
  });

  test('a restarted director whose state directory was lost is heard again at once', () => {
    const pair = createPair();
    pair.pass(20_000);
    pair.vsbak.kill();
    pair.vsbak.loseDisk();
    pair.pass(1_000);
    pair.vsbak.start();
    pair.pass(250);
    expect(pair.facts('vs1').at(-1)).toEqual({ type: 'peerHeard', peer: 'vsbak' });
    expect(pair.vsbak.disk.incarnation).toBe(2);
  });
});

describe('when wires fail', () => {
  test('one of two links is enough', () => {
    const pair = createPair();
    const from = pair.now;
    pair.world.network.cut('vs1', 'vsbak', 0);
    pair.world.network.cut('vsbak', 'vs1', 1);
    pair.pass(10_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.overlap(from)).toBe(0);
  });

  test('an active that is not heard sees it in the echoes and yields to the one who cannot know', () => {
    const pair = createPair();
    pair.world.network.cut('vs1', 'vsbak', 'all');
    pair.pass(2_000);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(reasonOf(pair, 'vs1')).toBe('not-heard-by-active');
  });

  test('when a cut heals the loser lets go at once and the winner announces again', () => {
    const pair = createPair();
    pair.world.isolate('vs1');
    pair.pass(2_000);
    expect(pair.holders()).toEqual(['vs1', 'vsbak']);
    pair.world.network.mendAll();
    const healed = pair.story.length;
    expect(pair.until(() => pair.holders().length === 1)).toBeLessThan(interval + 1);
    pair.pass(interval);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.story.slice(healed)).toContainEqual(expect.objectContaining({ type: 'announced', node: 'vs1' }));
  });

  test('an active that loses the link of a virtual IP is replaced at once, not after an Active_Down_Interval', () => {
    const pair = createPair();
    pair.vs1.kernel.setLink('eth0', false);
    expect(pair.until(() => pair.holders().includes('vsbak'))).toBeLessThan(interval);
    expect(pair.vs1.kernel.addresses.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.1.2']);
  });
});

describe('when a process stands still', () => {
  test('an active that slept through its peer’s patience steps down before it sends another advert', () => {
    const pair = createPair();
    pair.vs1.pause(2_000);
    pair.pass(1_999);
    const thawed = pair.story.length;
    pair.pass(50);
    const said = pair.story
      .slice(thawed)
      .flatMap((one) => (one.type === 'sent' && one.packet.from === 'vs1' ? [phaseSaid(one.packet)] : []));
    expect(new Set(said)).toEqual(new Set(['backup']));
    expect(reasonOf(pair, 'vs1')).toBe('stalled');
    expect(pair.holders()).toEqual(['vsbak']);
  });

  test('a backup that slept does not believe its timer before its packets', () => {
    const pair = createPair();
    pair.vsbak.pause(2_000);
    pair.pass(4_000);
    expect(pair.holders()).toEqual(['vs1']);
    expect(became(pair.facts('vsbak'), 'becameActive')).toBe(0);
  });

  test('nor does one that a slow kernel call held up', () => {
    const pair = createPair();
    pair.world.failover('vs1', 51);
    pair.vs1.kernel.troubles = { refuse: 0, slow: 4_000 };
    pair.pass(20);
    pair.vs1.kernel.troubles = { refuse: 0, slow: 0 };
    pair.pass(10_000);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(became(pair.facts('vs1'), 'becameActive')).toBe(1);
  });
});

describe('what waited in a full socket while a process stood still is not acted on', () => {
  test('that the active left, though it came back since', () => {
    const pair = createPair({ socketSlots: 20 });
    pair.vs1.pause(2_000);
    pair.pass(500);
    expect(pair.holders()).toContain('vsbak');
    pair.vsbak.kernel.setLink('eth0', false);
    pair.pass(10);
    pair.vsbak.kernel.setLink('eth0', true);
    pair.pass(1_491);
    const thawed = pair.now;
    pair.pass(2_000);
    expect(pair.holders()).toEqual(['vsbak']);
    expect(pair.overlap(thawed)).toBe(0);
    expect(became(pair.facts('vs1'), 'becameActive')).toBe(1);
  });

  test('that the active asked for a handover, though it called that off since', () => {
    const pair = createPair({ socketSlots: 8 });
    const from = pair.now;
    pair.vsbak.pause(3_000);
    const id = pair.world.failover('vs1', 51);
    pair.pass(5_000);
    expect(pair.outcome(id)).toMatchObject({ ok: false, reason: 'not-confirmed' });
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.overlap(from)).toBe(0);
  });
});

describe('the kernel', () => {
  test('a virtual IP that somebody removes comes back and is reported', () => {
    const pair = createPair();
    const [vip] = pair.world.setup.groups[0]?.vips ?? [];
    if (vip === undefined) throw new Error('a group without addresses');
    pair.vs1.kernel.remove(vip, 'stranger');
    expect(pair.until(() => pair.vs1.kernel.has(vip))).toBeLessThan(5);
    expect(pair.reports('vs1')).toContainEqual({ type: 'vipRestored', vrid: 51, address: vip.address, dev: vip.dev });
  });

  test('foreign addresses stay through takeovers in both directions', () => {
    const pair = createPair();
    const foreign = { family: 4 as const, address: '198.51.100.1', prefix: 24, dev: 'eth0' };
    pair.vs1.kernel.add(foreign, 'stranger');
    pair.world.failover('vs1', 51);
    pair.pass(500);
    pair.world.failover('vsbak', 51);
    pair.pass(500);
    expect(pair.holders()).toEqual(['vs1']);
    expect(pair.vs1.kernel.has(foreign)).toBe(true);
  });

  test('no address follows rules that were refused, and the next try writes the rules first', () => {
    const alone = createScenario();
    alone.vs1.kernel.troubles = { refuse: 1, slow: 0 };
    alone.vs1.start();
    alone.pass(5_000);
    expect(alone.holders()).toEqual([]);
    expect(became(alone.facts('vs1'), 'enteredFault')).toBe(1);
    expect(alone.reports('vs1').map((report) => report.type)).not.toContain('vipRestored');
    expect(alone.reports('vs1').map((report) => report.type)).not.toContain('takeover');
    alone.vs1.kernel.troubles = { refuse: 0, slow: 0 };
    alone.pass(10_000);
    expect(alone.holders()).toEqual(['vs1']);
    expect(alone.vs1.kernel.rulesRevision).toBe(1);
  });

  test('a director announces its own addresses when a link comes up, but not one that was taken from it', () => {
    const pair = createPair();
    const own = { family: 4 as const, address: '10.0.0.3', prefix: 24, dev: 'eth0' };
    pair.vsbak.kernel.remove(own, 'stranger');
    const from = pair.story.length;
    for (const dev of ['eth0', 'eth1']) {
      pair.vsbak.kernel.setLink(dev, false);
      pair.pass(10);
      pair.vsbak.kernel.setLink(dev, true);
      pair.pass(10);
    }
    const announced = pair.story.slice(from).flatMap((one) => (one.type === 'announced' ? [one.address.address] : []));
    expect(announced).toEqual(['10.0.1.3']);
  });
});
