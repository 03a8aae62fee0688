import { describe, expect, test } from 'vitest';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import { backupTo, createDirector, factsOf, kindsOf, rulesIn, rulesNotIn, web } from './director.ts';

const deadline = activeDownInterval(150, millis(100));

/** Its active is gone and it has no rules. */
function withheld() {
  const director = backupTo('vsbak');
  director.tell({ type: 'rulesChanged', rules: rulesNotIn });
  const effects = director.runUntil(deadline);
  return { director, effects };
}

describe('a backup without rules whose active is gone', () => {
  test('does not take over: a virtual IP without its services answers clients with RST', () => {
    const { director, effects } = withheld();
    expect(director.phase()).toBe('backup');
    expect(director.intent()).toBe('absent');
    expect(factsOf(effects)).toContainEqual({ type: 'takeoverWithheld', vrid: web });
  });

  test('tells so once', () => {
    const { director } = withheld();
    expect(kindsOf(director.runUntil(60_000))).not.toContain('takeoverWithheld');
  });

  test('takes over as soon as the rules are in', () => {
    const { director } = withheld();
    director.runUntil(5_000);
    director.tell({ type: 'rulesChanged', rules: rulesIn });
    const effects = director.runUntil(5_000);
    expect(director.phase()).toBe('active');
    expect(factsOf(effects)).toContainEqual(expect.objectContaining({ type: 'becameActive' }));
  });

  test('does not when other rules come that are not ready either', () => {
    const { director } = withheld();
    director.tell({ type: 'rulesChanged', rules: { ...rulesNotIn, revision: 8 } });
    director.runUntil(5_000);
    expect(director.phase()).toBe('backup');
  });

  test('follows an active that is heard again, and does not take over from it when the rules come', () => {
    const { director } = withheld();
    director.hear('vsbak', { phase: 'active' });
    director.tell({ type: 'rulesChanged', rules: rulesIn });
    director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('backup');
    expect(director.backup().deadline).toBe(director.now + deadline);
  });
});

describe('rules that come and go', () => {
  test('while the active is heard change nothing', () => {
    const director = backupTo('vsbak');
    const before = director.state.groups;
    director.tell({ type: 'rulesChanged', rules: rulesNotIn });
    director.tell({ type: 'rulesChanged', rules: rulesIn });
    expect(director.state.groups).toBe(before);
  });

  test('a director that never had any may take over: an empty document is one, when it is ready', () => {
    const director = createDirector();
    director.start({ rules: { revision: 0, digest: '0'.repeat(16), ready: true } });
    director.runUntil(1_000);
    expect(director.phase()).toBe('active');
  });

  test('are told in the next advert', () => {
    const director = backupTo('vsbak');
    director.tell({ type: 'rulesChanged', rules: { ...rulesIn, revision: 8 } });
    expect(director.runUntil(100)).toMatchObject([{ type: 'sendAdvert', advert: { rules: { revision: 8 } } }]);
  });
});
