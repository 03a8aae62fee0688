// The rules in use, in the form of a rules file, so that what is shown can be edited and applied.
import { isDeepStrictEqual } from 'node:util';
import { Document, isScalar, visit } from 'yaml';
import {
  type RealServer,
  type RulesDocument,
  type RulesRevision,
  rulesFormat,
  type ServiceMatch,
  type Tunnel,
  type VirtualService,
} from '../rules/document.ts';
import { type Ports, portsEndpointText } from '../rules/ports.ts';
import { endpointText } from '../text/address.ts';

export function revisionText({ revision, digest, author, time, message, document }: RulesRevision): string {
  const why = message === '' ? '' : `: ${message.replaceAll(/\s+/g, ' ')}`;
  return `# revision ${revision}, digest ${digest}, ${time} by ${author}${why}\n${rulesText(document)}`;
}

/** A server is one line, as people write it; so are tunnels and lists of words. */
export function rulesText({ services }: RulesDocument): string {
  const rules = new Document({ format: rulesFormat, services: services.map(serviceForm) });
  visit(rules, {
    Map(_, map) {
      map.flow = map.has('weight') || map.has('type');
    },
    Seq(_, list) {
      list.flow = list.items.every((item) => isScalar(item));
    },
  });
  return rules.toString({ lineWidth: 0 }).trimEnd();
}

/** What the servers of a service have in common, and therefore need not say. */
interface Common {
  readonly forward: string;
  readonly tunnel: Tunnel | undefined;
}

/** Only what differs from the default of a rules file, but always what a reader looks for. */
function serviceForm(service: VirtualService) {
  const common = { forward: service.servers[0]?.forward ?? 'dr', tunnel: commonTunnel(service) };
  return {
    ...matchForm(service.match),
    scheduler: service.scheduler,
    ...(service.schedulerFlags.length === 0 ? {} : { schedulerFlags: service.schedulerFlags }),
    forward: common.forward,
    ...(common.tunnel === undefined ? {} : { tunnel: common.tunnel }),
    ...persistenceForm(service),
    ...(service.onePacket ? { onePacket: true } : {}),
    ...(service.drain === undefined ? {} : { drain: `${service.drain}s` }),
    servers: service.servers.map((server) => serverForm(server, common)),
  };
}

function matchForm(match: ServiceMatch) {
  if (match.by === 'address') return { address: portsEndpointText(match.address, match), protocol: match.protocol };
  return { fwmark: match.mark, ...(match.family === 6 ? { family: 'ipv6' } : {}) };
}

const persistenceForm = ({ persistence, persistenceNetmask, persistenceEngine }: VirtualService) => ({
  ...(persistence === undefined ? {} : { persistence: `${persistence}s` }),
  ...(persistenceNetmask === undefined ? {} : { persistenceNetmask }),
  ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
});

function serverForm(server: RealServer, common: Common) {
  return {
    address: serverEndpoint(server.address, server),
    weight: server.weight,
    ...(server.restoreWeight === undefined ? {} : { restoreWeight: server.restoreWeight }),
    ...(server.forward === common.forward ? {} : { forward: server.forward }),
    ...(server.tunnel === undefined || common.tunnel !== undefined ? {} : { tunnel: server.tunnel }),
    ...(server.upperThreshold === 0 ? {} : { upperThreshold: server.upperThreshold }),
    ...(server.lowerThreshold === 0 ? {} : { lowerThreshold: server.lowerThreshold }),
  };
}

/** Only when each server with a tunnel has the same: the others would take it over. */
function commonTunnel({ servers }: VirtualService): Tunnel | undefined {
  const [first, ...others] = servers.filter(({ forward }) => forward === 'tun').map(({ tunnel }) => tunnel);
  return others.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
}

/** Port 0 is what a server without a port has by itself. */
const serverEndpoint = (address: string, ports: Ports): string =>
  ports.port === 0 ? endpointText(address.includes(':') ? 6 : 4, address, 0).replace(/:0$/, '') : portsEndpointText(address, ports);
