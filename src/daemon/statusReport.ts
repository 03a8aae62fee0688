// Puts together what `vspair status` shows: would the pair survive a failure now, and if not, why?
import { differingSections } from '../config/digest.ts';
import type { AlertsStatus, DaemonStatus, DirectorStatus, PeerStatus, RulesStatus, StatusReport, StoreStatus } from '../control/status.ts';
import type { DirectorEvent } from '../events/event.ts';
import type { GroupSnapshot, KeeperSnapshot, PeerSnapshot } from '../keeper/messages.ts';
import { candidates, type MissingVip, missingVips, rivals, successors } from './candidates.ts';
import { verdictOf } from './verdict.ts';

export interface ReportParts {
  readonly cluster: string;
  readonly self: DirectorStatus;
  readonly peers: readonly PeerStatus[];
  /** The last ones, oldest first. */
  readonly events?: readonly DirectorEvent[];
}

export function statusReport({ cluster, self, peers, events = [] }: ReportParts): StatusReport {
  const { keeper } = self;
  const directors = [self, ...answering(peers)];
  const missing = directors.flatMap((director) => missingVips(director.keeper));
  const problems = [
    ...keeper.groups.flatMap((group) => groupProblems(keeper, group, missing)),
    ...directors.flatMap(directorProblems),
    ...peerProblems(keeper, peers),
    ...answering(peers).flatMap((director) => configProblems(self, director)),
  ];
  return {
    cluster,
    node: keeper.self,
    healthy: problems.length === 0,
    verdict: verdictOf(keeper, missing, problems),
    summary: keeper.groups.map((group) => groupSummary(keeper, group)).join('; '),
    problems,
    self,
    peers,
    events,
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

function groupProblems(keeper: KeeperSnapshot, group: GroupSnapshot, missing: readonly MissingVip[]): string[] {
  const problems: string[] = [];
  if (group.active === undefined) problems.push(`${group.name}: no director is active`);
  if (group.phase === 'fault') problems.push(`${group.name}: ${keeper.self} is in fault: ${group.reason}`);
  problems.push(...missing.filter(({ vrid }) => vrid === group.vrid).map(({ text }) => `${group.name}: ${text}`));
  problems.push(...rivals(keeper, group).map((peer) => `${group.name}: ${peer} is active too`));
  if (successors(keeper, group).length === 0) problems.push(`${group.name}: nobody could take over${whyNobody(keeper, group)}`);
  return problems;
}

function whyNobody(keeper: KeeperSnapshot, group: GroupSnapshot): string {
  const reasons = candidates(keeper, group).flatMap(({ unfit }) => (unfit === undefined ? [] : [unfit.why]));
  return reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
}

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
    ...fileProblems(daemon),
  ].map((problem) => `${self}: ${problem}`);
}

/** A peer of an older version says nothing about it. */
const fileProblems = ({ fileProblems: found }: Partial<DaemonStatus>): readonly string[] => found ?? [];

/** Nor about this. */
const driftProblems = ({ drift }: Partial<RulesStatus>): string[] =>
  (drift ?? []).map((difference) => `changed by somebody else, and not repaired: ${difference}`);

function storeProblems({ backend, connected, detail }: StoreStatus): string[] {
  // That a peer is not reached is told where the peers are.
  if (backend !== 'redis' || connected) return [];
  return [`no connection to Redis${because(detail)}`];
}

/** What was lost is counted for good; it is a problem as long as the channel has not told anything since. */
function alertProblems({ channels = [] }: Partial<AlertsStatus>): string[] {
  return channels.flatMap(({ name, trouble, waiting, unsaved }) => [
    ...(trouble === undefined ? [] : [`alerts by ${name} are not delivered${waitingText(waiting)}: ${trouble}`]),
    ...(unsaved === 0 ? [] : [`${unsaved} of the alerts by ${name} that wait are not on the disk`]),
  ]);
}

const waitingText = (waiting: number): string => (waiting === 0 ? '' : ` (${waiting} wait)`);

const because = (detail: string | undefined): string => (detail === undefined ? '' : `: ${detail}`);

/** A link that hears nothing is lost redundancy even while another one works. */
function peerProblems(keeper: KeeperSnapshot, peers: readonly PeerStatus[]): string[] {
  const silent = keeper.peers.flatMap((peer) => (peer.heard ? silentLinks(keeper, peer) : []));
  const unreachable = peers
    .filter((peer) => peer.via === 'adverts')
    .map((peer) => `${peer.node} advertises, but its peer channel does not answer: ${peer.detail}`);
  return [...silent, ...unreachable];
}

/** What each director may have for itself. */
const ownSections = ['secretFile', 'alerts', 'metrics', 'control', 'log'];

/** A reload on one of them alone, or a file that was not copied. */
function configProblems(self: DirectorStatus, { keeper, daemon }: DirectorStatus): string[] {
  const [ours, theirs] = [self.daemon.config, daemon.config];
  if (ours === undefined || theirs === undefined) return [];
  const sections = differingSections(ours, theirs).filter((section) => !ownSections.includes(section));
  if (sections.length === 0) return [];
  return [`${keeper.self} runs another configuration than ${self.keeper.self}: ${sections.join(', ')}; copy the file and vspair reload`];
}

function silentLinks(keeper: KeeperSnapshot, peer: PeerSnapshot): string[] {
  const newest = Math.min(...peer.links.map((link) => link.lastHeardAgo ?? Number.POSITIVE_INFINITY));
  const silent = peer.links.filter((link) => (link.lastHeardAgo ?? Number.POSITIVE_INFINITY) > newest + 5_000);
  return silent.map((link) => `${keeper.self}: ${peer.node} is not heard on link ${link.link + 1} (${link.local} to ${link.remote})`);
}
