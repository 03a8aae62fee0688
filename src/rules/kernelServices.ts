// The rules in the kernel's terms: what IPVS holds, and what it should hold for a document. Both sides of every comparison.
import { endpointText } from '../text/address.ts';
import {
  type IpvsDestination,
  type IpvsDestinationId,
  type IpvsService,
  type IpvsServiceId,
  SERVICE_ONE_PACKET,
  SERVICE_PERSISTENT,
} from '../wire/ipvs.ts';
import type { RealServer, RulesDocument, ServiceMatch, Tunnel, VirtualService } from './document.ts';

export interface KernelService {
  readonly service: IpvsService;
  /** Within a service no two have the same address and port. */
  readonly servers: readonly IpvsDestination[];
}

export type KernelServices = readonly KernelService[];

/** As the kernel tells it: `connections` of every kind, those that only stick a client to the server too. */
export interface HeldServer extends IpvsDestination {
  readonly connections: number;
}

export interface HeldService extends KernelService {
  /** The one added last comes first. */
  readonly servers: readonly HeldServer[];
}

export type HeldServices = readonly HeldService[];

export interface WantedService extends KernelService {
  /** Seconds that a server keeps its connections which the rules lose. */
  readonly drain: number | undefined;
}

/** What the kernel tells services apart by, as people read it: `tcp 10.0.0.1:80`, `tcp [2001:db8::1]:80`, `fwmark 7`, `fwmark6 7`. */
export function serviceKey(id: IpvsServiceId): string {
  if (id.by === 'mark') return `${id.family === 4 ? 'fwmark' : 'fwmark6'} ${id.mark}`;
  return `${id.protocol} ${endpointText(id.family, id.address, id.port)}`;
}

/** As the operator wrote it: `tcp 10.0.0.1:8000-8010`, `fwmark 7`. */
export function matchText(match: ServiceMatch): string {
  if (match.by === 'mark') return serviceKey(match);
  const first = serviceKey({ ...match, family: familyOf(match.address) });
  return match.lastPort === undefined ? first : `${first}-${match.lastPort}`;
}

/** `10.0.0.11:80` */
export const serverKey = ({ family, address, port }: IpvsDestinationId): string => endpointText(family, address, port);

export const kernelServicesOf = ({ services }: RulesDocument): readonly WantedService[] => services.flatMap(kernelServicesOfRule);

/** A range of ports is a service for each of them: the kernel has no other way. */
function kernelServicesOfRule(rule: VirtualService): WantedService[] {
  return serviceIdsOf(rule.match).map((id, offset) => ({
    service: serviceOf(id, rule),
    servers: rule.servers.map((server) => serverOf(server, offset)),
    drain: rule.drain,
  }));
}

export function serviceIdsOf(match: ServiceMatch): IpvsServiceId[] {
  if (match.by === 'mark') return [match];
  const { protocol, address, port, lastPort } = match;
  const ports = Array.from({ length: (lastPort ?? port) - port + 1 }, (_, offset) => port + offset);
  return ports.map((each) => ({ by: 'address', family: familyOf(address), protocol, address, port: each }));
}

function serviceOf(id: IpvsServiceId, rule: VirtualService): IpvsService {
  const persistent = rule.persistence === undefined ? 0 : SERVICE_PERSISTENT;
  return {
    id,
    scheduler: rule.scheduler,
    flags: rule.schedulerFlags.reduce(
      (flags, flag) => flags | schedulerFlagBits[flag],
      persistent | (rule.onePacket ? SERVICE_ONE_PACKET : 0),
    ),
    timeout: rule.persistence ?? 0,
    netmask: rule.persistenceNetmask ?? (id.family === 4 ? '255.255.255.255' : '128'),
    engine: rule.persistenceEngine ?? '',
  };
}

/** `offset`: which port of a range the service is for, from 0. */
const serverOf = (
  { address, port, lastPort, forward, weight, upperThreshold, lowerThreshold, tunnel }: RealServer,
  offset: number,
): IpvsDestination => ({
  family: familyOf(address),
  address,
  port: lastPort === undefined ? port : port + offset,
  forward,
  weight,
  upperThreshold,
  lowerThreshold,
  tunnel: tunnelOf(tunnel),
});

function tunnelOf(tunnel: Tunnel | undefined): IpvsDestination['tunnel'] {
  switch (tunnel?.type) {
    case undefined:
    case 'ipip':
      return { type: 'ipip', port: 0, flags: 0 };
    case 'gue':
      return { type: 'gue', port: tunnel.port, flags: checksumFlags[tunnel.checksum] };
    case 'gre':
      return { type: 'gre', port: 0, flags: checksumFlags[tunnel.checksum] };
  }
}

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

/** IP_VS_SVC_F_SCHED_SH_FALLBACK and its like (ip_vs.h): each scheduler has the first two flags for the same two things. */
const schedulerFlagBits = { 'sh-fallback': 0x08, 'sh-port': 0x10, 'mh-fallback': 0x08, 'mh-port': 0x10 } as const;

/** IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM, _CSUM and _REMCSUM (ip_vs.h). */
const checksumFlags = { none: 0, full: 1, remote: 2 } as const;
