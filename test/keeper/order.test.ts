import { describe, expect, test } from 'vitest';
import { addressObject } from '../../src/keeper/ports.ts';
import { rulesIn, rulesNotIn } from '../core/director.ts';
import { activeStage, backupStage, batch, createStage, type Stage, web } from './stage.ts';

const ask = { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' } } as const;

function phaseIn(stage: Stage): string | undefined {
  stage.keeper.command({ type: 'snapshot', requestId: 99 });
  const last = stage.reports.at(-1);
  return last?.type === 'snapshot' ? last.snapshot.groups[0]?.phase : undefined;
}

const timelines = (stage: Stage) => stage.reports.filter((report) => report.type === 'takeover');

describe('a takeover writes rules, then addresses, then announces, then tells its peers', () => {
  test('when the active falls silent', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7) });
    stage.runUntil(300);
    stage.news();
    stage.runUntil(341.5);
    expect(stage.news()).toEqual(['rules 7', 'hold 10.0.0.0 10.0.0.1', 'announce 10.0.0.0', 'announce 10.0.0.1', 'send active']);
  });

  test('when it is asked to', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7) });
    stage.hear(ask);
    expect(stage.news()).toEqual(['rules 7', 'hold 10.0.0.0 10.0.0.1', 'announce 10.0.0.0', 'announce 10.0.0.1', 'send active']);
  });

  test('rules that the kernel holds already are not written', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7, []) });
    stage.hear(ask);
    expect(stage.news()).toEqual(['hold 10.0.0.0 10.0.0.1', 'announce 10.0.0.0', 'announce 10.0.0.1', 'send active']);
  });

  test('rules are written once', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7) });
    stage.hear(ask);
    stage.hear({ phase: 'backup' });
    stage.runUntil(5_000);
    expect(stage.diary.filter((line) => line.startsWith('rules'))).toEqual(['rules 7']);
  });

  test('a backup writes no rules by itself and holds no address', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesNotIn, batch: batch(7) });
    stage.hear({ phase: 'active' });
    expect(stage.news().filter((line) => !line.startsWith('send'))).toEqual([]);
  });

  test('the moments of it are told once, in their order', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7) });
    stage.kernel.rulesTake = 3;
    stage.runUntil(2_000);
    const decidedAt = 341.40625;
    const timeline = { vrid: web, decidedAt, rulesInAt: decidedAt + 3, vipAddedAt: decidedAt + 3, announcedAt: decidedAt + 3 };
    expect(timelines(stage)).toEqual([{ type: 'takeover', timeline }]);
  });

  test('rules that take longer to load than a peer would wait do not make it step down: nobody was told yet', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7) });
    stage.kernel.rulesTake = 900;
    stage.runUntil(345);
    stage.runUntil(stage.now + 500);
    expect(phaseIn(stage)).toBe('active');
    expect(stage.diary).not.toContain('release 10.0.0.0 10.0.0.1');
  });
});

describe('an active that yields', () => {
  test('releases before it says that it is not active any more', () => {
    const stage = activeStage();
    stage.hear({ phase: 'active', priority: 200 });
    expect(stage.news()).toEqual(['release 10.0.0.0 10.0.0.1', 'send backup']);
  });

  test('announces nothing more, not even what was in line', () => {
    const stage = backupStage({ vips: 100 });
    stage.hear(ask);
    stage.hear({ phase: 'active', priority: 200 });
    const announced = stage.diary.filter((line) => line.startsWith('announce')).length;
    stage.runUntil(300);
    expect(stage.diary.filter((line) => line.startsWith('announce'))).toHaveLength(announced);
  });
});

describe('new rules', () => {
  test('are written at once while it serves', () => {
    const stage = activeStage();
    stage.keeper.command({ type: 'rules', mark: { ...rulesIn, revision: 8 }, batch: batch(8) });
    expect(stage.news()).toEqual(['rules 8']);
  });

  test('that came while a restarted director still asked are written when it goes on, before anything is said', () => {
    const [vip] = createStage().vips;
    const stage = createStage({ held: createStage().vips });
    expect(vip).toBeDefined();
    stage.keeper.start();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7) });
    stage.news();
    stage.hear({ phase: 'backup' });
    expect(stage.news()).toEqual(['rules 7', 'announce 10.0.0.0', 'announce 10.0.0.1', 'send active', 'hold 10.0.0.0 10.0.0.1']);
  });
});

describe('the kernel takes none of the rules', () => {
  const failing = () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: batch(7) });
    stage.kernel.refuses.add('rules');
    return stage;
  };

  test('then no address follows, nothing is announced and nobody is told that it is active', () => {
    const stage = failing();
    stage.runUntil(300);
    stage.news();
    stage.runUntil(345);
    expect(stage.news()).toEqual(['rules 7', 'send fault']);
    expect(phaseIn(stage)).toBe('fault');
    expect(timelines(stage)).toEqual([]);
  });

  test('nor at the next try: the rules are written first again', () => {
    const stage = failing();
    stage.runUntil(9_000);
    stage.kernel.refuses.clear();
    stage.news();
    stage.runUntil(12_000);
    expect(stage.news().filter((line) => !line.startsWith('send'))).toEqual(
      expect.arrayContaining(['rules 7', 'hold 10.0.0.0 10.0.0.1', 'announce 10.0.0.0', 'announce 10.0.0.1']),
    );
    expect(stage.diary.lastIndexOf('rules 7')).toBeLessThan(stage.diary.indexOf('hold 10.0.0.0 10.0.0.1'));
  });
});

describe('the kernel refuses a virtual IP', () => {
  const refusing = () => {
    const stage = backupStage();
    stage.kernel.refuses.add('10.0.0.1/24 dev eth0');
    return stage;
  };

  test('the handover is not confirmed: the one that asked goes on serving', () => {
    const stage = refusing();
    stage.hear(ask);
    expect(stage.sent.flatMap(({ advert }) => advert.groups.map((group) => group.handover?.phase))).not.toContain('taken');
    expect(stage.news()).toEqual(['hold 10.0.0.0 10.0.0.1', 'announce 10.0.0.0', 'release 10.0.0.0', 'send fault']);
  });

  test('nor is it told to one whose question waited behind: the fault comes first', () => {
    const stage = refusing();
    stage.keeper.receive(0, stage.datagram(ask), '192.168.0.2');
    stage.keeper.receive(0, stage.datagram({ ...ask, solicit: true }), '192.168.0.2');
    stage.keeper.wake();
    const said = stage.sent.slice(1).flatMap(({ advert }) => advert.groups.map((group) => group.phase));
    expect(said).toEqual(['fault', 'fault']);
  });

  test('of two groups: the handover of neither is confirmed in between', () => {
    const stage = backupStage({ more: [{ vrid: 52, name: 'mail', devices: ['eth1'] }] });
    for (const { vips } of stage.boot.core.groups) for (const vip of vips) stage.kernel.refuses.add(addressObject(vip));
    stage.hear(ask);
    expect(stage.sent.slice(1).map(({ advert }) => advert.groups.map(({ phase }) => phase))).toEqual([['fault', 'fault']]);
  });

  test('the group goes to Fault and what it had is released', () => {
    const stage = refusing();
    stage.runUntil(345);
    expect(phaseIn(stage)).toBe('fault');
    expect([...stage.kernel.addresses.keys()]).toEqual([]);
  });

  test('it is reported once, with the object, the attempt and the errno', () => {
    const stage = refusing();
    stage.runUntil(60_000);
    const told = stage.reports.filter((report) => report.type === 'kernelFailures');
    const failures = [{ object: '10.0.0.1/24 dev eth0', attempt: 'hold', errno: 'EPERM' }];
    expect(told).toEqual([{ type: 'kernelFailures', failures }]);
    expect(stage.reports.filter((report) => report.type === 'vipRestored')).toEqual([]);
  });

  test('it is not told as a takeover', () => {
    const stage = refusing();
    stage.runUntil(5_000);
    expect(timelines(stage)).toEqual([]);
  });

  test('it tries again after ten seconds, and the snapshot shows the failure meanwhile', () => {
    const stage = refusing();
    stage.runUntil(5_000);
    stage.keeper.command({ type: 'snapshot', requestId: 1 });
    expect(stage.reports.at(-1)).toMatchObject({ snapshot: { kernelFailures: [{ errno: 'EPERM' }] } });
    stage.kernel.refuses.clear();
    stage.runUntil(12_000);
    expect(phaseIn(stage)).toBe('active');
    expect(stage.kernel.addresses.size).toBe(2);
  });
});

describe('the kernel refuses to release', () => {
  test('it is tried again after a second, also when nothing else is to be done by then', () => {
    const stage = activeStage({ interval: 20_000 });
    stage.runUntil(100_000);
    stage.kernel.refuses.add('10.0.0.1/24 dev eth0');
    stage.hear({ phase: 'active', priority: 200 });
    stage.kernel.refuses.clear();
    stage.runUntil(stage.now + 1_100);
    expect(stage.kernel.addresses.size).toBe(0);
  });

  test('it is tried again, and reported once', () => {
    const stage = activeStage();
    stage.kernel.refuses.add('10.0.0.1/24 dev eth0');
    stage.hear({ phase: 'active', priority: 200 });
    stage.runUntil(stage.now + 300);
    expect(stage.kernel.addresses.size).toBe(1);
    stage.kernel.refuses.clear();
    stage.hear({ phase: 'active', priority: 200 });
    stage.runUntil(stage.now + 300);
    expect(stage.kernel.addresses.size).toBe(0);
    expect(stage.reports.filter((report) => report.type === 'kernelFailures')).toHaveLength(1);
  });
});
