// Planned handovers: by SIGTERM and by the operator's hand. The other one serves before the old one lets go.
import { describe, expect, test } from 'vitest';
import type { HandoverGap } from '../../src/control/handover.ts';
import type { GroupAdvert } from '../../src/core/types.ts';
import { labNow } from '../lab/clock.ts';
import type { Director } from '../lab/director.ts';
import { answerers, longestOutage, longestPause } from '../lab/outage.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { type ProbeReport, startProbe } from '../lab/probe.ts';
import { lossText, unanswered } from './gap.ts';
import { addressesOf, type Pair, untilReachable, virtual } from './pair.ts';
import { saysActive, Wire } from './wire.ts';
import { seenOnce } from './withPair.ts';

const { outside } = virtualAddresses;
const asks = (group: GroupAdvert): boolean => group.handover?.phase === 'ask';
const hasTaken = (group: GroupAdvert): boolean => group.handover?.phase === 'taken';

interface Handover {
  readonly probe: ProbeReport;
  readonly changes: readonly string[];
  readonly announcedAt: number;
  readonly askedAt: number;
  readonly takenAt: number;
  readonly releasedAt: number;
  readonly newAddresses: readonly string[];
  readonly oldAddresses: readonly string[];
}

/** Lets `from` hand over to `to` under traffic, and gathers what the wire, the kernels and a client saw. */
async function handoverSeen(
  { cluster, directors, watch, vs1 }: Pair,
  from: string,
  to: string,
  act: () => Promise<void>,
): Promise<Handover> {
  const host = (name: string) => directors.find((director) => director.name === name)?.host ?? vs1.host;
  const wire = await Wire.tap(vs1, { host: host(to) });
  const probe = await startProbe(cluster.client, { intervalMs: 2 });
  await watch.forget();
  const begin = labNow();
  await act();
  const asked = await wire.advert(from, asks, begin);
  const taken = await wire.advert(to, hasTaken, begin);
  const released = await wire.advert(from, (group) => !saysActive(group), begin);
  await watch.until(outside, [to]);
  await wire.rounds(to, 5);
  const [report] = await Promise.all([probe.stop(), wire.stop()]);
  return {
    probe: report,
    changes: await watch.changes(outside),
    announcedAt: wire.announcements(host(to), outside, begin)[0]?.at ?? Number.NaN,
    askedAt: asked.at,
    takenAt: taken.at,
    releasedAt: released.at,
    newAddresses: await addressesOf(host(to)),
    oldAddresses: await addressesOf(host(from)),
  };
}

function rulesOfHandover(seen: () => Handover, from: string, to: string): void {
  test('the other one holds the virtual IPs before the old one lets go: never nobody', () => {
    expect(seen().changes).toEqual([`${to} added`, `${from} removed`]);
    expect(seen().newAddresses).toEqual(expect.arrayContaining([...virtual]));
    expect(seen().oldAddresses.filter((address) => virtual.some((one) => one === address))).toEqual([]);
  });

  test('on the wire: asked, announced by the new one, said to be taken, let go by the old one', () => {
    const { askedAt, announcedAt, takenAt, releasedAt } = seen();
    expect(announcedAt).toBeGreaterThan(askedAt);
    expect(takenAt).toBeGreaterThan(announcedAt);
    expect(releasedAt).toBeGreaterThan(takenAt);
  });

  test('the client is answered by the one, then by the other, and loses no packet', () => {
    expect(answerers(seen().probe.answers)).toEqual([from, to]);
    expect(unanswered(seen().probe), lossText(seen().probe)).toEqual([]);
  });
}

describe('SIGTERM hands over first and releases after', () => {
  const seen = seenOnce({}, async (pair) => {
    let code: number | null = null;
    const handover = await handoverSeen(pair, 'vs1', 'vsbak', async () => {
      ({ code } = await pair.vs1.stop('SIGTERM'));
    });
    await pair.vsbak.until(({ self }) => self.keeper.peers.every(({ heard }) => !heard));
    const last = await pair.vsbak.stop('SIGTERM');
    return { ...handover, code, last, holders: await pair.watch.holders(outside) };
  });

  rulesOfHandover(seen, 'vs1', 'vsbak');

  test('the process ends with exit code 0', () => {
    expect(seen().code).toBe(0);
  });

  test('one that nobody can relieve releases all the same, and ends with exit code 0', () => {
    expect(seen().last.code).toBe(0);
    expect(seen().holders).toEqual([]);
  });
});

interface Account {
  readonly from: string;
  readonly to: string;
  readonly steps: readonly { readonly step: string; readonly node: string; readonly afterMs: number }[];
  readonly gap: HandoverGap | null;
}

/** The command's own account of what it did. */
async function failedOver(director: Director, ...args: readonly string[]): Promise<Account> {
  const { exitCode, output } = await director.command('failover', '--yes', '--json', ...args);
  expect(exitCode, output).toBe(0);
  const { groups } = JSON.parse(output) as { readonly groups: readonly Account[] };
  const [account] = groups;
  if (account === undefined) throw new Error(output);
  return account;
}

/** What a busy machine may put between a thing that is done and the moment that somebody notes for it. */
const toleranceMs = 25;

function rulesOfTheAccount(seen: () => Handover & { readonly account: Account }, from: string, to: string): void {
  const gapSeen = (): HandoverGap => {
    const { gap } = seen().account;
    if (gap === null) throw new Error('the gap was not measured');
    return gap;
  };

  test('each step is told, with who took it', () => {
    const { steps, ...ends } = seen().account;
    expect(ends).toMatchObject({ from, to });
    expect(steps.map(({ step, node }) => `${step} ${node}`).toSorted()).toEqual(
      [`announced ${to}`, `asked ${from}`, `ready ${to}`, `released ${from}`, `takenOver ${to}`].toSorted(),
    );
  });

  test('no gap is measured where the kernels had none, within what the comparison of the clocks may be wrong by', () => {
    const { ms, accuracyMs } = gapSeen();
    expect(ms).toBeLessThanOrEqual(accuracyMs);
  });

  test("the measured gap and a client's outage agree, within the pauses of its own probes", () => {
    const { ms, accuracyMs } = gapSeen();
    const { answers, sent } = seen().probe;
    const outage = longestOutage(answers)?.lengthMs ?? Number.NaN;
    expect(outage - longestPause(sent)).toBeLessThanOrEqual(ms + accuracyMs + toleranceMs);
  });

  test('the measured overlap is the time between announcement and release on the wire', () => {
    const { ms, overlapMs, accuracyMs } = gapSeen();
    const { releasedAt, announcedAt } = seen();
    expect(Math.abs(overlapMs - ms - (releasedAt - announcedAt))).toBeLessThanOrEqual(accuracyMs + toleranceMs);
  });
}

describe('vspair failover', () => {
  const seen = seenOnce({}, async (pair) => {
    const accounts: Account[] = [];
    await untilReachable(pair.directors);
    const there = await handoverSeen(pair, 'vs1', 'vsbak', async () => {
      accounts.push(await failedOver(pair.vs1));
    });
    const back = await handoverSeen(pair, 'vsbak', 'vs1', async () => {
      accounts.push(await failedOver(pair.vs1, '--to', 'vs1'));
    });
    const [first, second] = accounts;
    if (first === undefined || second === undefined) throw new Error('two handovers have two accounts');
    return { there: { ...there, account: first }, back: { ...back, account: second } };
  });

  describe('on the active', () => {
    rulesOfHandover(() => seen().there, 'vs1', 'vsbak');
    rulesOfTheAccount(() => seen().there, 'vs1', 'vsbak');
  });

  describe('on the backup, to itself', () => {
    rulesOfHandover(() => seen().back, 'vsbak', 'vs1');
    rulesOfTheAccount(() => seen().back, 'vsbak', 'vs1');
  });
});
