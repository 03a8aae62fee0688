// Who could take a group over if its active failed now, and of those who could not: why, and what would help.
import type { GroupPhase, NodeName } from '../core/types.ts';
import type { DropCause, GroupSnapshot, KeeperSnapshot, PeerSnapshot } from '../keeper/messages.ts';
import { refusalOf } from '../text/refusedAdverts.ts';

export interface Candidate {
  readonly node: NodeName;
  /** Undefined: it could take over now. */
  readonly unfit: Unfitness | undefined;
}

export interface Unfitness {
  readonly why: string;
  readonly advice: string;
}

/** Everyone but the active. */
export function candidates(keeper: KeeperSnapshot, group: GroupSnapshot): readonly Candidate[] {
  const peers = keeper.peers.map((peer) => ({ node: peer.node, unfit: unfitness(keeper, peer, group) }));
  return [{ node: keeper.self, unfit: ownUnfitness(keeper, group) }, ...peers].filter(({ node }) => node !== group.active);
}

/** The directors that are backup, heard, and have the rules of the active. */
export function successors(keeper: KeeperSnapshot, group: GroupSnapshot): readonly NodeName[] {
  return candidates(keeper, group).flatMap(({ node, unfit }) => (unfit === undefined ? [node] : []));
}

export interface MissingVip {
  readonly vrid: number;
  readonly node: NodeName;
  readonly dev: string;
  readonly text: string;
}

/** Virtual IPs that an active director should hold, by its own account, and does not. */
export const missingVips = ({ self, groups }: KeeperSnapshot): readonly MissingVip[] =>
  groups
    .filter(({ phase }) => phase === 'active')
    .flatMap(({ vrid, vips }) =>
      vips
        .filter(({ held }) => !held)
        .map(({ address, dev }) => ({ vrid, node: self, dev, text: `${address} is not on ${dev} of ${self}` })),
    );

/** Those that are active beside the active, as far as they are heard. */
export const rivals = ({ peers }: KeeperSnapshot, { vrid, active }: GroupSnapshot): readonly NodeName[] =>
  peers.filter((peer) => peer.node !== active && peer.heard && phaseOf(peer, vrid) === 'active').map(({ node }) => node);

function ownUnfitness({ self, rules }: KeeperSnapshot, { phase }: GroupSnapshot): Unfitness | undefined {
  if (phase !== 'backup') return unfitPhase(self, phase);
  return rules.ready ? undefined : notInKernel(self);
}

function unfitness(keeper: KeeperSnapshot, peer: PeerSnapshot, group: GroupSnapshot): Unfitness | undefined {
  const { node } = peer;
  if (!peer.heard) return silence(peer);
  if (!peer.hearsUs)
    return { why: `${node} does not hear ${keeper.self}`, advice: `let the heartbeat port of ${node} be reached from ${keeper.self}` };
  const phase = phaseOf(peer, group.vrid);
  if (phase === undefined) return { why: `${node} does not know the group`, advice: `give ${node} the same configuration file` };
  if (phase !== 'backup') return unfitPhase(node, phase);
  if (peer.rules?.digest !== keeper.rules.digest)
    return { why: `the rules of ${node} are not those of ${keeper.self}`, advice: 'look at the lines about the rules and their store' };
  return peer.rules.ready ? undefined : notInKernel(node);
}

/** What arrives and is not believed tells more than silence: no cable is at fault. */
function silence(peer: PeerSnapshot): Unfitness {
  const why = `${peer.node} is not heard`;
  const cause = refusedNow(peer);
  if (cause === undefined)
    return { why, advice: `see whether ${peer.node} runs, its vspair (systemctl status vspair) and the heartbeat links` };
  const { what, fix } = refusalOf(cause);
  const next = fix ?? `vspair doctor here and on ${peer.node}`;
  return { why, advice: `adverts from the addresses of ${peer.node} arrive and are dropped (${cause}): ${what}. Next: ${next}` };
}

/** A stale one is a copy of what was heard before, and no reason for silence. */
function refusedNow({ links }: PeerSnapshot): DropCause | undefined {
  const refusals = links.flatMap(({ refused }) => refused ?? []);
  return refusals.find(({ cause, ago }) => cause !== 'stale' && ago < recentMs)?.cause;
}

/** More than the longest interval. */
const recentMs = 60_000;

const notInKernel = (node: NodeName): Unfitness => ({
  why: `the rules of ${node} are not in its kernel`,
  advice: `vspair check on ${node} tells whether its kernel has ip_vs; the problems say what it refused`,
});

function unfitPhase(node: NodeName, phase: Exclude<GroupPhase, 'backup'>): Unfitness {
  switch (phase) {
    case 'initialize':
      return { why: `${node} has only just started`, advice: 'wait a moment and look again' };
    case 'active':
      return { why: `${node} is active too`, advice: 'look at the heartbeat links: of two that hear each other one yields by itself' };
    case 'fault':
      return { why: `${node} is in fault`, advice: `repair what vspair status on ${node} calls its fault; it comes back by itself` };
    case 'maintenance':
      return { why: `${node} is in maintenance`, advice: `vspair maintenance off on ${node}, once the work there is done` };
  }
}

const phaseOf = (peer: PeerSnapshot, vrid: number): GroupPhase | undefined => peer.groups.find((group) => group.vrid === vrid)?.phase;
