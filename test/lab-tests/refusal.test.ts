// What an operator asks for and cannot have: it is refused with the reason, and nothing moves.
import { describe, expect, test } from 'vitest';
import type { CommandResult } from '../lab/director.ts';
import { virtualAddresses } from '../lab/plan.ts';
import type { Pair } from './pair.ts';
import { Wire } from './wire.ts';
import { seenOnce } from './withPair.ts';

const { outside } = virtualAddresses;

interface Refusal {
  readonly result: CommandResult;
  readonly changes: readonly string[];
  readonly holders: readonly string[];
  readonly announcements: number;
}

async function refusalSeen({ vs1, vsbak, watch, cluster }: Pair, ...args: readonly string[]): Promise<Refusal> {
  const wire = await Wire.tap(vs1, { host: cluster.client });
  await watch.forget();
  const result = await vs1.command('failover', '--yes', ...args);
  const [changes, holders] = [await watch.allChanges(), await watch.holders(outside)];
  await wire.stop();
  return { result, changes, holders, announcements: wire.announcements(vsbak.host, outside).length };
}

describe('a failover is refused with exit code 4, says why, and moves nothing', () => {
  const seen = seenOnce({}, async (pair) => {
    const { vsbak } = pair;
    const unknown = await refusalSeen(pair, '--to', 'vs9');
    await vsbak.command('maintenance', 'on', '--yes');
    const maintenance = await refusalSeen(pair);
    await vsbak.command('maintenance', 'off');
    vsbak.host.cutCable('eth0');
    await vsbak.untilPhase('fault');
    const fault = await refusalSeen(pair);
    vsbak.host.heal();
    // An advert that waited for address resolution on the healed link would pass for news of the frozen one.
    await pair.vs1.until(({ healthy }) => healthy);
    vsbak.process.signal('SIGSTOP');
    await pair.vs1.until(({ self }) => self.keeper.peers.every(({ heard }) => !heard));
    const silent = await refusalSeen(pair);
    return { unknown, maintenance, fault, silent };
  });

  test.each([
    ['to a director that does not exist', 'unknown', 'unknown-node'],
    ['when the other one is in maintenance', 'maintenance', 'peer-in-maintenance'],
    ['when the other one has lost a link under a virtual IP', 'fault', 'peer-in-fault'],
    ['when the other one is not heard', 'silent', 'peer-not-heard'],
  ] as const)('%s', (_, which, reason) => {
    const { result, changes, holders, announcements } = seen()[which];
    expect(result.output).toContain(reason);
    expect(result.exitCode).toBe(4);
    expect(changes).toEqual([]);
    expect(holders).toEqual(['vs1']);
    expect(announcements).toBe(0);
  });
});
