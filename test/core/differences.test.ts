import { describe, expect, test } from 'vitest';
import { activeDirector, advertsOf, backupTo, createDirector, kindsOf, lastSaid } from './director.ts';

describe('deliberate differences from RFC 9568', () => {
  test('nobody owns a virtual IP: priority 255 does not exist, a start never leads to Active at once', () => {
    const director = createDirector({ priorities: { vs1: 254, vsbak: 100 } });
    director.start();
    expect(director.phase()).toBe('backup');
  });

  test('every director advertises, in every phase: a backup is known to be there', () => {
    const backup = backupTo('vsbak');
    expect(advertsOf(backup.runUntil(300))).toHaveLength(3);
    const fault = backupTo('vsbak');
    fault.tell({ type: 'linkWentDown', dev: 'eth0' });
    expect(advertsOf(fault.runUntil(1_000)).length).toBeGreaterThanOrEqual(9);
    const resting = createDirector();
    resting.start({ maintenance: true });
    expect(advertsOf(resting.runUntil(1_000)).length).toBeGreaterThanOrEqual(9);
  });

  test('an active that says it is not active any more is taken at its word, as if by priority 0', () => {
    for (const phase of ['backup', 'fault', 'maintenance'] as const) {
      const director = backupTo('vsbak');
      director.later(10).hear('vsbak', { phase });
      director.tell({ type: 'timePassed' });
      expect(director.phase()).toBe('active');
    }
  });

  test('the first in line does not wait its Skew_Time when the active says that it leaves', () => {
    const director = backupTo('vsbak');
    director.later(10).hear('vsbak', { phase: 'initialize', priority: 0 });
    expect(director.backup().deadline).toBe(10);
  });

  test('that the active leaves, or asks, is believed only when it answers what we said lately: it may have waited in a socket', () => {
    const director = backupTo('vsbak');
    const { deadline } = director.backup();
    const echo = { incarnation: 1, sequence: director.state.sequence };
    director.runUntil(299);
    director.hear('vsbak', { phase: 'initialize', priority: 0, echo });
    expect(director.backup().deadline).toBe(299);
    const slept = backupTo('vsbak').at(300);
    slept.hear('vsbak', { phase: 'initialize', priority: 0, echo });
    expect(slept.backup().deadline).toBe(deadline);
    slept.hear('vsbak', { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' }, echo });
    expect(slept.phase()).toBe('backup');
  });

  test('the announcement goes before the advert: clients first', () => {
    const director = backupTo('vsbak');
    const effects = director.runUntil(1_000);
    const kinds = kindsOf(effects).slice(kindsOf(effects).indexOf('becameActive'));
    expect(kinds.slice(0, 3)).toEqual(['becameActive', 'announce', 'sendAdvert']);
  });

  test('an advert of a losing active is answered by announcements, too', () => {
    expect(kindsOf(activeDirector().hear('vsbak', { phase: 'active' }))).toContain('announce');
  });

  test('a change is told at once and not with the next advert', () => {
    const director = backupTo('vsbak');
    director.runUntil(150);
    expect(lastSaid(director.tell({ type: 'linkWentDown', dev: 'eth0' }))).toMatchObject({ phase: 'fault' });
    expect(director.state.nextAdvertAt).toBe(250);
  });

  test('a backup that hears a better backup before any active starts its timer anew, once', () => {
    const director = createDirector({ self: 'vsbak' });
    director.start();
    director.later(200).hear('vs1', { phase: 'backup' });
    const { deadline } = director.backup();
    expect(deadline).toBe(200 + 3 * 100 + (156 * 100) / 256);
    director.later(50).hear('vs1', { phase: 'backup' });
    expect(director.backup().deadline).toBe(deadline);
  });

  test('an advert that asks for an answer gets it at once, for the asking one alone, and the Adver_Timer runs on', () => {
    const director = backupTo('vsbak');
    const due = director.state.nextAdvertAt;
    const effects = director.later(10).hear('vsbak', { phase: 'active', solicit: true });
    expect(effects).toMatchObject([{ type: 'sendAdvert', to: 'vsbak', advert: { solicit: false } }]);
    expect(director.state.nextAdvertAt).toBe(due);
  });
});
