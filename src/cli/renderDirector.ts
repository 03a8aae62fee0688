// One director in the status: what it says of itself, or why it says nothing.
import type { DaemonStatus, DirectorStatus, PeerStatus, RulesStatus } from '../control/status.ts';
import type { NodeName } from '../core/types.ts';
import type { KeeperSnapshot } from '../keeper/messages.ts';
import { durationText } from '../text/duration.ts';
import { amountText, millisText, oneLine } from './figures.ts';
import { counted } from './renderProblems.ts';

export function peerLines(peer: PeerStatus, asked: KeeperSnapshot): string[] {
  switch (peer.via) {
    case 'channel':
      return directorLines(peer.node, peer.director, `(its own account, at most ${millisText(peer.ageMs)} old)`);
    case 'adverts':
      return [`${peer.node}: advertises${heardText(peer.node, asked)}, but does not answer: ${peer.detail}`];
    case 'none':
      return [`${peer.node}: not heard${heardText(peer.node, asked)}: ${peer.detail}`];
  }
}

function heardText(node: NodeName, { peers }: KeeperSnapshot): string {
  const ago = peers.find((peer) => peer.node === node)?.lastHeardAgo;
  return ago === undefined ? '' : ` (last heard ${durationText(ago)} ago)`;
}

export function directorLines(node: string, { keeper, daemon }: DirectorStatus, note: string): string[] {
  const { lateness } = keeper;
  return [
    `${node}${note === '' ? '' : ` ${note}`}: vspair ${daemon.version}, pid ${daemon.pid}, up ${durationText(daemon.uptimeMs)}, ${Math.round(daemon.memoryBytes / 2 ** 20)} MiB`,
    ...maintenanceLines(keeper, daemon),
    `  rules     ${rulesLine(daemon)}`,
    ...drainingLines(daemon.rules),
    `  store     ${storeLine(daemon)}`,
    `  keeper    ${keeper.realtime}; wake-ups late by ${millisText(lateness.p50)} (median), ${millisText(lateness.p99)} (p99), ${millisText(lateness.max)} (max)`,
    `  adverts   ${advertsLine(keeper)}`,
    ...ipvsLines(daemon),
    ...alertLines(daemon),
    ...takeoverLines(keeper),
  ];
}

function maintenanceLines({ maintenance }: KeeperSnapshot, { maintenance: note }: DaemonStatus): string[] {
  if (!maintenance) return [];
  const { reason = null, author = null, since = null } = note ?? {};
  const given = [author === null ? '' : ` by ${oneLine(author)}`, since === null ? '' : ` since ${since}`].join('');
  return [`  MAINTENANCE: it takes nothing over${given}: ${reason === null ? 'no reason was given' : oneLine(reason)}`];
}

function ipvsLines({ ipvs }: DaemonStatus): string[] {
  if (ipvs === undefined) return [];
  const way = (bytes: number, byteRate: number, packets: number, packetRate: number): string =>
    `${amountText(bytes)}B (${amountText(byteRate)}B/s) in ${amountText(packets)} packets (${amountText(packetRate)}/s)`;
  const inward = way(ipvs.bytesIn, ipvs.byteRateIn, ipvs.packetsIn, ipvs.packetRateIn);
  const outward = way(ipvs.bytesOut, ipvs.byteRateOut, ipvs.packetsOut, ipvs.packetRateOut);
  const connections = `${amountText(ipvs.connections)} connections (${amountText(ipvs.connectionRate)}/s)`;
  return [`  ipvs      ${connections}; in ${inward}; out ${outward}`];
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
