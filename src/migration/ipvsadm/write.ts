// The rules in the language of `ipvsadm -R` (ipvsadm(8)).
import type { RulesDocument } from '../../rules/document.ts';
import { type KernelService, kernelServicesOf } from '../../rules/kernelServices.ts';
import { endpointText } from '../../text/address.ts';
import { type IpvsDestination, type IpvsServiceId, SERVICE_ONE_PACKET } from '../../wire/ipvs.ts';

/** One line for each service and server of the kernel: a range of ports becomes a service for each of them. */
export const ipvsadmLines = (document: RulesDocument): string[] =>
  document.services.flatMap((rule) =>
    kernelServicesOf({ services: [rule] }).flatMap(({ service, servers }) => {
      const name = nameOf(service.id);
      return [
        ['-A', name, ...serviceWords(service, rule.persistence, rule.schedulerFlags)].join(' '),
        ...servers.map((server) => ['-a', name, ...serverWords(server)].join(' ')),
      ];
    }),
  );

function nameOf(id: IpvsServiceId): string {
  if (id.by === 'mark') return `-f ${id.mark}${id.family === 6 ? ' -6' : ''}`;
  const option = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[id.protocol];
  return `${option} ${endpointText(id.family, id.address, id.port)}`;
}

function serviceWords(service: KernelService['service'], persistence: number | undefined, flags: readonly string[]): string[] {
  const whole = service.id.family === 4 ? '255.255.255.255' : '128';
  return [
    `-s ${service.scheduler}`,
    ...(persistence === undefined ? [] : [`-p ${persistence}`, ...(service.netmask === whole ? [] : [`-M ${service.netmask}`])]),
    ...(service.engine === '' ? [] : [`--pe ${service.engine}`]),
    ...(flags.length === 0 ? [] : [`-b ${flags.join(',')}`]),
    ...((service.flags & SERVICE_ONE_PACKET) === 0 ? [] : ['-o']),
  ];
}

function serverWords({ family, address, port, forward, weight, upperThreshold, lowerThreshold, tunnel }: IpvsDestination): string[] {
  return [
    `-r ${endpointText(family, address, port)}`,
    forward === 'tun' ? '-i' : forward === 'nat' ? '-m' : '-g',
    ...(forward === 'tun' ? tunnelWords(tunnel) : []),
    `-w ${weight}`,
    ...(upperThreshold === 0 ? [] : [`-x ${upperThreshold}`]),
    ...(lowerThreshold === 0 ? [] : [`-y ${lowerThreshold}`]),
  ];
}

/** By IP_VS_TUNNEL_ENCAP_FLAG_* of ip_vs.h. */
const checksumWords: Readonly<Record<number, string>> = { 0: '--tun-nocsum', 1: '--tun-csum', 2: '--tun-remcsum' };

function tunnelWords({ type, port, flags }: IpvsDestination['tunnel']): string[] {
  if (type === 'ipip') return [];
  return [`--tun-type ${type}`, ...(type === 'gue' ? [`--tun-port ${port}`] : []), checksumWords[flags] ?? ''];
}
