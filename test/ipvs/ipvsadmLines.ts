// A document in the language of `ipvsadm -R`, by ipvsadm's manual page: what a person would have typed for these rules.
import type { RealServer, RulesDocument, Tunnel, VirtualService } from '../../src/rules/document.ts';
import { endpointText } from '../../src/text/address.ts';

export const ipvsadmLines = ({ services }: RulesDocument): string => services.flatMap(linesOfRule).join('');

/** ipvsadm knows no ranges either: a person would have typed each port. */
function linesOfRule(rule: VirtualService): string[] {
  const { match } = rule;
  if (match.by === 'mark') return linesOfService(rule, `-f ${match.mark}${match.family === 6 ? ' -6' : ''}`, 0);
  const { protocol, address, port, lastPort = port } = match;
  const option = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[protocol];
  return Array.from({ length: lastPort - port + 1 }, (_, offset) =>
    linesOfService(rule, `${option} ${textOf(address, port + offset)}`, offset),
  ).flat();
}

const linesOfService = (rule: VirtualService, of: string, offset: number): string[] => [
  `-A ${of} ${serviceOptions(rule).join(' ')}\n`,
  ...rule.servers.map((server) => `-a ${of} ${serverOptions(server, offset).join(' ')}\n`),
];

const serviceOptions = (rule: VirtualService): string[] => [
  `-s ${rule.scheduler}`,
  ...(rule.schedulerFlags.length === 0 ? [] : [`-b ${rule.schedulerFlags.join(',')}`]),
  ...(rule.persistence === undefined ? [] : [`-p ${rule.persistence}`]),
  ...(rule.persistenceNetmask === undefined ? [] : [`-M ${rule.persistenceNetmask}`]),
  ...(rule.persistenceEngine === undefined ? [] : [`--pe ${rule.persistenceEngine}`]),
  ...(rule.onePacket ? ['-o'] : []),
];

function serverOptions(server: RealServer, offset: number): string[] {
  const { address, port, lastPort, forward, weight, upperThreshold, lowerThreshold } = server;
  return [
    `-r ${textOf(address, lastPort === undefined ? port : port + offset)}`,
    { dr: '-g', tun: '-i', nat: '-m' }[forward],
    ...tunnelOptions(server.tunnel),
    `-w ${weight}`,
    ...(upperThreshold === 0 ? [] : [`-x ${upperThreshold}`]),
    ...(lowerThreshold === 0 ? [] : [`-y ${lowerThreshold}`]),
  ];
}

function tunnelOptions(tunnel: Tunnel | undefined): string[] {
  if (tunnel === undefined || tunnel.type === 'ipip') return [];
  const checksum = { none: '--tun-nocsum', full: '--tun-csum', remote: '--tun-remcsum' }[tunnel.checksum];
  return [`--tun-type ${tunnel.type}`, ...(tunnel.type === 'gue' ? [`--tun-port ${tunnel.port}`] : []), checksum];
}

const textOf = (address: string, port: number): string => endpointText(address.includes(':') ? 6 : 4, address, port);
