// What the values of a rules file demand of each other: the kernel's conditions, told before the kernel refuses or,
// worse, silently does something else.
import type { Problem } from '../errors/place.ts';
import { type Endpoint, endpointText } from '../text/address.ts';
import { type Found, fieldsOf, itemsOf, numberIn, readIn, textIn } from '../text/found.ts';
import { repeated } from '../text/repeated.ts';
import { pathText } from '../text/shape.ts';
import type { Path, PlaceOf } from '../text/yaml.ts';
import { readNetmask, readUnicastEndpoint } from './loadShape.ts';

/** A service as far as it can be understood: what is wrong by itself is left out, the shape reports it. */
interface DraftService {
  readonly at: Path;
  readonly endpoint: Endpoint | undefined;
  readonly protocol: string | undefined;
  readonly persistent: boolean;
  readonly netmask: string | undefined;
  readonly onePacket: boolean;
  readonly servers: readonly DraftServer[];
}

interface DraftServer {
  readonly at: Path;
  readonly endpoint: Endpoint | undefined;
  readonly forward: string | undefined;
  readonly upper: number | undefined;
  readonly lower: number | undefined;
}

/** Every contradiction, in no particular order. */
export function contradictions(root: unknown, placeOf: PlaceOf): Problem[] {
  const services = itemsOf(fieldsOf(root)['services']).map((value, index) => draftOf(['services', index], value));
  return [
    ...repeated(services.flatMap(serviceNames), 'each service once', placeOf),
    ...services.flatMap((service) => [
      ...repeated(service.servers.flatMap(serverNames), 'each server of a service once', placeOf),
      ...portlessWithoutPersistence(service, placeOf),
      ...maskWithoutPersistence(service, placeOf),
      ...maskOfOtherFamily(service, placeOf),
      ...onePacketNotUdp(service, placeOf),
      ...service.servers.flatMap((server) => serverContradictions(service, server, placeOf)),
    ]),
  ];
}

function draftOf(at: Path, value: unknown): DraftService {
  const { address, protocol, persistence, persistenceNetmask, onePacket, forward, servers } = fieldsOf(value);
  return {
    at,
    endpoint: readIn(address, readUnicastEndpoint),
    protocol: protocol === undefined ? 'tcp' : textIn(protocol),
    persistent: persistence !== undefined,
    netmask: readIn(persistenceNetmask, readNetmask),
    onePacket: onePacket === true,
    servers: itemsOf(servers).map((server, index) => draftServer([...at, 'servers', index], server, textIn(forward) ?? 'dr')),
  };
}

function draftServer(at: Path, value: unknown, usualForward: string): DraftServer {
  const { address, forward, upperThreshold, lowerThreshold } = fieldsOf(value);
  return {
    at,
    endpoint: readIn(address, readUnicastEndpoint),
    forward: forward === undefined ? usualForward : textIn(forward),
    upper: upperThreshold === undefined ? 0 : numberIn(upperThreshold),
    lower: numberIn(lowerThreshold),
  };
}

const nameOf = ({ family, text, port }: Endpoint): string => endpointText(family, text, port);

const serviceNames = ({ at, endpoint, protocol }: DraftService): Found<string>[] =>
  endpoint === undefined || protocol === undefined ? [] : [{ at: [...at, 'address'], value: `${protocol} ${nameOf(endpoint)}` }];

const serverNames = ({ at, endpoint }: DraftServer): Found<string>[] =>
  endpoint === undefined ? [] : [{ at: [...at, 'address'], value: nameOf(endpoint) }];

function portlessWithoutPersistence({ at, endpoint, persistent }: DraftService, placeOf: PlaceOf): Problem[] {
  if (endpoint?.port !== 0 || persistent) return [];
  return [
    {
      place: placeOf([...at, 'address']),
      what: `${pathText([...at, 'address'])} has port 0, all ports, without persistence`,
      expected: 'a port, or persistence beside it',
    },
  ];
}

function maskWithoutPersistence({ at, netmask, persistent }: DraftService, placeOf: PlaceOf): Problem[] {
  if (netmask === undefined || persistent) return [];
  const path = [...at, 'persistenceNetmask'];
  return [{ place: placeOf(path), what: `${pathText(path)} has no effect without persistence`, expected: 'persistence beside it' }];
}

function maskOfOtherFamily({ at, endpoint, netmask }: DraftService, placeOf: PlaceOf): Problem[] {
  if (endpoint === undefined || netmask === undefined || netmask.includes('.') === (endpoint.family === 4)) return [];
  const path = [...at, 'persistenceNetmask'];
  const expected = endpoint.family === 4 ? 'a mask such as "255.255.255.0"' : 'a prefix length such as "64"';
  return [{ place: placeOf(path), what: `${pathText(path)} is ${netmask} for an IPv${endpoint.family} service`, expected }];
}

function onePacketNotUdp({ at, protocol, onePacket }: DraftService, placeOf: PlaceOf): Problem[] {
  if (!onePacket || protocol === undefined || protocol === 'udp') return [];
  const path = [...at, 'onePacket'];
  return [
    {
      place: placeOf(path),
      what: `${pathText(path)} is true for ${protocol}`,
      expected: 'protocol: udp, the only one that IPVS schedules packet by packet',
    },
  ];
}

function serverContradictions(service: DraftService, server: DraftServer, placeOf: PlaceOf): Problem[] {
  return [...otherPort(service, server, placeOf), ...otherFamily(service, server, placeOf), ...thresholdsCrossed(server, placeOf)];
}

/** With dr and tun the packet reaches the server as the client sent it: the kernel ignores another port. */
function otherPort({ endpoint: service }: DraftService, { at, endpoint: server, forward }: DraftServer, placeOf: PlaceOf): Problem[] {
  if (service === undefined || server === undefined || forward === undefined) return [];
  const place = placeOf([...at, 'address']);
  const what = `${pathText([...at, 'address'])} has port ${server.port} and its service has port ${service.port}`;
  if (forward === 'nat') return service.port !== 0 && server.port === 0 ? [{ place, what, expected: 'a port from 1 to 65535' }] : [];
  if (server.port === service.port) return [];
  return [{ place, what, expected: `port ${service.port}: forward ${forward} leaves the port as it is (only nat can change it)` }];
}

/** Linux refuses a mixed pair unless it is a tunnel (ip_vs_ctl.c). */
function otherFamily({ endpoint: service }: DraftService, { at, endpoint: server, forward }: DraftServer, placeOf: PlaceOf): Problem[] {
  if (service === undefined || server === undefined || service.family === server.family || forward === 'tun') return [];
  const what = `${pathText([...at, 'address'])} is IPv${server.family} and its service is IPv${service.family}`;
  return [{ place: placeOf([...at, 'address']), what, expected: `an IPv${service.family} address, or forward: tun` }];
}

function thresholdsCrossed({ at, upper, lower }: DraftServer, placeOf: PlaceOf): Problem[] {
  if (upper === undefined || lower === undefined || lower <= upper) return [];
  const path = [...at, 'lowerThreshold'];
  return [{ place: placeOf(path), what: `${pathText(path)} is ${lower}, above upperThreshold ${upper}`, expected: `at most ${upper}` }];
}
