import { describe, expect, test } from 'vitest';
import { withGroup, withInterval, withNewGroup, withoutGroup } from './changes.ts';
import { createPair, type Scenario } from './scenario.ts';
import type { Setup } from './setup.ts';
import { vipsOf } from './setup.ts';

const transitions = (pair: Scenario): readonly string[] =>
  ['vs1', 'vsbak'].flatMap((node) => pair.facts(node).map(({ type }) => `${node} ${type}`));

/** The change in the file of both, put in force on one director after the other. */
function reload(pair: Scenario, change: (setup: Setup) => Setup, order: readonly string[] = ['vs1', 'vsbak']): void {
  pair.world.edit(change);
  for (const name of order) {
    expect(pair.outcome(pair.world.reload(name))).toBeUndefined();
    pair.pass(5_000);
  }
}

const vipChanges = (pair: Scenario, from: number): readonly string[] =>
  pair.story
    .slice(from)
    .flatMap((one) =>
      one.type === 'addressAdded' || one.type === 'addressRemoved' ? [`${one.node} ${one.type} ${one.address.address}`] : [],
    );

describe('an interval that is made longer', () => {
  test('on the active is no silence for a backup that misses the first two adverts which say so', () => {
    const pair = createPair();
    const before = transitions(pair);
    pair.world.edit((setup) => withInterval(setup, 1_000));
    pair.pass(35);
    const missed = new Set<number>();
    pair.lose(({ advert }) => {
      if (advert?.from !== 'vs1' || advert.interval !== 1_000) return false;
      if (missed.size < 2) missed.add(advert.sequence);
      return missed.has(advert.sequence);
    });
    pair.world.reload('vs1');
    pair.pass(10_000);
    expect(missed.size).toBe(2);
    expect(transitions(pair)).toEqual(before);
  });

  test.each([[['vs1', 'vsbak']], [['vsbak', 'vs1']]])('on %j, in this order, moves nothing', (order) => {
    const pair = createPair();
    const before = transitions(pair);
    reload(pair, (setup) => withInterval(setup, 1_000), order);
    reload(pair, (setup) => withInterval(setup, 50), order);
    expect(transitions(pair)).toEqual(before);
  });

  test('is what the backup waits by when the active dies after it', () => {
    const pair = createPair();
    reload(pair, (setup) => withInterval(setup, 1_000));
    pair.vs1.crash();
    const took = pair.until(() => pair.holders().length === 1);
    expect(took).toBeGreaterThan(2_000);
    expect(took).toBeLessThan(3_700);
  });
});

describe('virtual IPs', () => {
  test('one that is added comes up on the active alone, and nothing else is touched', () => {
    const pair = createPair();
    const from = pair.story.length;
    reload(pair, (setup) => withGroup(setup, 51, { vips: vipsOf(51, 3) }), ['vsbak', 'vs1']);
    expect(vipChanges(pair, from)).toEqual(['vs1 addressAdded 2001:db8::51']);
    expect(pair.story.slice(from).some((one) => one.type === 'announced' && one.address.address === '2001:db8::51')).toBe(true);
  });

  test('one that is removed is released by the active, and nothing else is touched', () => {
    const pair = createPair();
    const from = pair.story.length;
    reload(pair, (setup) => withGroup(setup, 51, { vips: vipsOf(51, 1) }));
    expect(vipChanges(pair, from)).toEqual(['vs1 addressRemoved 192.168.1.51']);
  });

  test('one that is added during a handover is on whoever holds the group in the end', () => {
    const pair = createPair();
    const change = (setup: Setup): Setup => withGroup(setup, 51, { vips: vipsOf(51, 3) });
    pair.world.edit(change);
    pair.world.failover('vs1', 51, 'vsbak');
    pair.world.reload('vs1');
    pair.world.reload('vsbak');
    pair.pass(3_000);
    expect(pair.holders()).toHaveLength(1);
  });
});

describe('groups', () => {
  test('one that is added is served by the director that got it first, and the other follows', () => {
    const pair = createPair();
    reload(pair, (setup) => withNewGroup(setup, 54), ['vs1', 'vsbak']);
    expect(pair.holders(54)).toEqual(['vs1']);
    expect(pair.holders(51)).toEqual(['vs1']);
  });

  test('one that is removed on the backup first is gone without having moved', () => {
    const pair = createPair();
    reload(pair, (setup) => withNewGroup(setup, 54));
    const from = pair.story.length;
    reload(pair, (setup) => withoutGroup(setup, 54), ['vsbak', 'vs1']);
    expect(vipChanges(pair, from).filter((line) => line.startsWith('vsbak'))).toEqual([]);
    expect(pair.holders(51)).toEqual(['vs1']);
  });
});

test('a reload of a director that stands still is in force when it goes on, and harms nothing', () => {
  const pair = createPair();
  pair.world.edit((setup) => withInterval(withGroup(setup, 51, { vips: vipsOf(51, 3) }), 250));
  pair.vs1.pause(2_000);
  pair.world.reload('vs1');
  pair.world.reload('vsbak');
  pair.pass(10_000);
  expect(pair.holders()).toEqual(['vsbak']);
});
