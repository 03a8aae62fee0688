// An operator's failover: each group is handed over by its active director, which is asked to when it is another one, and
// which measures how it went.

import type { HandoverOutcome, HandoverStep } from '../control/handover.ts';
import type { FailoverParams, GroupOutcome } from '../control/protocol.ts';
import type { NodeName, Outcome } from '../core/types.ts';
import type { GroupSnapshot, KeeperSnapshot } from '../keeper/messages.ts';
import { bootClock } from '../kernel/clock.ts';
import type { PeerChannel } from '../peer/channel.ts';
import type { Call } from '../rpc/methods.ts';
import { suggestion } from '../text/nearest.ts';
import { accountOf, type TakerPort } from './handoverAccount.ts';
import type { HandoverWatch } from './handoverWatch.ts';
import type { KeeperThread } from './keeperThread.ts';

export interface FailoverParts {
  readonly keeper: KeeperThread;
  readonly handovers: HandoverWatch;
  readonly channel: PeerChannel;
}

/** Enough for a handover of a cold standby on the other side; its outcome is always told before. */
const handoverAnswerMs = 30_000;
const releasedWithinMs = 1_000;

/** Its progress are the steps, those of several groups mixed. */
export async function failover(parts: FailoverParts, { group, to }: FailoverParams, call: Call): Promise<readonly GroupOutcome[]> {
  const keeper = await parts.keeper.snapshot();
  const named = keeper.groups.filter(({ name }) => group === undefined || name === group);
  if (named.length === 0) return [{ group: group ?? '', outcome: unknownGroup(keeper, group ?? '') }];
  const elsewhere = named.filter(({ active }) => active !== to);
  const groups = elsewhere.length === 0 ? named : elsewhere;
  return Promise.all(groups.map(async (one) => ({ group: one.name, outcome: await failoverOf(parts, keeper, one, to, call) })));
}

/** What another director passes on: carried out only when it is this one that is active. */
export async function failoverHere(
  parts: FailoverParts,
  { group, to }: { readonly group: string; readonly to?: NodeName | undefined },
  call: Call,
): Promise<HandoverOutcome> {
  const keeper = await parts.keeper.snapshot();
  const found = keeper.groups.find(({ name }) => name === group);
  return found === undefined ? unknownGroup(keeper, group) : handOver(parts, keeper.self, found, to, call);
}

async function failoverOf(
  parts: FailoverParts,
  keeper: KeeperSnapshot,
  group: GroupSnapshot,
  to: NodeName | undefined,
  call: Call,
): Promise<HandoverOutcome> {
  const { active, name } = group;
  const directors = [keeper.self, ...keeper.peers.map(({ node }) => node)];
  if (to !== undefined && !directors.includes(to)) return unknownNode(to, directors);
  if (active === keeper.self) return handOver(parts, keeper.self, group, to, call);
  if (active === undefined) return { ok: false, reason: 'not-active', detail: `no director is active for ${name}` };
  const params = to === undefined ? { group: name } : { group: name, to };
  const onProgress = (step: unknown): void => call.progress(step);
  return parts.channel.request(active, 'failover', params, { timeoutMs: handoverAnswerMs, onProgress });
}

async function handOver(
  { keeper, handovers, channel }: FailoverParts,
  from: NodeName,
  { name: group, vrid }: GroupSnapshot,
  to: NodeName | undefined,
  call: Call,
): Promise<HandoverOutcome> {
  const tell = (step: HandoverStep): void => call.progress(step);
  const followed = handovers.follow(vrid, () => tell({ group, step: 'asked', node: from, afterMs: 0 }));
  try {
    const outcome = await keeper.failover(vrid, to);
    const asked = followed.asked();
    if (!outcome.ok || asked === undefined) return outcome;
    const releasedAt = await followed.released(releasedWithinMs);
    const given = { group, vrid, from, to: asked.to, askedAt: asked.at, releasedAt };
    const account = await accountOf(given, takerAt(channel, asked.to, vrid));
    for (const step of account.steps) if (step.step !== 'asked') tell(step);
    return { ...outcome, account };
  } finally {
    followed.end();
  }
}

function takerAt(channel: PeerChannel, node: NodeName, vrid: number): TakerPort {
  const clock = bootClock();
  return {
    now: () => clock.now(),
    clock: async () => (await channel.request(node, 'clock', {})).now,
    lastTakeover: async () => (await channel.request(node, 'status', {})).keeper.groups.find((group) => group.vrid === vrid)?.lastTakeover,
  };
}

const unknownGroup = ({ groups }: KeeperSnapshot, group: string): Outcome => {
  const known = suggestion(
    group,
    groups.map(({ name }) => name),
  );
  return { ok: false, reason: 'unknown-group', detail: `there is no group ${group}; expected ${known}` };
};

const unknownNode = (node: NodeName, directors: readonly NodeName[]): Outcome => ({
  ...{ ok: false, reason: 'unknown-node' },
  detail: `no director is called ${node}; expected ${suggestion(node, directors)}`,
});
