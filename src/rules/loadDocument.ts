// From the shape of a rules file to the document: defaults of a service handed down to its servers, addresses canonical.
import type { RealServer, RulesDocument, ServiceMatch, Tunnel, VirtualService } from './document.ts';
import type { RulesShape } from './loadShape.ts';
import type { Ports } from './ports.ts';

type ServiceShape = RulesShape['services'][number];
type ServerShape = ServiceShape['servers'][number];

/** Of a shape whose values agree with each other. */
export const documentOf = ({ services }: RulesShape): RulesDocument => ({ services: services.map(serviceOf) });

/** The packet filter marks packets of any port. */
export const portsOfMark: Ports = { port: 0, lastPort: undefined };

function serviceOf(shape: ServiceShape): VirtualService {
  return {
    match: matchOf(shape),
    scheduler: shape.scheduler,
    schedulerFlags: shape.schedulerFlags,
    persistence: shape.persistence,
    persistenceNetmask: shape.persistenceNetmask,
    persistenceEngine: shape.persistenceEngine,
    onePacket: shape.onePacket,
    drain: shape.drain,
    servers: shape.servers.map((server) => serverOf(server, shape)),
  };
}

function matchOf({ address: endpoint, fwmark, family, protocol }: ServiceShape): ServiceMatch {
  if (fwmark !== undefined) return { by: 'mark', family: family === 'ipv6' ? 6 : 4, mark: fwmark };
  if (endpoint === undefined) throw new Error('a service without address and mark has passed as one in order');
  return { by: 'address', protocol, address: endpoint.address.text, ...endpoint.ports };
}

function serverOf(server: ServerShape, service: ServiceShape): RealServer {
  const { address, ports = service.address?.ports ?? portsOfMark } = server.address;
  const forward = server.forward ?? service.forward;
  return {
    address: address.text,
    ...ports,
    weight: server.weight,
    restoreWeight: server.restoreWeight,
    forward,
    tunnel: forward === 'tun' ? tunnelOf(server, service) : undefined,
    upperThreshold: server.upperThreshold,
    lowerThreshold: server.lowerThreshold,
  };
}

const tunnelOf = (server: ServerShape, service: ServiceShape): Tunnel | undefined => server.tunnel ?? service.tunnel;
