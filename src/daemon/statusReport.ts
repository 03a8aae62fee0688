// Puts together what `vspair status` shows: would the pair survive a failure now, and if not, why?

import type { DirectorStatus, PeerStatus, StatusReport } from '../control/status.ts';
import type { NodeName } from '../core/types.ts';
import type { GroupSnapshot, KeeperSnapshot, PeerSnapshot } from '../keeper/messages.ts';

export interface ReportParts {
  readonly cluster: string;
  readonly self: DirectorStatus;
  readonly peers: readonly PeerStatus[];
}

export function statusReport({ cluster, self, peers }: ReportParts): StatusReport {
  const { keeper } = self;
  const problems = [
    ...keeper.groups.flatMap((group) => groupProblems(keeper, group)),
    ...directorProblems(self),
    ...peerProblems(keeper, peers),
  ];
  return {
    cluster,
    node: keeper.self,
    healthy: problems.length === 0,
    summary: keeper.groups.map((group) => groupSummary(keeper, group)).join('; '),
    problems,
    self,
    peers,
  };
}

/** "web: vs1 active, vsbak ready to take over" */
function groupSummary(keeper: KeeperSnapshot, group: GroupSnapshot): string {
  const active = group.active === undefined ? 'nobody active' : `${group.active} active`;
  const ready = successors(keeper, group);
  return `${group.name}: ${active}, ${ready.length === 0 ? 'nobody ready to take over' : `${ready.join(', ')} ready to take over`}`;
}

function groupProblems(keeper: KeeperSnapshot, group: GroupSnapshot): string[] {
  const problems: string[] = [];
  if (group.active === undefined) problems.push(`${group.name}: no director is active`);
  if (group.phase === 'fault') problems.push(`${group.name}: ${keeper.self} is in fault: ${group.reason}`);
  if (group.phase === 'active') {
    const missing = group.vips.filter((vip) => !vip.held);
    problems.push(...missing.map((vip) => `${group.name}: ${vip.address} is not on ${vip.dev}`));
    problems.push(...rivals(keeper, group).map((peer) => `${group.name}: ${peer} is active too`));
  }
  if (successors(keeper, group).length === 0) problems.push(`${group.name}: nobody could take over${whyNobody(keeper, group)}`);
  return problems;
}

function rivals(keeper: KeeperSnapshot, group: GroupSnapshot): readonly NodeName[] {
  return keeper.peers.filter((peer) => peer.heard && phaseOf(peer, group.vrid) === 'active').map((peer) => peer.node);
}

/** The directors that are backup, heard, and have the rules of the active. */
function successors(keeper: KeeperSnapshot, group: GroupSnapshot): readonly NodeName[] {
  const others = keeper.peers
    .filter((peer) => peer.node !== group.active && unfitness(keeper, peer, group) === undefined)
    .map((peer) => peer.node);
  const selfReady = group.phase === 'backup' && group.active !== keeper.self && keeper.rules.ready;
  return selfReady ? [keeper.self, ...others] : others;
}

function unfitness(keeper: KeeperSnapshot, peer: PeerSnapshot, group: GroupSnapshot): string | undefined {
  if (!peer.heard) return `${peer.node} is not heard`;
  if (!peer.hearsUs) return `${peer.node} does not hear ${keeper.self}`;
  const phase = phaseOf(peer, group.vrid);
  if (phase !== 'backup') return `${peer.node} is in ${phase ?? 'no phase'} for it`;
  if (peer.rules?.ready !== true || peer.rules.digest !== keeper.rules.digest)
    return `the rules of ${peer.node} are not those of ${keeper.self}`;
  return undefined;
}

function whyNobody(keeper: KeeperSnapshot, group: GroupSnapshot): string {
  const reasons = keeper.peers.filter((peer) => peer.node !== group.active).map((peer) => unfitness(keeper, peer, group));
  const said = reasons.filter((reason) => reason !== undefined);
  return said.length === 0 ? '' : `: ${said.join(', ')}`;
}

const phaseOf = (peer: PeerSnapshot, vrid: number): string | undefined => peer.groups.find((group) => group.vrid === vrid)?.phase;

function directorProblems({ keeper, daemon }: DirectorStatus): string[] {
  const problems: string[] = [];
  if (!keeper.rules.ready) problems.push(`${keeper.self}: the rules are not in its kernel`);
  problems.push(...daemon.rules.errors);
  problems.push(...keeper.kernelFailures.map((failure) => `${keeper.self}: ${failure.attempt} ${failure.object}: ${failure.errno}`));
  problems.push(...keeper.links.filter((link) => !link.up).map((link) => `${keeper.self}: ${link.dev} has no link`));
  if (daemon.store.backend === 'redis' && !daemon.store.connected)
    problems.push(`${keeper.self}: no connection to Redis${daemon.store.detail === undefined ? '' : `: ${daemon.store.detail}`}`);
  if (daemon.alerts.failed > 0)
    problems.push(
      `${keeper.self}: ${daemon.alerts.failed} alerts could not be delivered${daemon.alerts.lastFailure === undefined ? '' : `: ${daemon.alerts.lastFailure}`}`,
    );
  return problems;
}

/** A link that hears nothing is lost redundancy even while another one works. */
function peerProblems(keeper: KeeperSnapshot, peers: readonly PeerStatus[]): string[] {
  const silent = keeper.peers.flatMap((peer) => (peer.heard ? silentLinks(keeper, peer) : []));
  const unreachable = peers
    .filter((peer) => peer.via === 'adverts')
    .map((peer) => `${peer.node} advertises, but its peer channel does not answer: ${peer.detail}`);
  return [...silent, ...unreachable];
}

function silentLinks(keeper: KeeperSnapshot, peer: PeerSnapshot): string[] {
  const newest = Math.min(...peer.links.map((link) => link.lastHeardAgo ?? Number.POSITIVE_INFINITY));
  const silent = peer.links.filter((link) => (link.lastHeardAgo ?? Number.POSITIVE_INFINITY) > newest + 5_000);
  return silent.map((link) => `${keeper.self}: ${peer.node} is not heard on link ${link.link} (${link.local} to ${link.remote})`);
}
