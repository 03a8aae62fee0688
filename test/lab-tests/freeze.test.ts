// A director that is frozen and thawed, as a stalled virtual machine is: it does not know how long it was away.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labNow } from '../lab/clock.ts';
import type { CommandResult, Director } from '../lab/director.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { startProbe } from '../lab/probe.ts';
import type { Pair } from './pair.ts';
import { whoAnswers } from './whoAnswers.ts';
import { type SeenAdvert, saysActive, Wire } from './wire.ts';
import { seenOnce } from './withPair.ts';

const { outside } = virtualAddresses;

interface Thaw {
  readonly said: readonly SeenAdvert[];
  readonly changes: readonly string[];
  readonly answering: readonly string[];
}

/** Freezes the active, waits for `meanwhile`, thaws it, and listens to it for a while. */
async function freezeAndThaw(
  { cluster, watch }: Pair,
  active: Director,
  other: Director,
  meanwhile: () => Promise<unknown>,
): Promise<Thaw> {
  const wire = await Wire.tap(other);
  await watch.forget();
  active.process.signal('SIGSTOP');
  await meanwhile();
  const thawedAt = labNow();
  active.process.signal('SIGCONT');
  await watch.until(outside, [other.name]);
  await wire.rounds(active.name, 10);
  await wire.stop();
  const answering = await whoAnswers(cluster.client, outside);
  return { said: wire.adverts(active.name, thawedAt), changes: await watch.changes(outside), answering };
}

async function frozenBackup({ cluster, vs1, vsbak, watch }: Pair) {
  const wire = await Wire.tap(vsbak);
  const probe = await startProbe(cluster.client, { intervalMs: 5 });
  await watch.forget();
  vs1.process.signal('SIGSTOP');
  await wire.rounds('vsbak', 15);
  vs1.process.signal('SIGCONT');
  await wire.rounds('vs1', 10);
  await Promise.all([wire.stop(), probe.stop()]);
  return { changes: await watch.allChanges(), announcements: wire.announcements(vs1.host, outside), said: wire.adverts('vs1') };
}

describe('a frozen director', () => {
  const seen = seenOnce({}, async (pair) => {
    const { vs1, vsbak, watch } = pair;
    const early = await freezeAndThaw(pair, vs1, vsbak, () => watch.untilHeldBy('vsbak', outside));
    const backup = await frozenBackup(pair);
    await vs1.until(({ healthy }) => healthy);
    let asked: CommandResult | undefined;
    const late = await freezeAndThaw(pair, vsbak, vs1, async () => {
      [asked] = await Promise.all([vsbak.command('status'), watch.until(outside, ['vs1'])]);
    });
    return { early, late, backup, asked, socket: join(vsbak.folder, 'socket') };
  });

  test('that was active and is thawed after the other took over steps down before it sends another advert', () => {
    const { said, changes } = seen().early;
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter(({ advert }) => advert.groups.some((group) => saysActive(group) || group.holding))).toEqual([]);
    expect(changes).toEqual(['vsbak added', 'vs1 removed']);
  });

  test('that slept past the lease of its addresses has lost them by itself, and takes none back', () => {
    const { said, changes } = seen().late;
    expect(said.filter(({ advert }) => advert.groups.some(saysActive))).toEqual([]);
    expect(changes).toEqual(['vs1 added', 'vsbak removed']);
  });

  test('leaves one director that answers ARP', () => {
    expect(seen().early.answering).toEqual(['02:00:0a:00:00:03']);
    expect(seen().late.answering).toEqual(['02:00:0a:00:00:02']);
  });

  test('is waited for by status for five seconds, and nothing is shown of what it said before', () => {
    const { asked, socket } = seen();
    expect(asked).toMatchObject({
      exitCode: 5,
      output: [
        `vspair: ${socket}: cannot ask for status: no answer to status within 5000 ms`,
        '  see whether it runs: systemctl status vspair, journalctl -u vspair; or name another socket by --socket [VSP_DAEMON_NOT_REACHABLE]',
      ].join('\n'),
    });
  });

  test('that was backup believes the adverts that waited in its socket before it believes its timer', () => {
    const { changes, announcements, said } = seen().backup;
    expect(changes).toEqual([]);
    expect(announcements).toEqual([]);
    expect(said.filter(({ advert }) => advert.groups.some(saysActive))).toEqual([]);
  });
});
