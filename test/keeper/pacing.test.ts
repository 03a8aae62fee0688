import { describe, expect, test } from 'vitest';
import { activeStage, backupStage, createStage, type Stage } from './stage.ts';

const ask = { phase: 'active', handover: { id: 5, phase: 'ask', peer: 'vs1' } } as const;
const announced = (lines: readonly string[]) => lines.filter((line) => line.startsWith('announce'));
const beforeAdvert = (lines: readonly string[]) =>
  lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('send')),
  );

/** Wakes that come at the same moment, until the keeper wants to sleep. */
function turns(stage: Stage): readonly string[][] {
  const each: string[][] = [];
  while (stage.keeper.nextWake() <= stage.now) {
    stage.keeper.wake();
    each.push([...stage.news()]);
  }
  return each;
}

describe('200 virtual IPs', () => {
  test('never delay an advert: it goes out before the 33rd announcement', () => {
    const stage = backupStage({ vips: 200 });
    stage.hear(ask);
    const lines = stage.news();
    expect(lines).toContain('send active');
    expect(announced(beforeAdvert(lines))).toHaveLength(32);
  });

  test('are announced in slices, each in a turn of its own, so that adverts are read between them', () => {
    const stage = backupStage({ vips: 200 });
    stage.hear(ask);
    expect(announced(stage.news()).length).toBeLessThanOrEqual(64);
    const rest = turns(stage).map((lines) => announced(lines).length);
    expect(Math.max(...rest)).toBeLessThanOrEqual(32);
    expect(announced(stage.diary)).toHaveLength(200);
  });

  test('are each announced once a round, though the next round begins', () => {
    const stage = backupStage({ vips: 200 });
    stage.hear(ask);
    turns(stage);
    expect(new Set(announced(stage.diary)).size).toBe(200);
    stage.runUntil(60);
    expect(announced(stage.diary)).toHaveLength(400);
  });

  test('the takeover is told when the last one of them is announced', () => {
    const stage = backupStage({ vips: 200 });
    stage.hear(ask);
    expect(stage.reports.some((report) => report.type === 'takeover')).toBe(false);
    turns(stage);
    expect(stage.reports.filter((report) => report.type === 'takeover')).toHaveLength(1);
  });

  test('of eight groups that become active together delay it no more than those of one', () => {
    const more = Array.from({ length: 7 }, (_, index) => ({ vrid: 60 + index, name: `g${index}`, devices: new Array(25).fill('eth0') }));
    const stage = createStage({ vips: 25, more });
    stage.keeper.start();
    stage.news();
    stage.runUntil(341.5);
    const lines = stage.news();
    const taking = lines.slice(lines.findIndex((line) => line.startsWith('hold')));
    expect(announced(beforeAdvert(taking)).length).toBeLessThanOrEqual(32);
    turns(stage);
    expect(announced(stage.diary)).toHaveLength(200);
  });

  test('that the director gives up in the middle are not announced any more', () => {
    const stage = backupStage({ vips: 200 });
    stage.hear(ask);
    stage.hear({ phase: 'active', priority: 200 });
    const before = announced(stage.diary).length;
    turns(stage);
    expect(announced(stage.diary)).toHaveLength(before);
  });
});

describe('nothing is announced that is not held', () => {
  test('an address that the kernel lost before its turn came', () => {
    const stage = backupStage({ vips: 40 });
    stage.hear(ask);
    const last = stage.vips.at(-1);
    if (last === undefined) throw new Error('no virtual IP');
    stage.kernel.refuses.add(`${last.address}/24 dev eth0`);
    stage.news();
    stage.change({ type: 'addressRemoved', address: last });
    expect(announced(stage.news())).not.toContain(`announce ${last.address}`);
  });
});

describe('an announcement that the kernel refuses', () => {
  test('is reported once, and the group serves on', () => {
    const stage = activeStage();
    stage.kernel.refuses.add('announce 10.0.0.0');
    stage.runUntil(200_000);
    const failures = [{ object: '10.0.0.0', attempt: 'announce', errno: 'ENETDOWN' }];
    expect(stage.reports.filter((report) => report.type === 'kernelFailures')).toEqual([{ type: 'kernelFailures', failures }]);
    expect(stage.news().at(-1)).toBe('send active');
    expect(stage.kernel.addresses.size).toBe(2);
  });
});
