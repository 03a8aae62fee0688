import { describe, expect, test } from 'vitest';
import { type GroupSpec, millis, type Vip } from '../../src/core/types.ts';
import type { KeeperConfig } from '../../src/keeper/messages.ts';
import { activeStage, backupStage, type Stage, spareKey, web } from './stage.ts';

const more: Vip = { family: 4, address: '10.9.0.1', prefix: 24, dev: 'eth1' };

function groupOf(stage: Stage): GroupSpec {
  const [group] = stage.boot.core.groups;
  if (group === undefined) throw new Error('no group');
  return group;
}

/** Put in force as the main thread does it: then the loop turns once. */
function reconfigure(stage: Stage, change: Partial<KeeperConfig>): void {
  const { core, keys, links, leaseSeconds } = stage.boot;
  stage.news();
  stage.keeper.command({ type: 'config', requestId: 8, config: { core, keys, links, leaseSeconds, ...change } });
  stage.keeper.wake();
}

const withVips = (stage: Stage, vips: readonly Vip[]): Partial<KeeperConfig> => ({
  core: { ...stage.boot.core, groups: [{ ...groupOf(stage), vips }] },
});

const answered = (stage: Stage): boolean => stage.reports.some((report) => report.type === 'answer' && report.requestId === 8);
const ofKernel = (stage: Stage): readonly string[] => stage.news().filter((line) => !line.startsWith('send') && !line.startsWith('relink'));

describe('a configuration put in force while the director is active', () => {
  test('adds the virtual IP that is new, announces it, and touches no other address', () => {
    const stage = activeStage();
    reconfigure(stage, withVips(stage, [...stage.vips, more]));
    const lines = ofKernel(stage);
    expect(lines.filter((line) => !line.startsWith('announce'))).toEqual(['hold 10.9.0.1']);
    expect(lines).toContain('announce 10.9.0.1');
    expect(answered(stage)).toBe(true);
    expect(stage.reports.filter(({ type }) => type === 'vipRestored')).toEqual([]);
  });

  test('releases the virtual IP that is gone, and touches no other address', () => {
    const stage = activeStage();
    reconfigure(stage, withVips(stage, [...stage.vips, more]));
    reconfigure(stage, withVips(stage, stage.vips));
    expect(ofKernel(stage)).toEqual(['release 10.9.0.1']);
  });

  test('writes nothing when the virtual IPs are the same', () => {
    const stage = activeStage();
    reconfigure(stage, { core: { ...stage.boot.core, interval: millis(500) } });
    expect(ofKernel(stage)).toEqual([]);
  });

  test('releases all of a group that is gone before it says no more of it', () => {
    const stage = activeStage();
    reconfigure(stage, { core: { ...stage.boot.core, groups: [{ ...groupOf(stage), vrid: 77, name: 'other', vips: [more] }] } });
    expect(stage.news()).toEqual([expect.stringMatching(/^relink/), expect.stringMatching(/^release/), 'send backup']);
    expect(stage.kernel.addresses.size).toBe(0);
  });

  test('releases again what the kernel did not give up', () => {
    const stage = activeStage();
    reconfigure(stage, withVips(stage, [...stage.vips, more]));
    stage.kernel.refuses.add('10.9.0.1/24 dev eth1');
    reconfigure(stage, withVips(stage, stage.vips));
    stage.kernel.refuses.clear();
    stage.news();
    stage.runUntil(stage.now + 3_000);
    expect(stage.news()).toContain('release 10.9.0.1');
  });

  test('leaves an address where it is that another active group of this director has now', () => {
    const stage = activeStage();
    const [moved, ...others] = stage.vips;
    if (moved === undefined) throw new Error('no virtual IP');
    const group = groupOf(stage);
    const groups = [
      { ...group, vips: [...others, more] },
      { ...group, vrid: 77, name: 'other', vips: [moved] },
    ];
    reconfigure(stage, { core: { ...stage.boot.core, groups } });
    expect(stage.news().join()).not.toContain('release');
  });

  test('renews what it holds with the lease of the new interval at once', () => {
    const stage = activeStage({ leaseSeconds: 2 });
    reconfigure(stage, { leaseSeconds: 40 });
    stage.runUntil(stage.now + 200);
    expect(stage.kernel.leases.at(-1)).toBe(40);
  });

  test('of which a device is down is a fault, and what it held is released', () => {
    const stage = activeStage();
    stage.kernel.links.set('eth1', { dev: 'eth1', index: 1, mac: new Uint8Array(6), up: false });
    stage.change({ type: 'link', link: { dev: 'eth1', index: 1, mac: new Uint8Array(6), up: false } });
    reconfigure(stage, withVips(stage, [...stage.vips, more]));
    expect(stage.reports.some((report) => report.type === 'fact' && report.fact.type === 'enteredFault')).toBe(true);
    expect(stage.kernel.addresses.size).toBe(0);
  });
});

describe('keys that are put in force', () => {
  const [oldKey] = activeStage().boot.keys;
  if (oldKey === undefined) throw new Error('no key');

  test('all verify, at once', () => {
    const stage = backupStage();
    stage.hear({ phase: 'active', signedWith: spareKey });
    expect(dropped(stage)).toEqual({ 'unknown-key': 1 });
    reconfigure(stage, { keys: [oldKey, spareKey] });
    stage.hear({ phase: 'active', signedWith: spareKey });
    stage.hear({ phase: 'active' });
    expect(dropped(stage)).toEqual({ 'unknown-key': 1 });
  });

  test('an old one that is gone verifies no more', () => {
    const stage = backupStage();
    reconfigure(stage, { keys: [spareKey] });
    stage.hear({ phase: 'active' });
    expect(dropped(stage)).toEqual({ 'unknown-key': 1 });
  });

  test('the snapshot tells which one a peer signs with', () => {
    const stage = backupStage();
    reconfigure(stage, { keys: [oldKey, spareKey] });
    stage.hear({ phase: 'active', signedWith: spareKey });
    expect(snapshotOf(stage).peers[0]?.keyId).toBe(9);
  });
});

describe('heartbeat links that are put in force', () => {
  test('one that is added is spoken on with the next round, and one that stays keeps what it knows', () => {
    const stage = backupStage();
    const [link] = stage.boot.links;
    if (link === undefined) throw new Error('no link');
    stage.hear({ phase: 'active' });
    const before = snapshotOf(stage).peers[0]?.links[0]?.lastHeardAgo;
    reconfigure(stage, { links: [link, { local: '10.7.0.1', peers: [{ node: 'vsbak', address: '10.7.0.2' }] }] });
    expect(new Set(stage.sent.filter(({ at }) => at === stage.now).map((one) => one.link))).toEqual(new Set([0, 1]));
    const links = snapshotOf(stage).peers[0]?.links ?? [];
    expect(links.map(({ lastHeardAgo }) => lastHeardAgo)).toEqual([before, undefined]);
  });

  test('on one that is added a replay of what was heard elsewhere is stale', () => {
    const stage = backupStage();
    const old = stage.datagram({ phase: 'active', sequence: 3 }, 1);
    stage.hear({ phase: 'active', sequence: 5 });
    const [link] = stage.boot.links;
    if (link === undefined) throw new Error('no link');
    reconfigure(stage, { links: [link, { local: '10.7.0.1', peers: [{ node: 'vsbak', address: '10.7.0.2' }] }] });
    stage.keeper.receive(1, old, '10.7.0.2');
    expect(dropped(stage)).toEqual({ stale: 1 });
  });
});

test('in a group that is not in the new configuration nothing is announced any more', () => {
  const stage = activeStage();
  reconfigure(stage, { core: { ...stage.boot.core, groups: [{ ...groupOf(stage), vrid: 77, name: 'other', vips: [more] }] } });
  stage.news();
  stage.runUntil(stage.now + 250);
  expect(stage.news().filter((line) => line.startsWith('announce'))).toEqual([]);
  expect(snapshotOf(stage).groups.map(({ vrid }) => vrid)).toEqual([77]);
  expect(snapshotOf(stage).groups.map(({ vrid }) => vrid)).not.toContain(web);
});

function snapshotOf(stage: Stage) {
  stage.keeper.command({ type: 'snapshot', requestId: 99 });
  const told = stage.reports.findLast((report) => report.type === 'snapshot');
  if (told?.type !== 'snapshot') throw new Error('no snapshot');
  return told.snapshot;
}

const dropped = (stage: Stage) => snapshotOf(stage).adverts.dropped;
