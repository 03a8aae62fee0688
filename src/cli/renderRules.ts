// The rules in use, in the form of a rules file, so that what is shown can be edited and applied.
import { Document, visit } from 'yaml';
import type { RealServer, RulesDocument, RulesRevision, ServiceMatch, VirtualService } from '../rules/document.ts';
import { endpointText } from '../text/address.ts';

export function revisionText({ revision, digest, author, time, message, document }: RulesRevision): string {
  const why = message === '' ? '' : `: ${message.replaceAll(/\s+/g, ' ')}`;
  return `# revision ${revision}, digest ${digest}, ${time} by ${author}${why}\n${rulesText(document)}`;
}

/** A server is one line, as people write it. */
export function rulesText({ services }: RulesDocument): string {
  const rules = new Document({ services: services.map(serviceForm) });
  visit(rules, {
    Map(_, map) {
      map.flow = map.has('weight');
    },
  });
  return rules.toString({ lineWidth: 0 }).trimEnd();
}

/** Only what differs from the default of a rules file, but always what a reader looks for. */
function serviceForm(service: VirtualService) {
  const forward = commonForward(service);
  return {
    ...matchForm(service.match),
    scheduler: service.scheduler,
    forward,
    ...(service.persistence === undefined ? {} : { persistence: `${service.persistence}s` }),
    ...(service.persistenceNetmask === undefined ? {} : { persistenceNetmask: service.persistenceNetmask }),
    ...(service.onePacket ? { onePacket: true } : {}),
    servers: service.servers.map((server) => serverForm(server, forward)),
  };
}

const matchForm = (match: ServiceMatch) =>
  match.by === 'mark' ? { fwmark: match.mark } : { address: endpoint(match), protocol: match.protocol };

function serverForm(server: RealServer, usualForward: string) {
  return {
    address: endpoint(server),
    weight: server.weight,
    ...(server.forward === usualForward ? {} : { forward: server.forward }),
    ...(server.upperThreshold === 0 ? {} : { upperThreshold: server.upperThreshold }),
    ...(server.lowerThreshold === 0 ? {} : { lowerThreshold: server.lowerThreshold }),
  };
}

const commonForward = ({ servers }: VirtualService): string => servers[0]?.forward ?? 'dr';

const endpoint = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  endpointText(address.includes(':') ? 6 : 4, address, port);
