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
import type { RealServer, RulesDocument, VirtualService } from './document.ts';

export interface KernelService {
  readonly service: IpvsService;
  /** Within a service no two have the same address and port. */
  readonly servers: readonly IpvsDestination[];
}

export type KernelServices = readonly KernelService[];

/** What the kernel tells services apart by, as people read it: `tcp 10.0.0.1:80`, `tcp [2001:db8::1]:80`, `fwmark 7`, `fwmark6 7`. */
export function serviceKey(id: IpvsServiceId): string {
  if (id.by === 'mark') return `${id.family === 4 ? 'fwmark' : 'fwmark6'} ${id.mark}`;
  return `${id.protocol} ${endpointText(id.family, id.address, id.port)}`;
}

/** `10.0.0.11:80` */
export const serverKey = ({ family, address, port }: IpvsDestinationId): string => endpointText(family, address, port);

export const kernelServicesOf = ({ services }: RulesDocument): KernelServices =>
  services.map((rule) => ({ service: serviceOf(rule), servers: rule.servers.map(serverOf) }));

function serviceOf(rule: VirtualService): IpvsService {
  const family = familyOf(rule.address);
  return {
    id: { by: 'address', family, protocol: rule.protocol, address: rule.address, port: rule.port },
    scheduler: rule.scheduler,
    flags: (rule.persistence === undefined ? 0 : SERVICE_PERSISTENT) | (rule.onePacket ? SERVICE_ONE_PACKET : 0),
    timeout: rule.persistence ?? 0,
    netmask: rule.persistenceNetmask ?? (family === 4 ? '255.255.255.255' : '128'),
    engine: '',
  };
}

const serverOf = ({ address, port, forward, weight, upperThreshold, lowerThreshold }: RealServer): IpvsDestination => ({
  family: familyOf(address),
  address,
  port,
  forward,
  weight,
  upperThreshold,
  lowerThreshold,
  tunnel: { type: 'ipip', port: 0, flags: 0 },
});

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);
