// What the values of a real server demand of each other and of its service: the kernel's conditions (ip_vs_ctl.c).
import type { Problem } from '../errors/place.ts';
import { isLinkLocal } from '../text/address.ts';
import { pathText } from '../text/shape.ts';
import type { PlaceOf } from '../text/yaml.ts';
import { idleKey } from './idleKey.ts';
import type { DraftServer, DraftService } from './loadDraft.ts';
import { type Claim, overlaps } from './overlaps.ts';
import { type Ports, portCount, portsEndpointText, portsText, samePorts } from './ports.ts';

/** Of all servers of the service. */
export const serverContradictions = (service: DraftService, placeOf: PlaceOf): Problem[] => [
  ...overlaps(service.servers.flatMap(claimsOf), 'each server of a service once', placeOf),
  ...service.servers.flatMap((server) => [
    ...otherPorts(service, server, placeOf),
    ...otherFamily(service, server, placeOf),
    ...linkLocal(server, placeOf),
    ...thresholdsCrossed(server, placeOf),
    ...idleTunnel(server, placeOf),
  ]),
];

function claimsOf({ at, endpoint, ports }: DraftServer): Claim[] {
  if (endpoint === undefined || ports === undefined) return [];
  const owner = endpoint.address.text;
  return [{ at: [...at, 'address'], owner, ports, text: portsEndpointText(owner, ports) }];
}

/** The packet filter may mark packets of any port, so a server of a mark may have any. */
function otherPorts({ endpoint }: DraftService, { at, ports, forward }: DraftServer, placeOf: PlaceOf): Problem[] {
  if (endpoint === undefined || ports === undefined || forward === undefined) return [];
  const path = [...at, 'address'];
  const expected = forward === 'nat' ? portsForNat(endpoint.ports, ports) : portsAsTheyCame(endpoint.ports, ports, forward);
  if (expected === undefined) return [];
  const what = `${pathText(path)} has ${portsText(ports)} and its service has ${portsText(endpoint.ports)}`;
  return [{ place: placeOf(path), what, expected }];
}

/** With dr and tun the packet reaches the server as the client sent it: the kernel ignores another port. */
const portsAsTheyCame = (service: Ports, server: Ports, forward: string): string | undefined =>
  samePorts(service, server) ? undefined : `${portsText(service)}: forward ${forward} leaves the port as it is (only nat can change it)`;

function portsForNat(service: Ports, server: Ports): string | undefined {
  if (service.port !== 0 && server.port === 0) return 'a port from 1 to 65535';
  if (server.lastPort === undefined || portCount(server) === portCount(service)) return undefined;
  const last = server.port + portCount(service) - 1;
  return `one port, or as many as the service has${last <= 65535 && service.lastPort !== undefined ? `: ${server.port}-${last}` : ''}`;
}

/** Linux refuses a mixed pair unless it is a tunnel. */
function otherFamily({ family }: DraftService, { at, endpoint, forward }: DraftServer, placeOf: PlaceOf): Problem[] {
  if (family === undefined || endpoint === undefined || family === endpoint.address.family || forward === 'tun') return [];
  const path = [...at, 'address'];
  const what = `${pathText(path)} is IPv${endpoint.address.family} and its service is IPv${family}`;
  return [{ place: placeOf(path), what, expected: `an IPv${family} address, or forward: tun` }];
}

function linkLocal({ at, endpoint }: DraftServer, placeOf: PlaceOf): Problem[] {
  if (endpoint?.address.family !== 6 || !isLinkLocal(endpoint.address)) return [];
  const path = [...at, 'address'];
  const what = `${pathText(path)} is the link-local address ${endpoint.address.text}`;
  return [{ place: placeOf(path), what, expected: 'a global or unique local address: the kernel refuses others for servers' }];
}

function thresholdsCrossed({ at, upper, lower }: DraftServer, placeOf: PlaceOf): Problem[] {
  if (upper === undefined || lower === undefined || lower <= upper) return [];
  const path = [...at, 'lowerThreshold'];
  return [{ place: placeOf(path), what: `${pathText(path)} is ${lower}, above upperThreshold ${upper}`, expected: `at most ${upper}` }];
}

function idleTunnel(server: DraftServer, placeOf: PlaceOf): Problem[] {
  if (server.forward === 'tun' || server.forward === undefined) return [];
  return idleKey(server, { key: 'tunnel', where: `with forward ${server.forward}`, expected: 'forward: tun beside it' }, placeOf);
}
