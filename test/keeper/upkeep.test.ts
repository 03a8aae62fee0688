import { describe, expect, test } from 'vitest';
import type { Vip } from '../../src/core/types.ts';
import { activeStage, backupStage, createStage, type Stage, web } from './stage.ts';

const kinds = (stage: Stage, type: string) => stage.reports.filter((report) => report.type === type);
const first = (stage: Stage): Vip => {
  const [vip] = stage.vips;
  if (vip === undefined) throw new Error('no virtual IP');
  return vip;
};
const removed = (stage: Stage, vip: Vip): void => stage.change({ type: 'addressRemoved', address: vip });
const kernelWrites = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('send') && !line.startsWith('announce'));

/** The peer is heard, in backup, so that nothing changes in the election. */
function quietUntil(stage: Stage, moment: number): void {
  while (stage.now < moment) {
    stage.runUntil(Math.min(moment, stage.now + 100));
    stage.hear({ phase: 'backup' });
  }
}

describe('a virtual IP that someone else removes', () => {
  test('comes back at once, is announced and reported', () => {
    const stage = activeStage();
    removed(stage, first(stage));
    expect(stage.news()).toEqual(['hold 10.0.0.0', 'announce 10.0.0.0']);
    expect(kinds(stage, 'vipRestored')).toEqual([{ type: 'vipRestored', vrid: web, address: '10.0.0.0', dev: 'eth0' }]);
  });

  test('again and again is answered once a second, not in a tight loop', () => {
    const stage = activeStage();
    const until = stage.now + 5_000;
    while (stage.now < until) {
      removed(stage, first(stage));
      stage.runUntil(stage.now + 10);
    }
    expect(kinds(stage, 'vipRestored').length).toBeGreaterThanOrEqual(5);
    expect(kinds(stage, 'vipRestored').length).toBeLessThanOrEqual(6);
  });

  test('when the kernel refuses it now is a fault of the group, and not told as restored', () => {
    const stage = activeStage();
    stage.kernel.refuses.add('10.0.0.0/24 dev eth0');
    removed(stage, first(stage));
    stage.runUntil(stage.now);
    expect(kinds(stage, 'vipRestored')).toEqual([]);
    expect(stage.reports.some((report) => report.type === 'fact' && report.fact.type === 'enteredFault')).toBe(true);
  });

  test('in the very moment of a change of the role is reported all the same', () => {
    const stage = activeStage();
    stage.hear({ phase: 'backup' });
    stage.keeper.kernelChanged({ type: 'addressRemoved', address: first(stage) });
    stage.kernel.addresses.clear();
    stage.hear({ phase: 'active' });
    expect(kinds(stage, 'vipRestored')).toHaveLength(1);
  });

  test('while the director is backup is none of its business', () => {
    const stage = backupStage();
    removed(stage, first(stage));
    expect(kernelWrites(stage.news())).toEqual([]);
  });

  test('is found also without a notification, by a look at everything each ten seconds', () => {
    const stage = activeStage();
    quietUntil(stage, 10_100);
    stage.kernel.addresses.clear();
    quietUntil(stage, 19_900);
    expect(kinds(stage, 'vipRestored')).toEqual([]);
    quietUntil(stage, 20_200);
    expect(kinds(stage, 'vipRestored')).toHaveLength(2);
  });

  test('is found when the kernel says that notifications were lost', () => {
    const stage = activeStage();
    stage.kernel.addresses.clear();
    stage.change({ type: 'overrun' });
    expect(kinds(stage, 'vipRestored')).toHaveLength(2);
  });
});

describe('a virtual IP on a director that should not hold it', () => {
  test('is removed when someone adds it', () => {
    const stage = backupStage();
    stage.kernel.addresses.set('eth0 10.0.0.0/24', first(stage));
    stage.change({ type: 'addressAdded', address: first(stage) });
    expect(kernelWrites(stage.news())).toEqual(['release 10.0.0.0']);
  });

  test('is removed at the start when another director is active', () => {
    const { vips } = createStage();
    const stage = createStage({ held: vips });
    stage.keeper.start();
    expect(kernelWrites(stage.news())).toEqual([]);
    stage.hear({ phase: 'active' });
    expect(kernelWrites(stage.news())).toEqual(['release 10.0.0.0 10.0.0.1']);
  });
});

describe('what is not under vspair is left alone', () => {
  const foreign = [
    { family: 4, address: '10.0.0.77', prefix: 24, dev: 'eth0' },
    { family: 4, address: '10.0.0.0', prefix: 32, dev: 'eth0' },
    { family: 4, address: '10.0.0.1', prefix: 24, dev: 'eth1' },
  ] as const;

  test('other addresses, the same ones with another prefix or on another device', () => {
    const stage = createStage({ held: foreign });
    stage.keeper.start();
    stage.runUntil(1_000);
    stage.hear({ phase: 'active', priority: 200 });
    stage.runUntil(30_000);
    for (const address of foreign) expect([...stage.kernel.addresses.values()]).toContainEqual(address);
  });
});

describe('leases', () => {
  const leased = () => activeStage({ leaseSeconds: 2 });
  const renewals = (lines: readonly string[]) => lines.filter((line) => line.startsWith('hold'));

  test('are renewed when a quarter of them has passed, right behind an advert', () => {
    const stage = leased();
    stage.runUntil(stage.now + 2_000);
    const lines = stage.news();
    expect(renewals(lines)).toEqual(new Array(4).fill('hold 10.0.0.0 10.0.0.1'));
    lines.forEach((line, index) => {
      if (line.startsWith('hold')) expect(lines[index - 1]).toBe('send active');
    });
    expect(new Set(stage.kernel.leases)).toEqual(new Set([2]));
  });

  test('are never renewed when they are without end', () => {
    const stage = activeStage();
    stage.runUntil(stage.now + 60_000);
    expect(renewals(stage.news())).toEqual([]);
  });

  test('of many virtual IPs are renewed in slices, with the loop between them', () => {
    const stage = activeStage({ leaseSeconds: 2, vips: 200 });
    stage.runUntil(stage.now + 550);
    const slices = renewals(stage.news()).map((line) => line.split(' ').length - 1);
    expect(Math.max(...slices)).toBeLessThanOrEqual(32);
    expect(slices.reduce((sum, size) => sum + size, 0)).toBe(200);
  });

  test('of what was released meanwhile are not renewed', () => {
    const stage = leased();
    stage.hear({ phase: 'active', priority: 200 });
    stage.news();
    stage.runUntil(stage.now + 300);
    expect(renewals(stage.news())).toEqual([]);
  });

  test('are renewed also while a restarted director asks: the kernel must not take them away in the middle', () => {
    const stage = createStage({ leaseSeconds: 5, interval: 1_000, held: createStage().vips });
    stage.keeper.start();
    stage.runUntil(3_300);
    expect(renewals(stage.news())).toHaveLength(2);
    expect(stage.kernel.addresses.size).toBe(2);
  });

  test('are made long when the process leaves in place, before it says that it has ended', () => {
    const stage = leased();
    stage.keeper.command({ type: 'shutdown', how: 'inPlace' });
    stage.keeper.wake();
    expect(renewals(stage.news())).toEqual(['hold 10.0.0.0 10.0.0.1']);
    expect(stage.kernel.leases.at(-1)).toBe(15);
    expect(stage.reports.at(-1)).toEqual({ type: 'exited' });
    expect(stage.kernel.addresses.size).toBe(2);
  });

  test('are not made when a backup leaves in place', () => {
    const stage = backupStage({ leaseSeconds: 2 });
    stage.keeper.command({ type: 'shutdown', how: 'inPlace' });
    stage.keeper.wake();
    expect(stage.kernel.leases).toEqual([]);
  });
});

describe('links', () => {
  const link = (dev: string, up: boolean) => ({ type: 'link', link: { dev, index: 1, mac: new Uint8Array(6), up } }) as const;
  const phase = (stage: Stage): string | undefined => {
    stage.keeper.command({ type: 'snapshot', requestId: 1 });
    const last = stage.reports.at(-1);
    return last?.type === 'snapshot' ? last.snapshot.groups[0]?.phase : undefined;
  };

  test('one that carries virtual IPs goes down: they are released and the peers told', () => {
    const stage = activeStage();
    stage.change(link('eth0', false));
    expect(stage.news()).toEqual(['release 10.0.0.0 10.0.0.1', 'send fault']);
  });

  test('one that vanishes with its addresses is as one that is down; nothing is left to release', () => {
    const stage = activeStage();
    stage.kernel.addresses.clear();
    stage.change({ type: 'linkGone', dev: 'eth0' });
    expect(stage.news()).toEqual(['send fault']);
  });

  test('one that comes up leads to backup, and only then to active', () => {
    const stage = activeStage();
    stage.change(link('eth0', false));
    stage.change(link('eth0', true));
    expect(phase(stage)).toBe('backup');
    stage.runUntil(stage.now + 400);
    expect(phase(stage)).toBe('active');
  });

  test('another one is no matter', () => {
    const stage = activeStage();
    stage.change(link('eth1', false));
    stage.change({ type: 'linkGone', dev: 'eth1' });
    expect(phase(stage)).toBe('active');
  });

  test('one that is missing at the start is down', () => {
    const stage = createStage({ devices: ['eth9'] });
    stage.keeper.start();
    expect(phase(stage)).toBe('fault');
    stage.change(link('eth9', true));
    expect(phase(stage)).toBe('backup');
  });

  test('the same news twice is no news', () => {
    const stage = activeStage();
    stage.change(link('eth0', false));
    const facts = kinds(stage, 'fact').length;
    stage.change(link('eth0', false));
    expect(kinds(stage, 'fact')).toHaveLength(facts);
  });

  test('at the start, and when one comes up, the director announces its own address there', () => {
    const own = { family: 4, address: '192.168.0.1', prefix: 24, dev: 'eth1' } as const;
    const stage = createStage({ held: [own] });
    stage.keeper.start();
    expect(stage.news()).toEqual(['announce 192.168.0.1', 'send backup']);
    stage.change(link('eth0', false));
    stage.news();
    stage.change(link('eth0', true));
    expect(stage.news()).not.toContain('announce 192.168.0.1');
  });
});
