// The daemon of the active is restarted on a kernel that goes on serving: nothing is dropped, and the other one stays calm.
import { describe, expect, test } from 'vitest';
import { labNow } from '../lab/clock.ts';
import { answerers } from '../lab/outage.ts';
import { startProbe } from '../lab/probe.ts';
import { unanswered } from './gap.ts';
import { type Pair, startMs } from './pair.ts';
import { saysActive, Wire } from './wire.ts';
import { seenOnce } from './withPair.ts';

/** Restarts the active's daemon under traffic, and gathers what the client, the kernels and the peer saw. */
async function restart({ cluster, vs1, vsbak, watch }: Pair, signal: 'SIGUSR2' | 'SIGKILL') {
  const wire = await Wire.tap(vsbak);
  const probe = await startProbe(cluster.client, { intervalMs: 2 });
  await watch.forget();
  const begin = labNow();
  // Right behind an advert: how long a start takes on a busy machine is not the rule.
  await wire.advert('vs1', saysActive, begin);
  await vs1.stop(signal);
  vs1.start();
  const stoppedAt = labNow();
  await wire.advert('vs1', saysActive, stoppedAt, startMs);
  await wire.rounds('vs1', 3);
  await vs1.until(({ healthy }) => healthy, startMs);
  const [report] = await Promise.all([probe.stop(), wire.stop()]);
  const incarnations = new Set(wire.adverts('vs1', begin).map(({ advert }) => advert.incarnation));
  return { report, changes: await watch.allChanges(), backupSaid: wire.adverts('vsbak', begin), incarnations };
}

function rulesOfRestart(seen: () => Awaited<ReturnType<typeof restart>>): void {
  test('it is another process that goes on', () => {
    expect(seen().incarnations.size).toBe(2);
  });

  test('the virtual IPs stay in its kernel all the time', () => {
    expect(seen().changes).toEqual([]);
  });

  test('the client loses no packet', () => {
    expect(answerers(seen().report.answers)).toEqual(['vs1']);
    expect(unanswered(seen().report)).toEqual([]);
  });

  test('the other director never claims anything', () => {
    expect(seen().backupSaid.length).toBeGreaterThan(3);
    expect(seen().backupSaid.filter(({ advert }) => advert.groups.some(saysActive))).toEqual([]);
  });
}

describe('SIGUSR2 and a start, with adverts of a fraction of the time that a start takes', () => {
  const seen = seenOnce({}, (pair) => restart(pair, 'SIGUSR2'));
  rulesOfRestart(seen);
});

describe('a crash of the daemon and a start, with adverts every 1.5 s', () => {
  const seen = seenOnce({ interval: '1500ms' }, (pair) => restart(pair, 'SIGKILL'));
  rulesOfRestart(seen);
});
