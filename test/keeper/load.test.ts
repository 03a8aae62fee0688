import { describe, expect, test } from 'vitest';
import { rulesIn, rulesNotIn } from '../core/director.ts';
import { activeStage, backupStage, batch, createStage, longBatch, type Stage, type StageSetup, web } from './stage.ts';

const ask = { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' } } as const;
/** Four pieces. */
const requests = 250;
const take = ['hold 10.0.0.0 10.0.0.1', 'announce 10.0.0.0', 'announce 10.0.0.1', 'send active'];

/** A backup on cold standby with many rules to load; a piece of them takes its kernel a millisecond and a half. */
function loaded(setup: StageSetup = {}): Stage {
  const stage = backupStage(setup);
  stage.keeper.command({ type: 'rules', mark: rulesIn, batch: longBatch(7, requests) });
  stage.kernel.rulesTake = 1.5;
  return stage;
}

/** It has been asked to take over, and has written the first slice. */
function loading(setup: StageSetup = {}): Stage {
  const stage = loaded(setup);
  stage.hear(ask);
  stage.news();
  return stage;
}

/** One turn of the loop. */
function turn(stage: Stage): readonly string[] {
  stage.keeper.wake();
  return stage.news();
}

function finish(stage: Stage): readonly string[] {
  while (stage.keeper.nextWake() <= stage.now) stage.keeper.wake();
  return stage.news();
}

const said = (stage: Stage, vrid = web) => stage.sent.at(-1)?.advert.groups.find((group) => group.vrid === vrid);
const timelines = (stage: Stage) => stage.reports.filter((report) => report.type === 'takeover');
const pieces = (lines: readonly string[]) => lines.filter((line) => line.startsWith('rules'));

describe('a takeover with more rules than go in at once', () => {
  test('tells the peers first, that nobody else takes over as well, and says that it does not hold the addresses yet', () => {
    const stage = loaded();
    stage.runUntil(300);
    stage.news();
    stage.runUntil(341.5);
    expect(stage.news().slice(0, 2)).toEqual(['send active', 'rules 7 from 0']);
    expect(said(stage)).toMatchObject({ phase: 'active', holding: false, handover: undefined });
  });

  test('writes them in slices of two milliseconds, each in a turn of its own', () => {
    const stage = loaded();
    stage.hear(ask);
    expect(stage.news()).toEqual(['send active', 'rules 7 from 0', 'rules 7 from 64']);
    expect(stage.keeper.nextWake()).toBe(stage.now);
    expect(turn(stage).slice(0, 2)).toEqual(['rules 7 from 128', 'rules 7 from 192']);
  });

  test('adds the addresses when the last one is in, and announces them and says so in the same turn', () => {
    const stage = loading();
    expect(turn(stage)).toEqual(['rules 7 from 128', 'rules 7 from 192', ...take]);
    expect(said(stage)).toMatchObject({ phase: 'active', holding: true, handover: { id: 5, phase: 'taken', peer: 'vsbak' } });
  });

  test('confirms no handover before', () => {
    const stage = loading();
    expect(said(stage)).toMatchObject({ phase: 'active', holding: false, handover: { id: 5, phase: 'loading', peer: 'vsbak' } });
    finish(stage);
    const told = stage.sent.flatMap(({ advert }) => advert.groups.map((group) => group.handover?.phase));
    expect(told.filter((phase) => phase !== undefined)).toEqual(['loading', 'taken']);
  });

  test('keeps its adverts at their pace', () => {
    const stage = loaded({ interval: 10 });
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: longBatch(7, 10_000) });
    stage.hear(ask);
    while (said(stage)?.holding !== true) {
      stage.keeper.wake();
      stage.hear(ask);
    }
    const moments = stage.sent.map(({ at }) => at).filter((at) => at > 0);
    const silences = moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
    expect(moments.length).toBeGreaterThan(20);
    expect(Math.max(...silences)).toBeLessThanOrEqual(13);
  });

  test('is told with its moments in their order', () => {
    const stage = loaded();
    stage.runUntil(400);
    const decidedAt = 341.40625;
    expect(timelines(stage)).toEqual([
      {
        type: 'takeover',
        timeline: { vrid: web, decidedAt, rulesInAt: decidedAt + 6, vipAddedAt: decidedAt + 6, announcedAt: decidedAt + 6 },
      },
    ]);
  });

  test('announces nothing while it loads, however long', () => {
    const stage = loaded();
    stage.kernel.rulesTake = 200;
    stage.hear(ask);
    stage.hear(ask);
    expect(stage.diary.filter((line) => line.startsWith('announce 10.0.0'))).toEqual([]);
  });

  test('of several groups that are asked for in one advert confirms none before', () => {
    const more = [{ vrid: 52, name: 'mail', devices: ['eth1'] }];
    const stage = loading({ more });
    expect([said(stage)?.handover?.phase, said(stage, 52)?.handover?.phase]).toEqual(['loading', 'loading']);
    finish(stage);
    const told = stage.sent.map(({ advert }) => advert.groups.map((group) => group.handover?.phase).join(' '));
    expect(told.filter((one) => one.includes('taken'))).toEqual(['taken taken']);
  });

  test('lets another group that becomes active meanwhile wait for the same rules', () => {
    const stage = loaded({ more: [{ vrid: 52, name: 'mail', devices: ['eth1'] }] });
    stage.hear({ ...ask, vrid: web });
    stage.hear({ ...ask, vrid: 52 });
    finish(stage);
    expect(pieces(stage.diary)).toHaveLength(4);
    const told = stage.sent.flatMap(({ advert }) => advert.groups.filter(({ vrid, phase }) => vrid === 52 && phase === 'active'));
    expect(told.map(({ holding }) => holding)).toEqual([false, true]);
  });
});

describe('as many rules as go in at once', () => {
  test('are written before the addresses in the same turn, and nobody hears of a load', () => {
    const stage = backupStage();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: longBatch(7, 64) });
    stage.hear(ask);
    expect(stage.news()).toEqual(['rules 7', ...take]);
  });
});

describe('a load that ends before it is done', () => {
  const ends: readonly { readonly why: string; readonly happens: (stage: Stage) => void }[] = [
    { why: 'the handover is called off', happens: (stage) => stage.hear({ phase: 'active' }) },
    { why: 'a better active appears', happens: (stage) => stage.hear({ from: 'vsbak', phase: 'active', priority: 200 }) },
    {
      why: 'a link goes down',
      happens: (stage) => stage.change({ type: 'link', link: { dev: 'eth0', index: 0, mac: new Uint8Array(6), up: false } }),
    },
    {
      why: 'the rules are not ready any more',
      happens(stage) {
        stage.keeper.command({ type: 'rules', mark: rulesNotIn, batch: batch(8, []) });
        stage.keeper.wake();
      },
    },
    {
      why: 'the director is stopped, and nobody is there to take over',
      happens(stage) {
        stage.hear({ phase: 'fault' });
        stage.news();
        stage.keeper.command({ type: 'shutdown', how: 'handover' });
        stage.keeper.wake();
      },
    },
    {
      why: 'the process makes room for its successor',
      happens(stage) {
        stage.keeper.command({ type: 'shutdown', how: 'inPlace' });
        stage.keeper.wake();
      },
    },
  ];

  test.each(ends)('because $why writes nothing more, holds nothing, and no peer takes it for active', ({ happens }) => {
    const stage = loading();
    stage.kernel.rulesTake = 0.1;
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: longBatch(7, 10_000) });
    turn(stage);
    happens(stage);
    const told = stage.news();
    finish(stage);
    expect(told.filter((line) => !line.startsWith('rules'))).toEqual([expect.stringMatching(/^send (backup|fault|initialize)$/)]);
    expect(pieces(stage.news())).toEqual([]);
    expect(stage.kernel.addresses.size).toBe(0);
    expect(timelines(stage)).toEqual([]);
  });

  test('begins anew at the next takeover: what was in may have been taken out', () => {
    const stage = loading();
    stage.hear({ phase: 'active' });
    stage.hear({ ...ask, handover: { ...ask.handover, id: 6 } });
    expect(pieces(stage.news())).toEqual(['rules 7 from 0', 'rules 7 from 64']);
  });

  test('for newer rules writes these from their beginning, and the addresses follow them', () => {
    const stage = loading();
    stage.keeper.command({ type: 'rules', mark: { ...rulesIn, revision: 8 }, batch: longBatch(8, 100) });
    expect(finish(stage)).toEqual(['rules 8 from 0', 'rules 8 from 64', ...take]);
  });

  test('for newer rules that are few has the addresses in the next turn', () => {
    const stage = loading();
    stage.keeper.command({ type: 'rules', mark: { ...rulesIn, revision: 8 }, batch: batch(8) });
    expect(finish(stage)).toEqual(['rules 8', ...take]);
  });

  test('goes on alone when the one that handed over is not active any more', () => {
    const stage = loading();
    stage.hear({ phase: 'backup' });
    finish(stage);
    expect(said(stage)).toMatchObject({ phase: 'active', holding: true, handover: undefined });
  });
});

describe('the kernel refuses in a long load', () => {
  test('everything: no address follows, and the rules are written first again at the next try', () => {
    const stage = loaded();
    stage.kernel.refuses.add('rules');
    stage.hear(ask);
    expect(finish(stage)).toEqual(['send active', ...[0, 64, 128, 192].map((from) => `rules 7 from ${from}`), 'send fault']);
    stage.kernel.refuses.clear();
    stage.runUntil(12_000);
    expect(pieces(stage.news())[0]).toBe('rules 7 from 0');
    expect(stage.kernel.addresses.size).toBe(2);
  });

  test('single requests: they are reported by what they were to write, and the addresses follow', () => {
    const stage = loaded();
    for (const label of ['request 3', 'request 200']) stage.kernel.refuses.add(label);
    stage.hear(ask);
    finish(stage);
    const told = stage.reports.flatMap((report) => (report.type === 'kernelFailures' ? report.failures : []));
    expect(told.map(({ object }) => object)).toEqual(['request 3', 'request 200']);
    expect(stage.kernel.addresses.size).toBe(2);
  });

  test('all of the last piece, and nothing before: the addresses follow', () => {
    const stage = loaded();
    for (let number = 192; number < requests; number += 1) stage.kernel.refuses.add(`request ${number}`);
    stage.hear(ask);
    finish(stage);
    expect(stage.kernel.addresses.size).toBe(2);
  });

  test('an address behind it: the handover is not confirmed', () => {
    const stage = loaded();
    stage.kernel.refuses.add('10.0.0.1/24 dev eth0');
    stage.hear(ask);
    finish(stage);
    expect(stage.sent.flatMap(({ advert }) => advert.groups.map((group) => group.handover?.phase))).not.toContain('taken');
    expect(said(stage)).toMatchObject({ phase: 'fault' });
    expect(stage.reports.filter((report) => report.type === 'vipRestored')).toEqual([]);
    expect(stage.kernel.addresses.size).toBe(0);
  });
});

describe('a director that serves and gets many new rules', () => {
  const updating = (): Stage => {
    const stage = activeStage();
    stage.kernel.rulesTake = 1.5;
    stage.keeper.command({ type: 'rules', mark: { ...rulesIn, revision: 8 }, batch: longBatch(8, requests) });
    return stage;
  };

  test('writes them in slices too, and goes on holding its addresses', () => {
    const stage = updating();
    expect(turn(stage)).toEqual(['rules 8 from 0', 'rules 8 from 64']);
    expect(turn(stage)).toEqual(['rules 8 from 128', 'rules 8 from 192']);
    stage.runUntil(stage.now + 200);
    expect(stage.sent.every(({ advert, at }) => at < 10_000 || advert.groups[0]?.holding === true)).toBe(true);
    expect(stage.news().filter((line) => !/^(send active|announce)/.test(line))).toEqual([]);
  });

  test('restores an address meanwhile that somebody removed, at once: it has rules', () => {
    const stage = updating();
    const [vip] = stage.vips;
    if (vip === undefined) throw new Error('no virtual IP');
    turn(stage);
    stage.change({ type: 'addressRemoved', address: vip });
    expect(stage.news()).toContain('hold 10.0.0.0');
    expect(stage.reports.filter((report) => report.type === 'vipRestored')).toHaveLength(1);
  });

  test('that came while it still asked after a restart loads them when it goes on, and never lets go of its addresses', () => {
    const stage = createStage({ held: createStage().vips });
    stage.kernel.rulesTake = 1.5;
    stage.keeper.start();
    stage.keeper.command({ type: 'rules', mark: rulesIn, batch: longBatch(7, requests) });
    stage.hear({ phase: 'backup' });
    finish(stage);
    expect(pieces(stage.diary)).toHaveLength(4);
    expect(said(stage)).toMatchObject({ phase: 'active', holding: true });
    expect(stage.diary.filter((line) => line.startsWith('release'))).toEqual([]);
  });
});
