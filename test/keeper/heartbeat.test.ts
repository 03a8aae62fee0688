import { describe, expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import type { DropCause, KeeperSnapshot } from '../../src/keeper/messages.ts';
import { activeStage, backupStage, createStage, type Heard, key, type Stage, type StageSetup } from './stage.ts';

function snapshot(stage: Stage): KeeperSnapshot {
  stage.keeper.command({ type: 'snapshot', requestId: 1 });
  const last = stage.reports.at(-1);
  if (last?.type !== 'snapshot') throw new Error('no snapshot');
  return last.snapshot;
}

function started(setup: StageSetup = {}): Stage {
  const stage = createStage(setup);
  stage.keeper.start();
  return stage;
}

/** As it came in from the peer, or from elsewhere. */
function take(stage: Stage, datagram: Uint8Array, from: { readonly link?: number; readonly remote?: string } = {}): void {
  stage.keeper.receive(from.link ?? 0, datagram, from.remote ?? `192.168.${from.link ?? 0}.2`);
  stage.keeper.wake();
}

describe('a datagram that is not believed is dropped and counted by its cause', () => {
  const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
  const causes: Record<DropCause, (stage: Stage) => void> = {
    malformed: (stage) => take(stage, new Uint8Array(3)),
    'unknown-version': (stage) => take(stage, flipped(stage.datagram(), 4)),
    'unknown-cluster': (stage) => take(stage, stage.datagram({ cluster: 'other' })),
    'unknown-sender': (stage) => take(stage, flipped(stage.datagram(), 16)),
    'own-advert': (stage) => take(stage, stage.datagram({ from: 'vs1' }), { remote: '192.168.0.1' }),
    'wrong-source': (stage) => take(stage, stage.datagram(), { remote: '192.168.0.99' }),
    'unknown-key': (stage) => take(stage, stage.datagram({ signedWith: { ...key, id: 9 } })),
    'wrong-key': (stage) => take(stage, stage.datagram({ signedWith: { ...key, key: new TextEncoder().encode('guessed') } })),
    stale: (stage) => {
      const datagram = stage.datagram();
      take(stage, datagram);
      take(stage, datagram);
    },
    'bad-content': (stage) => take(stage, stage.datagram({ interval: 0 })),
  };

  test.each(Object.keys(causes) as DropCause[])('%s', (cause) => {
    const stage = started();
    causes[cause](stage);
    const { adverts, peers } = snapshot(stage);
    expect(adverts.dropped).toEqual({ [cause]: 1 });
    expect(adverts.received).toBe(cause === 'stale' ? 1 : 0);
    expect(peers[0]?.heard).toBe(cause === 'stale');
    expect(stage.reports.find((report) => report.type === 'dropped')).toMatchObject({ cause, count: 1 });
  });

  test('wrong-source is also one that came in over another link than it was sent for', () => {
    const stage = started({ links: 2 });
    take(stage, stage.datagram({}, 0), { link: 1 });
    take(stage, stage.datagram({ sequence: 9 }, 1), { link: 0, remote: '192.168.0.2' });
    expect(snapshot(stage).adverts.dropped).toEqual({ 'wrong-source': 2 });
  });

  test('the peer whose address it came from is told with it', () => {
    const stage = started({ links: 2 });
    take(stage, stage.datagram({ signedWith: { ...key, id: 9 } }, 1), { link: 1 });
    take(stage, stage.datagram({ signedWith: { ...key, id: 9 } }), { remote: '192.168.0.99' });
    stage.runUntil(70);
    expect(snapshot(stage).peers[0]?.links.map(({ refused }) => refused)).toEqual([undefined, { cause: 'unknown-key', ago: 70 }]);
  });

  test('what gathered while it had to wait is told, also when no more comes', () => {
    const stage = started();
    for (let count = 0; count < 5; count += 1) take(stage, new Uint8Array(3));
    stage.runUntil(5_100);
    const told = stage.reports.flatMap((report) => (report.type === 'dropped' ? [report.count] : []));
    expect(told).toEqual([1, 4]);
  });

  test('nothing of it moves the election: a forged goodbye does not make the backup take over', () => {
    const stage = backupStage();
    const forged: Heard = { phase: 'initialize', priority: 0, signedWith: { ...key, key: new TextEncoder().encode('guessed') } };
    take(stage, stage.datagram(forged));
    expect(snapshot(stage).groups[0]?.phase).toBe('backup');
    stage.runUntil(300);
    expect(snapshot(stage).groups[0]?.phase).toBe('backup');
  });

  test('replayed adverts of an active that is dead do not keep it alive', () => {
    const stage = backupStage();
    const old = stage.datagram({ phase: 'active' });
    take(stage, old);
    for (let moment = 50; moment < 400; moment += 50) {
      stage.runUntil(moment);
      take(stage, old);
    }
    expect(snapshot(stage).groups[0]?.phase).toBe('active');
  });
});

describe('the copies of one round over several links', () => {
  test('are each fresh on their own link, and one event for the election', () => {
    const stage = started({ links: 2 });
    stage.hear({ phase: 'active' });
    expect(snapshot(stage).adverts).toMatchObject({ received: 2, dropped: {} });
    expect(snapshot(stage).peers[0]?.links.map((link) => link.lastHeardAgo)).toEqual([0, 0]);
    expect(stage.reports.filter((report) => report.type === 'fact' && report.fact.type === 'peerHeard')).toHaveLength(1);
  });

  test('any link is enough', () => {
    const stage = backupStage({ links: 2 });
    for (let moment = 100; moment <= 2_000; moment += 100) {
      stage.runUntil(moment);
      take(stage, stage.datagram({ phase: 'active' }, 1), { link: 1 });
    }
    const [peer] = snapshot(stage).peers;
    expect(snapshot(stage).groups[0]?.phase).toBe('backup');
    expect(peer?.heard).toBe(true);
    expect(peer?.links.map((link) => link.lastHeardAgo)).toEqual([2_000, 0]);
  });

  test('each advert goes out over every link to every peer, with the echo of that link', () => {
    const stage = started({ links: 2, nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } });
    take(stage, stage.datagram({ sequence: 7 }, 1), { link: 1 });
    stage.runUntil(100);
    const round = stage.sent.slice(-4);
    expect(round.map(({ to, link }) => `${to}#${link}`)).toEqual(['vsbak#0', 'vs3#0', 'vsbak#1', 'vs3#1']);
    expect(new Set(round.map(({ advert }) => advert.sequence)).size).toBe(1);
    expect(round.map(({ echo }) => echo?.sequence)).toEqual([undefined, undefined, 7, undefined]);
  });

  test('an answer goes to the one that asked', () => {
    const stage = started({ nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } });
    const before = stage.sent.length;
    take(stage, stage.datagram({ solicit: true }));
    expect(stage.sent.slice(before).map(({ to }) => to)).toEqual(['vsbak']);
  });
});

describe('marks of what was accepted', () => {
  const marks = (stage: Stage) => stage.reports.flatMap((report) => (report.type === 'peerMark' ? [report.mark] : []));

  test('are told each five seconds, of each peer the newest on any link', () => {
    const stage = backupStage({ links: 2 });
    take(stage, stage.datagram({ phase: 'active', sequence: 40 }, 1), { link: 1 });
    stage.runUntil(5_100);
    expect(marks(stage).at(-1)).toEqual({ node: 'vsbak', incarnation: 1, sequence: 40 });
    const count = marks(stage).length;
    stage.runUntil(10_000);
    expect(marks(stage)).toHaveLength(count);
    stage.runUntil(10_200);
    expect(marks(stage)).toHaveLength(count + 1);
  });

  test('are told at the end', () => {
    const stage = backupStage();
    stage.hear({ phase: 'active', sequence: 77 });
    stage.keeper.command({ type: 'shutdown', how: 'handover' });
    stage.keeper.wake();
    expect(stage.reports.slice(-2)).toEqual([
      { type: 'peerMark', mark: { node: 'vsbak', incarnation: 1, sequence: 77 } },
      { type: 'exited' },
    ]);
  });

  test('of a peer that was never heard are not told while running', () => {
    const stage = started();
    stage.runUntil(20_000);
    expect(marks(stage)).toEqual([]);
  });

  test('from the disk make what was accepted before the restart stale', () => {
    const stage = started({ boot: { marks: [{ node: 'vsbak', incarnation: 1, sequence: 100 }] } });
    take(stage, stage.datagram({ phase: 'active', sequence: 100 }));
    expect(snapshot(stage).adverts.dropped).toEqual({ stale: 1 });
    take(stage, stage.datagram({ phase: 'active', sequence: 101 }));
    expect(snapshot(stage).adverts.received).toBe(1);
  });
});

describe('a peer that remembers a later life of this director', () => {
  const raised = (stage: Stage) => stage.reports.flatMap((report) => (report.type === 'incarnationRaised' ? [report.incarnation] : []));

  test('makes it go on behind that life: else nobody would listen to it', () => {
    const stage = started();
    stage.hear({ echo: { incarnation: 7, sequence: 3 } });
    expect(raised(stage)).toEqual([8]);
    stage.runUntil(100);
    expect(stage.sent.at(-1)?.advert.incarnation).toBe(8);
  });

  test('or a later round of the same life: the state directory was lost in the first one', () => {
    const stage = started();
    stage.hear({ echo: { incarnation: 1, sequence: 900 } });
    expect(raised(stage)).toEqual([2]);
  });

  test('not for its own echo, nor for one of an earlier life', () => {
    const stage = started({ incarnation: 5 });
    stage.hear();
    stage.hear({ echo: { incarnation: 4, sequence: 900 } });
    expect(raised(stage)).toEqual([]);
  });

  test('once for one cause: the adverts that were on their way repeat it', () => {
    const stage = started();
    stage.hear({ echo: { incarnation: 7, sequence: 3 } });
    stage.hear({ echo: { incarnation: 7, sequence: 3 } });
    expect(raised(stage)).toEqual([8]);
  });

  test('not when nobody signed it', () => {
    const stage = started();
    take(
      stage,
      stage.datagram({ echo: { incarnation: 7, sequence: 3 }, signedWith: { ...key, key: new TextEncoder().encode('guessed') } }),
    );
    expect(raised(stage)).toEqual([]);
  });
});

describe('two keys at once', () => {
  test('the first one signs, both verify: a secret is changed without a gap', () => {
    const old = { id: 2, key: new TextEncoder().encode('the secret of last year') };
    const stage = started({ boot: { keys: [key, old] } });
    take(stage, stage.datagram({ signedWith: old }));
    take(stage, stage.datagram({ signedWith: key }));
    expect(snapshot(stage).adverts).toMatchObject({ received: 2, dropped: {} });
  });

  test('a keeper without a key does not start', () => {
    expect(() => createStage({ boot: { keys: [] } })).toThrow('at least one key');
  });
});

describe('the snapshot', () => {
  test('tells who is active, who hears whom, and how each link does', () => {
    const stage = activeStage({ links: 2 });
    stage.hear({ phase: 'backup' });
    stage.runUntil(stage.now + 30);
    const { groups, peers } = snapshot(stage);
    expect(groups).toMatchObject([{ name: 'web', phase: 'active', active: 'vs1', priority: 150, reason: 'active-down' }]);
    expect(groups[0]?.vips.map((vip) => vip.held)).toEqual([true, true]);
    expect(peers).toMatchObject([{ node: 'vsbak', heard: true, hearsUs: true, lastHeardAgo: 30 }]);
    expect(peers[0]?.links).toHaveLength(2);
  });

  test('tells of a peer that was heard and is silent now, and of one that never was', () => {
    const stage = backupStage({ nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 50 } });
    stage.runUntil(1_000);
    expect(snapshot(stage).peers).toMatchObject([
      { node: 'vsbak', heard: false, hearsUs: false, lastHeardAgo: 1_000 },
      { node: 'vs3', heard: false, lastHeardAgo: undefined, groups: [] },
    ]);
  });

  test('of a backup tells who is active as it sees it', () => {
    expect(snapshot(backupStage()).groups[0]).toMatchObject({ phase: 'backup', active: 'vsbak', reason: 'started' });
  });

  test('counts what was sent, received and dropped', () => {
    const stage = started();
    stage.runUntil(1_000);
    stage.hear();
    take(stage, new Uint8Array(3));
    expect(snapshot(stage).adverts).toEqual({ sent: stage.sent.length, received: 1, dropped: { malformed: 1 }, sendFailures: 0 });
  });

  test('tells how late it woke up', () => {
    const stage = started();
    stage.now = 107.5;
    stage.keeper.wake();
    expect(snapshot(stage).lateness).toMatchObject({ count: 1, max: 7.5 });
    expect(millis(stage.now)).toBe(107.5);
  });

  test('is told without a wake-up, and changes nothing', () => {
    const stage = started();
    const before = stage.diary.length;
    expect(snapshot(stage).self).toBe('vs1');
    expect(stage.diary).toHaveLength(before);
  });
});
