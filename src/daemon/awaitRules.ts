// Waits until every director has a revision of the rules in its kernel, and tells the asker of each step on the way.
import { setTimeout as pause } from 'node:timers/promises';
import { type DirectorArrival, hasArrived, type RulesArrival } from '../control/arrival.ts';
import type { RulesAwaitParams } from '../control/protocol.ts';
import type { PeerSnapshot } from '../keeper/messages.ts';
import type { PeerChannel } from '../peer/channel.ts';
import type { Call } from '../rpc/methods.ts';
import { arrivalAt, type SeenDirector, type Wanted } from './arrival.ts';
import type { CommandParts } from './commands.ts';
import { askPeerStatus } from './peerStatus.ts';

export interface AwaitParts extends CommandParts {
  readonly channel: PeerChannel;
}

/** Between two looks: short beside the way of a revision through the store to the other kernel. */
const lookEveryMs = 200;

/**
 * Ends early when every director has it or was refused it by its kernel: waiting does not change a kernel's mind. But for
 * the kernel's words it is waited: adverts alone only tell that there was a refusal.
 */
export async function awaitRules(parts: AwaitParts, { withinMs, ...wanted }: RulesAwaitParams, call: Call): Promise<RulesArrival> {
  const deadline = performance.now() + withinMs;
  let told = '';
  for (;;) {
    const { arrival, isSettled } = await look(parts, wanted);
    if (isSettled || call.signal.aborted || performance.now() >= deadline) return arrival;
    const news = JSON.stringify(arrival);
    if (news !== told) call.progress(arrival);
    told = news;
    await pause(lookEveryMs);
  }
}

/** Without a shared store each director has rules of its own: there is nobody else to wait for. */
async function look(parts: AwaitParts, wanted: Wanted): Promise<{ readonly arrival: RulesArrival; readonly isSettled: boolean }> {
  const status = await parts.directorStatus();
  const { self, rules: mark, peers } = status.keeper;
  const others = status.daemon.store.backend === 'none' ? [] : await Promise.all(peers.map((peer) => seenPeer(parts, peer)));
  const seen: readonly SeenDirector[] = [{ node: self, heard: true, mark, status }, ...others];
  const directors = seen.map((one): DirectorArrival => arrivalAt(wanted, parts.standby(), one));
  const isSettled = directors.every(
    (director, index) => hasArrived(director) || (director.state === 'refused' && seen[index]?.status !== undefined),
  );
  return { arrival: { ...wanted, complete: directors.every(hasArrived), directors }, isSettled };
}

async function seenPeer({ channel }: AwaitParts, { node, heard, rules }: PeerSnapshot): Promise<SeenDirector> {
  const answer = heard ? await askPeerStatus(channel, node, heard) : undefined;
  return { node, heard, mark: rules, status: answer?.via === 'channel' ? answer.director : undefined };
}
