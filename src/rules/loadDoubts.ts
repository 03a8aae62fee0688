// What works in a rules file, but probably not as its writer meant it.
import type { Problem } from '../errors/place.ts';
import { pathText } from '../text/shape.ts';
import type { PlaceOf } from '../text/yaml.ts';
import type { RealServer, RulesDocument, VirtualService } from './document.ts';
import { matchText } from './kernelServices.ts';
import { portsText } from './ports.ts';

/** In no particular order. The document is that of the file. */
export const doubts = ({ services }: RulesDocument, placeOf: PlaceOf): Problem[] =>
  services.flatMap((service, index) => [...withoutServers(service, index, placeOf), ...ignoredPorts(service, index, placeOf)]);

function withoutServers({ match, servers }: VirtualService, index: number, placeOf: PlaceOf): Problem[] {
  if (servers.length > 0) return [];
  const what = `service ${matchText(match)} has no servers: clients are refused`;
  return [{ place: placeOf(['services', index]), what, expected: 'at least one server' }];
}

/** Connections keep the port that the client chose (ip_vs_sched_persist, and what dr and tun do by nature). */
function ignoredPorts(service: VirtualService, index: number, placeOf: PlaceOf): Problem[] {
  return service.servers.flatMap((server, position) => {
    if (server.port === 0 || !leavesPort(service, server)) return [];
    const path = ['services', index, 'servers', position, 'address'];
    const what = `${pathText(path)} has ${portsText(server)}, which has no effect: the packets keep their port`;
    return [{ place: placeOf(path), what, expected: 'the address without a port' }];
  });
}

const leavesPort = ({ match, persistence }: VirtualService, { forward }: RealServer): boolean =>
  match.by === 'mark' ? forward !== 'nat' || persistence !== undefined : match.port === 0;
