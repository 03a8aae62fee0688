// Who is heard, who hears us, and who could take a group over.
import type { Peer, Round, Turn } from './state.ts';
import { groupAdvertOf } from './state.ts';
import { peerDownInterval } from './timers.ts';
import { type Advert, type Echo, type GroupSpec, type Millis, millis, type NodeName, type RefusalReason } from './types.ts';

/** Takes note of an advert. Returns false when an equal or newer one of this sender was known: nothing to decide then. */
export function notePeer(turn: Turn, advert: Advert, echo: Echo | undefined): boolean {
  const known = turn.state.peers.get(advert.from);
  const newest = known === undefined || isNewer(advert, known.advert);
  const gap = known === undefined || known.lost;
  const sameLife = known !== undefined && known.advert.incarnation === advert.incarnation;
  const echoedAt = newestOf(sameLife ? known.echoedAt : undefined, echoTime(turn, echo));
  setPeer(turn, advert.from, {
    advert: newest ? advert : known.advert,
    heardAt: turn.now,
    hearingSince: gap ? turn.now : known.hearingSince,
    echoedAt,
    lost: false,
  });
  if (gap) turn.effects.push({ type: 'report', fact: { type: 'peerHeard', peer: advert.from } });
  return newest;
}

/** Reports each peer once when it has been silent for too long. */
export function notePeersLost(turn: Turn): void {
  for (const [name, peer] of turn.state.peers) {
    if (peer.lost || turn.now < lostAt(peer)) continue;
    setPeer(turn, name, { ...peer, lost: true });
    turn.effects.push({ type: 'report', fact: { type: 'peerLost', peer: name, lastHeardAgo: millis(turn.now - peer.heardAt) } });
  }
}

export function lostAt(peer: Peer): Millis {
  return millis(peer.heardAt + peerDownInterval(peer.advert.interval));
}

export function isHeard(peer: Peer, now: Millis): boolean {
  return now < lostAt(peer);
}

/** It acknowledged a round of ours that is younger than the time after which it would give us up. */
export function hearsUs(turn: Pick<Turn, 'config' | 'now'>, peer: Peer): boolean {
  return peer.echoedAt !== undefined && turn.now - peer.echoedAt < 3 * slowerInterval(turn, peer);
}

/** While an interval is being changed a peer may have another one, and acknowledges no more often than it speaks. */
const slowerInterval = ({ config }: Pick<Turn, 'config'>, { advert }: Peer): number => Math.max(config.interval, advert.interval);

/**
 * It acknowledges us after a gap in which it may have given us up. Its adverts acknowledge each round of ours, or now and
 * then each second; when a third one is missing it can have waited an Active_Down_Interval.
 */
export function hearsUsAgain(turn: Turn, before: Peer | undefined, after: Peer | undefined): boolean {
  if (after?.echoedAt === undefined || after.echoedAt === before?.echoedAt) return false;
  return before?.echoedAt === undefined || after.echoedAt - before.echoedAt >= 2.5 * slowerInterval(turn, after);
}

/** Why `node` cannot take `spec` over now, or undefined when it can. */
export function unfitness(turn: Turn, spec: GroupSpec, node: NodeName): RefusalReason | undefined {
  const peer = turn.state.peers.get(node);
  const group = groupAdvertOf(peer, spec.vrid);
  if (peer === undefined || group === undefined || !isHeard(peer, turn.now)) return 'peer-not-heard';
  if (!hearsUs(turn, peer)) return 'peer-does-not-hear-us';
  if (group.phase === 'maintenance') return 'peer-in-maintenance';
  if (group.phase === 'fault') return 'peer-in-fault';
  if (group.phase !== 'backup') return 'peer-not-backup';
  const { rules } = peer.advert;
  if (!rules.ready || rules.digest !== turn.state.rules.digest) return 'peer-rules-not-in';
  return undefined;
}

/** The fittest peer for a group: of those that can take over, the one of highest priority, then address. */
export function bestSuccessor(turn: Turn, spec: GroupSpec): NodeName | undefined {
  const fit = turn.config.nodes.filter((node) => node.name !== turn.config.self && unfitness(turn, spec, node.name) === undefined);
  fit.sort((a, b) => priority(spec, b.name) - priority(spec, a.name) || b.addressRank - a.addressRank);
  return fit[0]?.name;
}

const priority = (spec: GroupSpec, node: NodeName): number => spec.priorities.get(node) ?? 0;

function isNewer(advert: Advert, than: Advert): boolean {
  if (advert.incarnation !== than.incarnation) return advert.incarnation > than.incarnation;
  return advert.sequence > than.sequence;
}

function echoTime(turn: Turn, echo: Echo | undefined): Millis | undefined {
  if (echo === undefined || echo.incarnation !== turn.config.incarnation) return undefined;
  return turn.state.rounds.find((round: Round) => round.sequence === echo.sequence)?.at;
}

function newestOf(a: Millis | undefined, b: Millis | undefined): Millis | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

function setPeer(turn: Turn, name: NodeName, peer: Peer): void {
  const peers = new Map(turn.state.peers);
  peers.set(name, peer);
  turn.state = { ...turn.state, peers };
}
