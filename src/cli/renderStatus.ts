// `vspair status` for people. The first line says whether the pair would survive a failure now; what is wrong follows;
// the rest is for whoever wants to know more.
import type { DirectorStatus, PairState, PeerStatus, StatusReport, Verdict } from '../control/status.ts';
import type { GroupPhase } from '../core/types.ts';
import type { Severity } from '../events/catalogue.ts';
import type { GroupSnapshot, KeeperSnapshot, LinkSnapshot, PeerSnapshot } from '../keeper/messages.ts';
import { durationText } from '../text/duration.ts';
import { columns } from './columns.ts';
import { millisText, oneLine } from './figures.ts';
import { directorLines, peerLines } from './renderDirector.ts';
import type { Paint } from './world.ts';

export function statusText(report: StatusReport, paint: Paint = unpainted): string {
  const { self, peers, problems, summary, verdict } = report;
  const sections = [
    [paint(colours[verdict.state], verdictLine(verdict)), summary, ...problems.map((problem) => paint('yellow', `  ! ${problem}`))],
    groupTable(report, paint),
    vipTable(report),
    linkTable(self.keeper),
    [...directorLines(report.node, self, '(asked)'), ...peers.flatMap((peer) => peerLines(peer, self.keeper))],
    eventTable(report, paint),
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
}

const unpainted: Paint = (_, text) => text;

const colours: Readonly<Record<PairState, 'green' | 'yellow' | 'red'>> = {
  ...{ protected: 'green', attention: 'yellow', notRedundant: 'red', peerNotHeard: 'red', bothActive: 'red', nobodyActive: 'red' },
};

function verdictLine({ text, advice }: Verdict): string {
  const sentence = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
  return advice === null ? sentence : `${sentence} Next: ${advice}.`;
}

// ------------------------------------------------------------------------------------------------------------- events

const eventsShown = 8;

function eventTable({ events }: StatusReport, paint: Paint): string[] {
  const rows = events
    .slice(-eventsShown)
    .map(({ time, severity, node, text }) => [time, paintedSeverity(severity, paint), node, oneLine(text)]);
  return columns([['TIME', 'SEVERITY', 'DIRECTOR', 'EVENT'], ...rows]);
}

function paintedSeverity(severity: Severity, paint: Paint): string {
  switch (severity) {
    case 'critical':
      return paint('red', severity);
    case 'warning':
      return paint('yellow', severity);
    case 'info':
      return severity;
  }
}

// ------------------------------------------------------------------------------------------------------------- groups

interface GroupRow {
  readonly director: string;
  readonly phase: GroupPhase | 'not heard';
  readonly priority: number | undefined;
  readonly since: string;
  readonly reason: string;
}

function groupTable({ self, peers }: StatusReport, paint: Paint): string[] {
  const rows = self.keeper.groups.flatMap((group) => {
    const own = ownRow(self.keeper.self, group);
    const others = peers.map((peer) => peerRow(peer, group.vrid, self.keeper));
    return [own, ...others].map((row, index) => [
      ...(index === 0 ? [group.name, String(group.vrid)] : ['', '']),
      row.director,
      paintedPhase(row.phase, paint),
      String(row.priority ?? ''),
      row.since,
      row.reason,
    ]);
  });
  return columns([['GROUP', 'VRID', 'DIRECTOR', 'STATE', 'PRIORITY', 'SINCE', 'REASON'], ...rows]);
}

function paintedPhase(phase: GroupRow['phase'], paint: Paint): string {
  switch (phase) {
    case 'active':
      return paint('green', phase);
    case 'backup':
      return phase;
    case 'initialize':
    case 'maintenance':
      return paint('yellow', phase);
    case 'fault':
    case 'not heard':
      return paint('red', phase);
  }
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
  return rows.length === 0
    ? []
    : columns([['PEER', 'LINK', 'HEARTBEAT', 'HEARD', 'LOSS*', 'ROUND TRIP*', 'LONGEST*'], ...rows]).concat(windowNote(rows.length));
}

const windowNote = (rows: number): string[] => (rows === 0 ? [] : ['* of the last 100 advertisements; the round trip is their median']);

function linkHealth({ lastHeardAgo, loss, roundTrips }: LinkSnapshot): string[] {
  if (lastHeardAgo === undefined) return ['never', '', '', ''];
  const trips = roundTrips === undefined ? ['', ''] : [millisText(roundTrips.median), millisText(roundTrips.max)];
  return [`${durationText(lastHeardAgo)} ago`, `${Math.round(loss * 100)}%`, ...trips];
}
