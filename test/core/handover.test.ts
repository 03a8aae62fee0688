import { describe, expect, test } from 'vitest';
import type { CoreEvent, NodeName } from '../../src/core/types.ts';
import { type Cluster, createCluster, type Seen } from './cluster.ts';
import {
  activeDirector,
  answersOf,
  backupTo,
  type Director,
  factsOf,
  kindsOf,
  lastSaid,
  rulesIn,
  rulesNotIn,
  type Said,
  type Setup,
  web,
} from './director.ts';

const failover = (to?: NodeName, requestId = 1): CoreEvent => ({ type: 'failoverRequested', requestId, vrid: web, to });

/** Active, and its peer is heard and hears it. */
function readyToGive(setup: Setup = {}, said: Said = {}): Director {
  const director = activeDirector(setup);
  for (const { name } of director.config.nodes) if (name !== director.config.self) director.hear(name, { phase: 'backup', ...said });
  return director;
}

function idOf(director: Director): number {
  const role = director.role();
  if (role.phase !== 'active' || role.giving === undefined) throw new Error('no handover');
  return role.giving.id;
}

describe('the active that is asked to hand over', () => {
  test('asks the other by advert, at once, and goes on serving', () => {
    const director = readyToGive();
    const effects = director.tell(failover('vsbak'));
    const id = idOf(director);
    expect(lastSaid(effects)).toMatchObject({
      phase: 'active',
      priority: 150,
      holding: true,
      handover: { id, phase: 'ask', peer: 'vsbak' },
    });
    expect(factsOf(effects)).toEqual([{ type: 'handoverStarted', vrid: web, to: 'vsbak', id }]);
    expect(answersOf(effects)).toEqual([]);
    expect(director.intent()).toBe('hold');
  });

  test('releases when the other says that it has it, and answers the operator then', () => {
    const director = readyToGive();
    director.tell(failover('vsbak'));
    const id = idOf(director);
    director.later(12);
    const effects = director.hear('vsbak', { phase: 'active', handover: { id, phase: 'taken', peer: 'vs1' } });
    expect(director.phase()).toBe('backup');
    expect(director.intent()).toBe('absent');
    expect(factsOf(effects)).toContainEqual({ type: 'handoverCompleted', vrid: web, to: 'vsbak', id, took: 12 });
    expect(factsOf(effects)).toContainEqual({ type: 'becameBackup', vrid: web, reason: 'handed-over', to: 'vsbak' });
    expect(answersOf(effects)).toEqual([{ requestId: 1, outcome: { ok: true, detail: 'vsbak took web over in 12.0 ms' } }]);
    expect(lastSaid(effects)).toMatchObject({ phase: 'backup', handover: undefined });
  });

  test('asks the fittest when nobody is named: the highest priority of those that can', () => {
    const setup = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 120 } };
    const director = readyToGive(setup);
    director.tell(failover());
    expect(director.role()).toMatchObject({ giving: { to: 'vs3' } });
    const other = readyToGive(setup);
    other.hear('vs3', { phase: 'maintenance' });
    other.tell(failover());
    expect(other.role()).toMatchObject({ giving: { to: 'vsbak' } });
  });

  test('does not take back by rank afterwards, also with preemption on: the operator decided', () => {
    const director = readyToGive({ preempt: true });
    director.tell(failover('vsbak'));
    director.hear('vsbak', { phase: 'active', handover: { id: idOf(director), phase: 'taken', peer: 'vs1' } });
    for (let round = 0; round < 100; round += 1) {
      director.runUntil(director.now + 100);
      director.hear('vsbak', { phase: 'active' });
    }
    expect(director.phase()).toBe('backup');
  });

  test('gives each handover an id of its own', () => {
    const director = readyToGive();
    director.tell(failover('vsbak'));
    const first = idOf(director);
    director.hear('vsbak', { phase: 'fault' });
    director.hear('vsbak', { phase: 'backup' });
    director.tell(failover('vsbak', 2));
    expect(idOf(director)).not.toBe(first);
  });

  test('ignores a confirmation with another id, for another director or from another', () => {
    const director = readyToGive({ nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } });
    director.tell(failover('vsbak'));
    const id = idOf(director);
    director.hear('vsbak', { phase: 'active', handover: { id: id + 1, phase: 'taken', peer: 'vs1' } });
    director.hear('vsbak', { phase: 'active', handover: { id, phase: 'taken', peer: 'vs3' } });
    director.hear('vs3', { phase: 'active', handover: { id, phase: 'taken', peer: 'vs1' } });
    director.hear('vsbak', { phase: 'backup', handover: { id, phase: 'taken', peer: 'vs1' } });
    expect(director.phase()).toBe('active');
  });
});

describe('a handover is refused, with the reason, and nothing changes', () => {
  const refused = (director: Director, event: CoreEvent) => {
    const before = director.state;
    const answers = answersOf(director.tell(event));
    expect(director.state.groups).toEqual(before.groups);
    expect(answers).toHaveLength(1);
    const outcome = answers[0]?.outcome;
    return outcome?.ok === false ? outcome.reason : 'it was not refused';
  };
  const unfit: readonly { readonly reason: string; readonly said: Said }[] = [
    { reason: 'peer-does-not-hear-us', said: { echo: 'nothing' } },
    { reason: 'peer-in-maintenance', said: { phase: 'maintenance' } },
    { reason: 'peer-in-fault', said: { phase: 'fault' } },
    { reason: 'peer-not-backup', said: { phase: 'initialize' } },
    { reason: 'peer-rules-not-in', said: { rules: rulesNotIn } },
    { reason: 'peer-rules-not-in', said: { rules: { ...rulesIn, digest: '00000000000000bb' } } },
  ];

  test.each(unfit)('$reason: $said', ({ reason, said }) => {
    expect(refused(readyToGive({}, said), failover('vsbak'))).toBe(reason);
    expect(refused(readyToGive({}, said), failover())).toBe(reason);
  });

  test('peer-not-heard: never, or not any more', () => {
    expect(refused(activeDirector(), failover('vsbak'))).toBe('peer-not-heard');
    const director = readyToGive();
    director.runUntil(director.now + 400);
    expect(refused(director, failover('vsbak'))).toBe('peer-not-heard');
  });

  test('peer-does-not-hear-us: not any more', () => {
    const director = readyToGive();
    const echo = { incarnation: 1, sequence: director.state.sequence };
    for (let round = 0; round < 4; round += 1) {
      director.runUntil(director.now + 100);
      director.hear('vsbak', { phase: 'backup', echo });
    }
    expect(refused(director, failover('vsbak'))).toBe('peer-does-not-hear-us');
  });

  test('not-active, unknown-group, unknown-node, already-there', () => {
    expect(refused(backupTo('vsbak'), failover('vsbak'))).toBe('not-active');
    expect(refused(readyToGive(), { ...failover('vsbak'), vrid: 99 } as CoreEvent)).toBe('unknown-group');
    expect(refused(readyToGive(), failover('vs9'))).toBe('unknown-node');
    expect(refused(readyToGive(), failover('vs1'))).toBe('already-there');
  });

  test('handover-under-way: one at a time, on both sides', () => {
    const giver = readyToGive();
    giver.tell(failover('vsbak'));
    expect(refused(giver, failover('vsbak', 2))).toBe('handover-under-way');
    const taker = backupTo('vsbak');
    taker.hear('vsbak', { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' } });
    expect(refused(taker, failover('vsbak'))).toBe('handover-under-way');
  });

  test('stopping', () => {
    const director = readyToGive();
    director.tell({ type: 'shutdownRequested', how: 'handover' });
    expect(refused(director, failover('vsbak', 2))).toBe('stopping');
  });
});

describe('the backup that is asked to take over', () => {
  const ask = { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' } } as const;

  test('takes over at once and says so, without waiting for any timer', () => {
    const director = backupTo('vsbak');
    const effects = director.later(5).hear('vsbak', ask);
    expect(director.phase()).toBe('active');
    expect(lastSaid(effects)).toMatchObject({ phase: 'active', holding: true, handover: { id: 5, phase: 'taken', peer: 'vsbak' } });
    expect(kindsOf(effects)).toEqual(['becameActive', 'announce', 'sendAdvert']);
    expect(factsOf(effects)).toContainEqual(expect.objectContaining({ type: 'becameActive', reason: 'handover' }));
  });

  test('does not when another one is asked', () => {
    const director = backupTo('vsbak', { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } });
    director.hear('vsbak', { ...ask, handover: { ...ask.handover, peer: 'vs3' } });
    expect(director.phase()).toBe('backup');
  });

  test('does not without rules', () => {
    const director = backupTo('vsbak');
    director.tell({ type: 'rulesChanged', rules: rulesNotIn });
    director.hear('vsbak', ask);
    expect(director.phase()).toBe('backup');
  });

  test.each(['fault', 'maintenance'] as const)('does not in %s', (phase) => {
    const director = backupTo('vsbak');
    if (phase === 'fault') director.tell({ type: 'linkWentDown', dev: 'eth0' });
    else director.tell({ type: 'maintenanceRequested', requestId: 1, on: true });
    director.hear('vsbak', ask);
    expect(director.phase()).toBe(phase);
  });

  test('claims nothing by rank while the other still asks: both serve, and neither yields', () => {
    const director = backupTo('vsbak');
    director.hear('vsbak', ask);
    for (let round = 0; round < 5; round += 1) {
      director.runUntil(director.now + 100);
      const effects = director.hear('vsbak', ask);
      expect(kindsOf(effects)).toEqual([]);
    }
    expect(director.phase()).toBe('active');
  });

  test('is done when it hears that the other let go, and does not say "taken" any more', () => {
    const director = backupTo('vsbak');
    director.hear('vsbak', ask);
    const effects = director.later(1).hear('vsbak', { phase: 'backup' });
    expect(director.phase()).toBe('active');
    expect(lastSaid(effects)).toMatchObject({ phase: 'active', handover: undefined });
  });

  test('is done also when the other falls silent in the middle', () => {
    const director = backupTo('vsbak');
    director.hear('vsbak', ask);
    director.runUntil(1_000);
    expect(director.phase()).toBe('active');
    expect(director.role()).toMatchObject({ taking: undefined });
  });

  test('steps back when it hears the other active and not asking any more: it was called off', () => {
    const director = backupTo('vsbak');
    director.hear('vsbak', ask);
    const effects = director.later(50).hear('vsbak', { phase: 'active' });
    expect(director.phase()).toBe('backup');
    expect(factsOf(effects)).toContainEqual({ type: 'becameBackup', vrid: web, reason: 'called-off', to: 'vsbak' });
    expect(director.backup().deadline).toBe(50 + 3 * 100 + (106 * 100) / 256);
  });

  test('does not begin the same one again, but another one', () => {
    const director = backupTo('vsbak');
    director.hear('vsbak', ask);
    director.hear('vsbak', { phase: 'active' });
    director.hear('vsbak', ask);
    expect(director.phase()).toBe('backup');
    director.hear('vsbak', { ...ask, handover: { ...ask.handover, id: 6 } });
    expect(director.phase()).toBe('active');
  });
});

describe('a handover is called off, and the old one goes on', () => {
  test('when the other does not confirm in time, not a thousandth of a millisecond earlier', () => {
    const director = readyToGive();
    const started = director.now;
    director.tell(failover('vsbak'));
    while (director.now < started + 950) {
      director.runUntil(director.now + 50);
      director.hear('vsbak', { phase: 'backup' });
    }
    expect(kindsOf(director.runUntil(started + 999.999))).not.toContain('handoverCalledOff');
    const effects = director.runUntil(started + 1_000);
    expect(kindsOf(effects)).toContain('handoverCalledOff');
    expect(answersOf(effects)).toMatchObject([{ requestId: 1, outcome: { ok: false, reason: 'not-confirmed' } }]);
    expect(lastSaid(effects)).toMatchObject({ phase: 'active', handover: undefined });
    expect(director.phase()).toBe('active');
  });

  test.each(['fault', 'maintenance', 'initialize'] as const)('at once when the other says that it is in %s', (phase) => {
    const director = readyToGive();
    director.tell(failover('vsbak'));
    const effects = director.later(5).hear('vsbak', { phase });
    expect(kindsOf(effects)).toContain('handoverCalledOff');
    expect(director.phase()).toBe('active');
  });

  test('and it announces its virtual IPs anew: the other may have announced them meanwhile', () => {
    const director = readyToGive();
    director.runUntil(20_000);
    director.hear('vsbak', { phase: 'backup' });
    director.tell(failover('vsbak'));
    const effects = director.hear('vsbak', { phase: 'fault' });
    expect(kindsOf(effects)).toContain('announce');
    expect(director.runUntil(director.now + 200).filter((effect) => effect.type === 'announce')).toHaveLength(2);
  });

  test('a confirmation that crossed it does not make both let go: it is reminded, and announced over', () => {
    const director = readyToGive();
    director.tell(failover('vsbak'));
    const id = idOf(director);
    director.hear('vsbak', { phase: 'fault' });
    const effects = director.later(150).hear('vsbak', { phase: 'active', handover: { id, phase: 'taken', peer: 'vs1' } });
    expect(director.phase()).toBe('active');
    expect(lastSaid(effects)).toMatchObject({ phase: 'active', handover: undefined });
    expect(kindsOf(effects)).toContain('announce');
  });

  test('also not when the other outranks it: a confirmation that comes too late claims nothing by rank', () => {
    const director = readyToGive({ self: 'vsbak', priorities: { vs1: 150, vsbak: 100 } });
    director.tell(failover('vs1'));
    const id = idOf(director);
    director.hear('vs1', { phase: 'fault' });
    director.later(150).hear('vs1', { phase: 'active', handover: { id, phase: 'taken', peer: 'vsbak' } });
    expect(director.phase()).toBe('active');
    director.later(150).hear('vs1', { phase: 'active' });
    expect(director.phase()).toBe('backup');
  });

  test('reminders are bound to one an interval', () => {
    const director = readyToGive();
    director.tell(failover('vsbak'));
    const taken = { phase: 'active', handover: { id: idOf(director), phase: 'taken', peer: 'vs1' } } as const;
    director.hear('vsbak', { phase: 'fault' });
    let reminders = 0;
    for (let round = 0; round < 200; round += 1)
      reminders += director
        .later(0.5)
        .hear('vsbak', taken)
        .filter((effect) => effect.type === 'sendAdvert').length;
    expect(reminders).toBe(1);
  });

  test.each([
    { what: 'it is outranked', happen: (one: Director) => one.hear('vsbak', { phase: 'active', priority: 254 }) },
    { what: 'its link fails', happen: (one: Director) => one.tell({ type: 'linkWentDown', dev: 'eth0' }) },
    { what: 'its kernel refuses', happen: (one: Director) => one.tell({ type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' }) },
    { what: 'it was stalled', happen: (one: Director) => one.later(5_000).tell({ type: 'timePassed' }) },
    { what: 'its process is replaced', happen: (one: Director) => one.tell({ type: 'shutdownRequested', how: 'inPlace' }) },
  ])('the operator is answered also when $what', ({ happen }) => {
    const director = readyToGive();
    director.tell(failover('vsbak'));
    expect(answersOf(happen(director))).toMatchObject([{ requestId: 1, outcome: { ok: false, reason: 'not-confirmed' } }]);
  });
});

describe('between two directors', () => {
  function pair(setup: Setup = {}): Cluster {
    const cluster = createCluster(setup);
    cluster.boot('vs1');
    cluster.boot('vsbak');
    cluster.run(10_000);
    return cluster;
  }
  const answered = (seen: readonly Seen[]) => answersOf(seen.map(({ effect }) => effect));

  test('a handover takes two trips over the wire, and at every moment somebody holds the virtual IPs', () => {
    const cluster = pair();
    cluster.tell('vs1', failover());
    cluster.run(0.5);
    expect(cluster.holders()).toEqual(['vs1', 'vsbak']);
    cluster.run(0.5);
    expect(cluster.holders()).toEqual(['vsbak']);
    expect(cluster.announcer()).toBe('vsbak');
    expect(answered(cluster.seen)).toMatchObject([{ outcome: { ok: true } }]);
  });

  test('it ends well whichever single advert of it is lost', () => {
    for (let lost = 0; lost < 12; lost += 1) {
      const cluster = pair();
      let count = 0;
      cluster.tell('vs1', { type: 'timePassed' });
      cluster.lose(() => {
        count += 1;
        return count - 1 === lost;
      });
      cluster.tell('vs1', failover());
      cluster.run(3_000);
      expect(cluster.holders(), `advert ${lost} lost`).toEqual(['vsbak']);
      expect(answered(cluster.seen)).toMatchObject([{ outcome: { ok: true } }]);
    }
  });

  test.each([
    { broken: ['vs1>vsbak'], after: 0 },
    { broken: ['vs1>vsbak'], after: 0.6 },
    { broken: ['vsbak>vs1'], after: 0 },
    { broken: ['vsbak>vs1'], after: 0.6 },
    { broken: ['vs1>vsbak', 'vsbak>vs1'], after: 0.6 },
  ])('with $broken broken $after ms after it began, and healed, one holds them and clients find it', ({ broken, after }) => {
    for (const healedAfter of [150, 320, 400, 900, 1_001, 1_500, 5_000]) {
      const cluster = pair();
      cluster.tell('vs1', failover());
      cluster.run(after);
      for (const wire of broken) cluster.cut(wire.split('>')[0] ?? '', wire.split('>')[1] ?? '');
      cluster.run(healedAfter);
      cluster.heal();
      cluster.run(1_000);
      const [active] = cluster.actives();
      expect(cluster.actives(), `healed after ${healedAfter} ms`).toHaveLength(1);
      expect(cluster.holders()).toEqual([active]);
      expect(cluster.announcer(), `healed after ${healedAfter} ms`).toBe(active);
      expect(answered(cluster.seen)).toHaveLength(1);
    }
  });

  test('a giver that dies in the middle is not missed', () => {
    for (const after of [0, 0.4, 0.5, 0.6, 1, 1.5]) {
      const cluster = pair();
      cluster.tell('vs1', failover());
      cluster.run(after);
      cluster.powerOff('vs1');
      cluster.run(1_000);
      expect(cluster.holders(), `died after ${after} ms`).toEqual(['vsbak']);
    }
  });

  test('a taker that dies or restarts in the middle leaves the old one serving, or takes again', () => {
    for (const after of [0, 0.4, 0.5, 0.6, 0.9, 1, 1.5]) {
      for (const backAfter of [undefined, 1, 250, 700, 2_000]) {
        const cluster = pair();
        cluster.tell('vs1', failover());
        cluster.run(after);
        cluster.crash('vsbak');
        if (backAfter !== undefined) cluster.run(backAfter);
        if (backAfter !== undefined) cluster.boot('vsbak');
        cluster.run(3_000);
        expect(cluster.actives(), `died after ${after} ms, back after ${backAfter} ms`).toHaveLength(1);
        if (backAfter !== undefined) expect(cluster.holders()).toEqual(cluster.actives());
      }
    }
  });
});

describe('between three directors', () => {
  const three = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 120 } };

  test('the third one does not take over though the old active says, last, that it is not active any more', () => {
    const director = backupTo('vs1', { ...three, self: 'vs3' });
    director.later(10).hear('vsbak', { phase: 'active' });
    director.later(1).hear('vs1', { phase: 'active' });
    director.later(1).hear('vs1', { phase: 'backup' });
    director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('backup');
    expect(director.backup()).toMatchObject({ active: 'vsbak', left: false });
    expect(director.backup().deadline).toBe(10 + 3 * 100 + (136 * 100) / 256);
  });

  test('the third one takes over at once when the active fails while it asks the third one itself, in vain', () => {
    const director = backupTo('vs1', { ...three, self: 'vs3' });
    director.tell({ type: 'rulesChanged', rules: rulesNotIn });
    director.hear('vs1', { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs3' } });
    director.tell({ type: 'rulesChanged', rules: rulesIn });
    director.later(1).hear('vs1', { phase: 'fault' });
    director.tell({ type: 'timePassed' });
    expect(director.phase()).toBe('active');
  });

  test('the third one waits an Active_Down_Interval for the one that was asked, once the old one let go', () => {
    const director = backupTo('vs1', { ...three, self: 'vs3' });
    director.hear('vs1', { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vsbak' } });
    director.later(10).hear('vs1', { phase: 'backup' });
    expect(director.backup()).toMatchObject({ active: 'vsbak', left: false });
    expect(director.backup().deadline).toBe(10 + 3 * 100 + (136 * 100) / 256);
    director.later(1).hear('vsbak', { phase: 'backup' });
    expect(director.backup()).toMatchObject({ left: true, deadline: 11 + (136 * 100) / 256 });
  });

  test('also not when adverts of the handover are lost', () => {
    for (let lost = 0; lost < 30; lost += 1) {
      const cluster = createCluster(three);
      for (const name of three.nodes) cluster.boot(name);
      cluster.run(10_000);
      let count = 0;
      cluster.lose(() => {
        count += 1;
        return count - 1 === lost;
      });
      cluster.tell('vs1', failover('vsbak'));
      cluster.run(3_000);
      expect(cluster.holders(), `advert ${lost} lost`).toEqual(['vsbak']);
    }
  });
});
