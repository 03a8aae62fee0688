// Puts together what `vspair status` shows: would the pair survive a failure now, and if not, why?
import type { AlertsStatus, DirectorStatus, PeerStatus, RulesStatus, StatusReport, StoreStatus } from '../control/status.ts';
import type { GroupPhase, NodeName } from '../core/types.ts';
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
    ...[self, ...answering(peers)].flatMap(directorProblems),
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

const answering = (peers: readonly PeerStatus[]): readonly DirectorStatus[] =>
  peers.flatMap((peer) => (peer.via === 'channel' ? [peer.director] : []));

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
  return candidates(keeper, group).flatMap(({ node, unfit }) => (unfit === undefined ? [node] : []));
}

function whyNobody(keeper: KeeperSnapshot, group: GroupSnapshot): string {
  const reasons = candidates(keeper, group).flatMap(({ unfit }) => (unfit === undefined ? [] : [unfit]));
  return reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
}

interface Candidate {
  readonly node: NodeName;
  /** Why it could not take over now. */
  readonly unfit: string | undefined;
}

/** Everyone but the active. */
function candidates(keeper: KeeperSnapshot, group: GroupSnapshot): readonly Candidate[] {
  const peers = keeper.peers.map((peer) => ({ node: peer.node, unfit: unfitness(keeper, peer, group) }));
  return [{ node: keeper.self, unfit: ownUnfitness(keeper, group) }, ...peers].filter(({ node }) => node !== group.active);
}

function ownUnfitness({ self, rules }: KeeperSnapshot, { phase }: GroupSnapshot): string | undefined {
  if (phase !== 'backup') return `${self} ${phaseWords[phase]}`;
  return rules.ready ? undefined : notInKernel(self);
}

const notInKernel = (node: NodeName): string => `the rules of ${node} are not in its kernel`;

function unfitness(keeper: KeeperSnapshot, peer: PeerSnapshot, group: GroupSnapshot): string | undefined {
  if (!peer.heard) return `${peer.node} is not heard`;
  if (!peer.hearsUs) return `${peer.node} does not hear ${keeper.self}`;
  const phase = phaseOf(peer, group.vrid);
  if (phase === undefined) return `${peer.node} does not know the group`;
  if (phase !== 'backup') return `${peer.node} ${phaseWords[phase]}`;
  if (peer.rules?.digest !== keeper.rules.digest) return `the rules of ${peer.node} are not those of ${keeper.self}`;
  if (!peer.rules.ready) return notInKernel(peer.node);
  return undefined;
}

const phaseWords: Readonly<Record<Exclude<GroupPhase, 'backup'>, string>> = {
  initialize: 'has only just started',
  active: 'is active too',
  fault: 'is in fault',
  maintenance: 'is in maintenance',
};

const phaseOf = (peer: PeerSnapshot, vrid: number): GroupPhase | undefined => peer.groups.find((group) => group.vrid === vrid)?.phase;

/** What is wrong with a director by its own account. */
function directorProblems({ keeper: { self, rules, kernelFailures, links }, daemon }: DirectorStatus): string[] {
  return [
    ...(rules.ready ? [] : ['the rules are not in its kernel']),
    ...daemon.rules.errors,
    ...driftProblems(daemon.rules),
    ...[...daemon.settingsRefused, ...kernelFailures].map((failure) => `${failure.attempt} ${failure.object}: ${failure.errno}`),
    ...links.filter((link) => !link.up).map((link) => `${link.dev} has no link`),
    ...storeProblems(daemon.store),
    ...alertProblems(daemon.alerts),
  ].map((problem) => `${self}: ${problem}`);
}

/** A peer of an older version says nothing about it. */
const driftProblems = ({ drift }: Partial<RulesStatus>): string[] =>
  (drift ?? []).map((difference) => `changed by somebody else, and not repaired: ${difference}`);

function storeProblems({ backend, connected, detail }: StoreStatus): string[] {
  // That a peer is not reached is told where the peers are.
  if (backend !== 'redis' || connected) return [];
  return [`no connection to Redis${because(detail)}`];
}

function alertProblems({ failed, lastFailure }: AlertsStatus): string[] {
  if (failed === 0) return [];
  return [`${failed === 1 ? 'an alert' : `${failed} alerts`} could not be delivered${because(lastFailure)}`];
}

const because = (detail: string | undefined): string => (detail === undefined ? '' : `: ${detail}`);

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
