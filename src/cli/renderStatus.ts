// `vspair status` for people. The first line says whether the pair would survive a failure now; what is wrong follows;
// the rest is for whoever wants to know more.
import type { DaemonStatus, DirectorStatus, PeerStatus, RulesStatus, StatusReport } from '../control/status.ts';
import type { GroupPhase } from '../core/types.ts';
import type { GroupSnapshot, KeeperSnapshot, LinkSnapshot, PeerSnapshot } from '../keeper/messages.ts';
import { durationText } from '../text/duration.ts';
import { columns } from './columns.ts';
import { counted } from './renderProblems.ts';

export function statusText(report: StatusReport): string {
  const { self, peers, problems, summary } = report;
  const sections = [
    [summary, ...problems.map((problem) => `  ! ${problem}`)],
    groupTable(report),
    vipTable(report),
    linkTable(self.keeper),
    [...directorLines(report.node, self, '(asked)'), ...peers.flatMap((peer) => peerLines(peer))],
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
}

// ------------------------------------------------------------------------------------------------------------- groups

interface GroupRow {
  readonly director: string;
  readonly phase: GroupPhase | 'not heard';
  readonly priority: number | undefined;
  readonly since: string;
  readonly reason: string;
}

function groupTable({ self, peers }: StatusReport): string[] {
  const rows = self.keeper.groups.flatMap((group) => {
    const own = ownRow(self.keeper.self, group);
    const others = peers.map((peer) => peerRow(peer, group.vrid, self.keeper));
    return [own, ...others].map((row, index) => [
      ...(index === 0 ? [group.name, String(group.vrid)] : ['', '']),
      row.director,
      row.phase,
      String(row.priority ?? ''),
      row.since,
      row.reason,
    ]);
  });
  return columns([['GROUP', 'VRID', 'DIRECTOR', 'STATE', 'PRIORITY', 'SINCE', 'REASON'], ...rows]);
}

const ownRow = (director: string, { phase, priority, sinceAgo, reason }: GroupSnapshot): GroupRow => ({
  director,
  phase,
  priority,
  since: durationText(sinceAgo),
  reason,
});

/** What the peer says of itself, else what its advertisements say: those of a peer that fell silent are not shown. */
function peerRow(peer: PeerStatus, vrid: number, asked: KeeperSnapshot): GroupRow {
  if (peer.via === 'channel') {
    const group = peer.director.keeper.groups.find((snapshot) => snapshot.vrid === vrid);
    if (group !== undefined) return ownRow(peer.node, group);
  }
  const heard = peer.via === 'none' ? undefined : heardPeer(peer.node, asked)?.groups.find((group) => group.vrid === vrid);
  if (heard === undefined) return { director: peer.node, phase: 'not heard', priority: undefined, since: '', reason: '' };
  return { director: peer.node, phase: heard.phase, priority: heard.priority, since: '', reason: 'by its advertisements' };
}

const heardPeer = (node: string, asked: KeeperSnapshot): PeerSnapshot | undefined =>
  asked.peers.find((peer) => peer.node === node && peer.heard);

// -------------------------------------------------------------------------------------------------------- virtual IPs

function vipTable({ self, peers }: StatusReport): string[] {
  const directors = [self, ...peers.flatMap((peer) => (peer.via === 'channel' ? [peer.director] : []))];
  const keepers = directors.map((director) => director.keeper);
  const rows = self.keeper.groups.flatMap((group) =>
    group.vips.map(({ address, prefix, dev }) => {
      const holders = keepers.filter((keeper) => holds(keeper, group.vrid, address)).map((keeper) => keeper.self);
      const heldBy = holders.length === 0 ? 'nobody that was asked' : holders.join(' and ');
      return [group.name, `${address}/${prefix}`, dev, heldBy, answeredBy(directors, address)];
    }),
  );
  return columns([['GROUP', 'VIRTUAL IP', 'DEV', 'HELD BY', 'ARP ANSWERED BY'], ...rows]);
}

/** As the director sees it that does not hold the address. */
function answeredBy(directors: readonly DirectorStatus[], address: string): string {
  const seen = directors.flatMap(({ daemon }) => daemon.neighbours).find((neighbour) => neighbour.address === address);
  return seen?.mac ?? '';
}

const holds = (keeper: KeeperSnapshot, vrid: number, address: string): boolean =>
  keeper.groups.some((group) => group.vrid === vrid && group.vips.some((vip) => vip.address === address && vip.held));

// ---------------------------------------------------------------------------------------------------- heartbeat links

function linkTable({ peers }: KeeperSnapshot): string[] {
  const rows = peers.flatMap((peer) =>
    peer.links.map((link) => [peer.node, String(link.link + 1), `${link.local} to ${link.remote}`, ...linkHealth(link)]),
  );
  return rows.length === 0 ? [] : columns([['PEER', 'LINK', 'HEARTBEAT', 'HEARD', 'LOSS', 'ROUND TRIP'], ...rows]);
}

function linkHealth({ lastHeardAgo, loss, roundTrip }: LinkSnapshot): string[] {
  if (lastHeardAgo === undefined) return ['never', '', ''];
  return [`${durationText(lastHeardAgo)} ago`, `${Math.round(loss * 100)}%`, roundTrip === undefined ? '' : millisText(roundTrip)];
}

// ---------------------------------------------------------------------------------------------------------- directors

function peerLines(peer: PeerStatus): string[] {
  switch (peer.via) {
    case 'channel':
      return directorLines(peer.node, peer.director, '');
    case 'adverts':
      return [`${peer.node}: advertises, but does not answer: ${peer.detail}`];
    case 'none':
      return [`${peer.node}: not heard: ${peer.detail}`];
  }
}

function directorLines(node: string, { keeper, daemon }: DirectorStatus, note: string): string[] {
  const { lateness } = keeper;
  return [
    `${node}${note === '' ? '' : ` ${note}`}: vspair ${daemon.version}, pid ${daemon.pid}, up ${durationText(daemon.uptimeMs)}, ${Math.round(daemon.memoryBytes / 2 ** 20)} MiB`,
    ...(keeper.maintenance ? ['  in maintenance: it takes nothing over'] : []),
    `  rules     ${rulesLine(daemon)}`,
    ...drainingLines(daemon.rules),
    `  store     ${storeLine(daemon)}`,
    `  keeper    ${keeper.realtime}; wake-ups late by ${millisText(lateness.p50)} (median), ${millisText(lateness.p99)} (p99), ${millisText(lateness.max)} (max)`,
    `  adverts   ${advertsLine(keeper)}`,
    ...alertLines(daemon),
    ...takeoverLines(keeper),
  ];
}

function rulesLine({ rules }: DaemonStatus): string {
  if (rules.source === 'none') return 'none yet';
  const faults = rules.errors.length === 0 ? '' : `; ${counted(rules.errors.length, 'error')}`;
  return `revision ${rules.revision} (${rules.digest}) from ${rules.source}, ${counted(rules.services, 'service')}, ${counted(rules.servers, 'server')}${faults}`;
}

/** A peer of an older version says nothing about it. */
const drainingLines = ({ draining }: Partial<RulesStatus>): string[] =>
  (draining ?? []).map(
    ({ service, server, connections, leftMs }) =>
      `  draining  ${server} of ${service}: ${counted(connections, 'connection')} left, removed in ${durationText(leftMs)} at the latest`,
  );

function storeLine({ store }: DaemonStatus): string {
  if (store.backend === 'none') return 'none: rules from the local disk only';
  if (store.backend === 'peer') return `peer: ${store.detail ?? 'the directors share the rules among themselves'}`;
  return store.connected
    ? `${store.backend}, connected`
    : `${store.backend}, not connected${store.detail === undefined ? '' : `: ${store.detail}`}`;
}

function advertsLine({ adverts }: KeeperSnapshot): string {
  const dropped = Object.entries(adverts.dropped).filter(([, count]) => count > 0);
  const causes = dropped.map(([cause, count]) => `${count} ${cause}`).join(', ');
  const failed = adverts.sendFailures === 0 ? '' : `, ${adverts.sendFailures} not sent`;
  return `${adverts.sent} sent${failed}, ${adverts.received} received, ${causes === '' ? 'none dropped' : `dropped: ${causes}`}`;
}

function alertLines({ alerts }: DaemonStatus): string[] {
  const { delivered, failed, lastFailure } = alerts;
  const waiting = waitingOf(alerts);
  if (delivered + failed + waiting === 0) return [];
  const waits = waiting === 0 ? '' : `, ${waiting} wait`;
  const last = lastFailure === undefined ? '' : `; last failure: ${lastFailure}`;
  return [`  alerts    ${delivered} delivered${waits}, ${failed} failed${last}`];
}

/** A peer of an older version says nothing about it. */
const waitingOf = ({ waiting }: Partial<DaemonStatus['alerts']>): number => waiting ?? 0;

function takeoverLines({ groups, takenAt }: KeeperSnapshot): string[] {
  return groups.flatMap(({ name, lastTakeover }) => {
    if (lastTakeover === undefined) return [];
    const { decidedAt, rulesInAt, vipAddedAt, announcedAt } = lastTakeover;
    const steps = `rules in ${millisText(rulesInAt - decidedAt)}, virtual IP ${millisText(vipAddedAt - decidedAt)}, announced ${millisText(announcedAt - decidedAt)}`;
    return [`  takeover  ${name}, ${durationText(takenAt - decidedAt)} ago: ${steps} after the decision`];
  });
}

const millisText = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`;
