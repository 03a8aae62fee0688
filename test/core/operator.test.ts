import { describe, expect, test } from 'vitest';
import { type Cluster, createCluster } from './cluster.ts';
import {
  activeDirector,
  advertsOf,
  answersOf,
  backupTo,
  createDirector,
  type Director,
  factsOf,
  kindsOf,
  lastSaid,
  type Setup,
  web,
} from './director.ts';

const maintenance = (director: Director, on: boolean, requestId = 1) => director.tell({ type: 'maintenanceRequested', requestId, on });
const shutdown = (director: Director, how: 'handover' | 'inPlace' = 'handover') => director.tell({ type: 'shutdownRequested', how });

function activeWithBackup(setup: Setup = {}): Director {
  const director = activeDirector(setup);
  director.hear('vsbak', { groups: director.config.groups.map(({ vrid }) => ({ vrid, ...inBackup })) });
  return director;
}

const inBackup = { phase: 'backup', priority: 100, holding: false, handover: undefined } as const;

/** The peer confirms every handover that it is asked for. */
function confirm(director: Director): ReturnType<Director['hear']> {
  const groups = director.state.groups.map(({ spec, role }) => {
    const id = role.phase === 'active' ? role.giving?.id : undefined;
    if (id === undefined) return { vrid: spec.vrid, ...inBackup };
    return { vrid: spec.vrid, phase: 'active', priority: 100, holding: true, handover: { id, phase: 'taken', peer: 'vs1' } } as const;
  });
  return director.later(1).hear('vsbak', { groups });
}

function pair(setup: Setup = {}): Cluster {
  const cluster = createCluster(setup);
  cluster.boot('vs1');
  cluster.boot('vsbak');
  cluster.run(5_000);
  return cluster;
}

describe('maintenance', () => {
  test('of a backup begins at once, and it takes nothing over any more', () => {
    const director = backupTo('vsbak');
    const effects = maintenance(director, true);
    expect(director.phase()).toBe('maintenance');
    expect(lastSaid(effects)).toMatchObject({ phase: 'maintenance', holding: false });
    expect(answersOf(effects)).toMatchObject([{ requestId: 1, outcome: { ok: true } }]);
    director.runUntil(60_000);
    expect(director.phase()).toBe('maintenance');
  });

  test('of an active hands over first, and is answered when that is done', () => {
    const director = activeWithBackup();
    expect(answersOf(maintenance(director, true))).toEqual([]);
    expect(director.intent()).toBe('hold');
    const effects = confirm(director);
    expect(director.phase()).toBe('maintenance');
    expect(kindsOf(effects)).toEqual(['handoverCompleted', 'enteredMaintenance', 'answer', 'sendAdvert']);
    expect(answersOf(effects)).toMatchObject([{ requestId: 1, outcome: { ok: true } }]);
  });

  test('is refused when nobody could take over: nothing changes', () => {
    const director = activeWithBackup();
    director.hear('vsbak', { phase: 'maintenance' });
    const before = director.state;
    expect(answersOf(maintenance(director, true))).toMatchObject([{ outcome: { ok: false, reason: 'peer-in-maintenance' } }]);
    expect(director.state).toEqual(before);
  });

  test('is refused when nobody could take one of several groups over: none is handed over', () => {
    const director = activeDirector({ more: [{ vrid: 52 }] });
    director.hear('vsbak', {
      groups: [
        { vrid: web, ...inBackup },
        { vrid: 52, ...inBackup, phase: 'fault' },
      ],
    });
    expect(answersOf(maintenance(director, true))).toMatchObject([{ outcome: { ok: false, reason: 'peer-in-fault' } }]);
    expect([director.phase(web), director.phase(52)]).toEqual(['active', 'active']);
    expect(director.state.maintenance).toBe(false);
  });

  test('is withdrawn when the other does not confirm: it goes on as active, and the rest is backup again', () => {
    const director = activeWithBackup({ more: [{ vrid: 52 }] });
    const backupNow = [{ vrid: web, ...inBackup }, { vrid: 52, ...inBackup, phase: 'active', holding: true, priority: 200 } as const];
    director.hear('vsbak', { groups: backupNow });
    expect(director.phase(52)).toBe('backup');
    maintenance(director, true);
    expect(director.phase(52)).toBe('maintenance');
    const effects = director.later(1).hear('vsbak', { groups: [{ vrid: web, ...inBackup, phase: 'fault' }] });
    expect([director.phase(web), director.phase(52)]).toEqual(['active', 'backup']);
    expect(answersOf(effects)).toMatchObject([{ requestId: 1, outcome: { ok: false, reason: 'not-confirmed' } }]);
    expect(director.state.maintenance).toBe(false);
  });

  test('of one whose group is outranked in the middle ends in maintenance, too', () => {
    const director = activeWithBackup();
    maintenance(director, true);
    const effects = director.later(1).hear('vsbak', { phase: 'active', priority: 200 });
    expect(director.phase()).toBe('maintenance');
    expect(answersOf(effects)).toMatchObject([{ requestId: 1, outcome: { ok: true } }]);
  });

  test('a second request while one is under way is refused', () => {
    const director = activeWithBackup();
    maintenance(director, true);
    expect(answersOf(maintenance(director, false, 2))).toMatchObject([{ requestId: 2, outcome: { reason: 'handover-under-way' } }]);
    expect(answersOf(maintenance(director, true, 3))).toMatchObject([{ requestId: 3, outcome: { reason: 'handover-under-way' } }]);
  });

  test('off: the groups go to Backup, or to Fault when a link is down', () => {
    const director = createDirector({ more: [{ vrid: 52, devices: ['eth5'] }] });
    director.start({ maintenance: true, linksDown: ['eth5'] });
    expect([director.phase(web), director.phase(52)]).toEqual(['maintenance', 'maintenance']);
    const effects = maintenance(director, false);
    expect([director.phase(web), director.phase(52)]).toEqual(['backup', 'fault']);
    expect(factsOf(effects)).toContainEqual({ type: 'becameBackup', vrid: web, reason: 'maintenance-ended', to: undefined });
  });

  test('goes through Fault: a link that comes up in maintenance leads back to maintenance', () => {
    const director = backupTo('vsbak');
    director.tell({ type: 'linkWentDown', dev: 'eth0' });
    maintenance(director, true);
    director.tell({ type: 'linkCameUp', dev: 'eth0' });
    expect(director.phase()).toBe('maintenance');
  });

  test('between two directors is without a gap', () => {
    const cluster = pair();
    cluster.tell('vs1', { type: 'maintenanceRequested', requestId: 1, on: true });
    for (let moment = 0; moment < 10; moment += 0.25) {
      cluster.run(0.25);
      expect(cluster.holders()).not.toEqual([]);
    }
    expect([cluster.phase('vs1'), cluster.phase('vsbak')]).toEqual(['maintenance', 'active']);
    cluster.powerOff('vsbak');
    cluster.run(10_000);
    expect(cluster.actives()).toEqual([]);
    cluster.tell('vs1', { type: 'maintenanceRequested', requestId: 2, on: false });
    cluster.run(1_000);
    expect(cluster.holders()).toEqual(['vs1']);
  });
});

describe('a planned stop', () => {
  test('hands over first and releases after', () => {
    const director = activeWithBackup();
    const asked = shutdown(director);
    expect(lastSaid(asked)).toMatchObject({ phase: 'active', handover: { phase: 'ask', peer: 'vsbak' } });
    expect(kindsOf(asked)).not.toContain('exit');
    expect(director.intent()).toBe('hold');
    const effects = confirm(director);
    expect(kindsOf(effects)).toEqual(['handoverCompleted', 'stopped', 'sendAdvert', 'exit']);
    expect(lastSaid(effects)).toMatchObject({ phase: 'initialize', priority: 0 });
    expect(director.intent()).toBe('absent');
  });

  test('releases at once when nobody can take over', () => {
    const director = activeDirector();
    const effects = shutdown(director);
    expect(kindsOf(effects)).toEqual(['stopped', 'sendAdvert', 'exit']);
    expect(director.intent()).toBe('absent');
  });

  test('releases when the other does not confirm: the operator wants this process to end', () => {
    const director = activeWithBackup();
    shutdown(director);
    for (let moment = 0; moment < 900; moment += 50) {
      director.runUntil(director.now + 50);
      director.hear('vsbak', { phase: 'backup' });
    }
    const effects = director.runUntil(director.now + 1_000);
    expect(kindsOf(effects)).toContain('handoverCalledOff');
    expect(lastSaid(effects)).toMatchObject({ phase: 'initialize', priority: 0 });
    expect(kindsOf(effects).at(-1)).toBe('exit');
  });

  test('ends only when all of its groups are released', () => {
    const director = activeWithBackup({ more: [{ vrid: 52, name: 'other' }] });
    shutdown(director);
    const role = director.role(web);
    const id = role.phase === 'active' ? (role.giving?.id ?? 0) : 0;
    const taken = { vrid: web, phase: 'active', priority: 100, holding: true, handover: { id, phase: 'taken', peer: 'vs1' } } as const;
    const first = director.later(1).hear('vsbak', { groups: [taken, { vrid: 52, ...inBackup }] });
    expect([director.phase(web), director.phase(52)]).toEqual(['stopped', 'active']);
    expect(kindsOf(first)).not.toContain('exit');
    expect(kindsOf(confirm(director)).at(-1)).toBe('exit');
  });

  test('while an operator hands over ends with that handover, and the operator is answered', () => {
    const director = activeWithBackup();
    director.tell({ type: 'failoverRequested', requestId: 7, vrid: web, to: 'vsbak' });
    expect(kindsOf(shutdown(director))).not.toContain('exit');
    const effects = confirm(director);
    expect(answersOf(effects)).toMatchObject([{ requestId: 7, outcome: { ok: true } }]);
    expect(kindsOf(effects).at(-1)).toBe('exit');
  });

  test('after it nothing happens any more', () => {
    const director = activeDirector();
    shutdown(director);
    expect(director.hear('vsbak', { phase: 'active' })).toEqual([]);
    expect(director.later(60_000).tell({ type: 'timePassed' })).toEqual([]);
    expect(director.deadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('between two directors is without a gap', () => {
    const cluster = pair();
    cluster.tell('vs1', { type: 'shutdownRequested', how: 'handover' });
    for (let moment = 0; moment < 10; moment += 0.25) {
      cluster.run(0.25);
      expect(cluster.holders()).not.toEqual([]);
    }
    expect(cluster.holders()).toEqual(['vsbak']);
    expect(cluster.phase('vs1')).toBe('down');
  });
});

describe('an end in place', () => {
  test('leaves the kernel as it is and asks the peers for patience', () => {
    const director = activeWithBackup();
    const effects = shutdown(director, 'inPlace');
    expect(kindsOf(effects)).toEqual(['stopped', 'sendAdvert', 'exit']);
    expect(advertsOf(effects)).toMatchObject([{ interval: 1_500, groups: [{ phase: 'active', priority: 150 }] }]);
    expect(director.intent()).toBe('keep');
    expect(factsOf(effects)).toEqual([{ type: 'stopped', vrid: web, released: false }]);
  });

  test('answers a maintenance request that was under way', () => {
    const director = activeWithBackup();
    maintenance(director, true);
    expect(answersOf(shutdown(director, 'inPlace'))).toMatchObject([{ requestId: 1, outcome: { ok: false, reason: 'stopping' } }]);
  });

  test('and a start within the patience: nobody else ever holds the virtual IPs, and nobody announces them but it', () => {
    for (const away of [1, 50, 400, 1_000, 4_000]) {
      const cluster = pair();
      cluster.tell('vs1', { type: 'shutdownRequested', how: 'inPlace' });
      cluster.run(away);
      expect(cluster.holders()).toEqual(['vs1']);
      cluster.boot('vs1');
      cluster.run(10_000);
      expect(cluster.holders(), `away for ${away} ms`).toEqual(['vs1']);
      const announcers = new Set(cluster.seen.filter(({ effect }) => effect.type === 'announce').map(({ node }) => node));
      expect([...announcers]).toEqual(['vs1']);
    }
  });

  test('and no start within it: the backup takes over, and the process that comes too late lets go at once', () => {
    const cluster = pair();
    cluster.tell('vs1', { type: 'shutdownRequested', how: 'inPlace' });
    cluster.run(6_000);
    expect(cluster.holders()).toEqual(['vs1', 'vsbak']);
    cluster.boot('vs1');
    cluster.run(2);
    expect(cluster.holders()).toEqual(['vsbak']);
    cluster.run(10_000);
    expect(cluster.actives()).toEqual(['vsbak']);
  });

  test('a crash and a start within the Active_Down_Interval drop nothing either', () => {
    for (const away of [0, 1, 100, 250]) {
      const cluster = pair();
      cluster.crash('vs1');
      cluster.run(away);
      cluster.boot('vs1');
      cluster.run(10_000);
      expect(cluster.holders(), `away for ${away} ms`).toEqual(['vs1']);
    }
  });

  test('a process that crashes as often as it starts is replaced', () => {
    const cluster = pair();
    for (let crash = 0; crash < 40; crash += 1) {
      cluster.crash('vs1');
      cluster.run(50);
      cluster.boot('vs1');
      cluster.run(0.3);
    }
    expect(cluster.phase('vsbak')).toBe('active');
  });
});
