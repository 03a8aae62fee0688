// What IPVS can be asked and told: one union, encoded for the kernel and decoded by those who stand in for it or explain
// what was sent. IPVS_CMD_FLUSH is left out on purpose: it would take the services of others with ours.
import { type Decoded, decoded, refused } from './decoded.ts';
import { decodeGeneric, encodeGeneric } from './genetlink.ts';
import {
  IPVS_VERSION,
  type IpvsDaemon,
  type IpvsDaemonRole,
  type IpvsDestination,
  type IpvsDestinationId,
  type IpvsService,
  type IpvsServiceId,
  type IpvsTimeouts,
} from './ipvs.ts';
import {
  decodeDaemon,
  decodeDaemonRole,
  decodeDestination,
  decodeDestinationId,
  decodeService,
  decodeServiceId,
  encodeDaemon,
  encodeDaemonRole,
  encodeDestination,
  encodeDestinationId,
  encodeService,
  encodeServiceId,
  type IpvsReason,
  isComplete,
  mapped,
  readNamed,
} from './ipvsAttributes.ts';
import { type Attributes, encodeAttribute, encodeNested, type NetlinkRequest, NLM_F_DUMP, readU32, u32 } from './netlink.ts';

export type IpvsRequest =
  | { readonly command: 'newService' | 'setService'; readonly service: IpvsService }
  | { readonly command: 'delService'; readonly id: IpvsServiceId }
  | { readonly command: 'newDestination' | 'setDestination'; readonly of: IpvsServiceId; readonly destination: IpvsDestination }
  | { readonly command: 'delDestination'; readonly of: IpvsServiceId; readonly destination: IpvsDestinationId }
  | { readonly command: 'getDestinations'; readonly of: IpvsServiceId }
  | { readonly command: 'newDaemon'; readonly daemon: IpvsDaemon }
  | { readonly command: 'delDaemon'; readonly role: IpvsDaemonRole }
  | { readonly command: 'setTimeouts'; readonly timeouts: IpvsTimeouts }
  | { readonly command: 'getServices' | 'getDaemons' | 'getTimeouts' | 'getInfo' };

export type IpvsCommand = IpvsRequest['command'];

/** IPVS_CMD_*. */
export const commandNumbers = {
  newService: 1,
  setService: 2,
  delService: 3,
  getServices: 4,
  newDestination: 5,
  setDestination: 6,
  delDestination: 7,
  getDestinations: 8,
  newDaemon: 9,
  delDaemon: 10,
  getDaemons: 11,
  setTimeouts: 12,
  getTimeouts: 13,
  getInfo: 15,
} as const satisfies Record<IpvsCommand, number>;

/** IPVS_CMD_ATTR_*. */
export const topAttribute = { service: 1, destination: 2, daemon: 3, tcp: 4, tcpFin: 5, udp: 6 } as const;

const dumps: ReadonlySet<IpvsCommand> = new Set<IpvsCommand>(['getServices', 'getDestinations', 'getDaemons']);

/** `family`: the message type that the controller gave for IPVS. */
export function encodeIpvsRequest(request: IpvsRequest, family: number): NetlinkRequest {
  const payload = encodeGeneric(commandNumbers[request.command], IPVS_VERSION, attributesOf(request));
  return { type: family, flags: dumps.has(request.command) ? NLM_F_DUMP : 0, payload };
}

/** Reads the payload of a request, also one that another program sent. */
export function decodeIpvsRequest(payload: Uint8Array): Decoded<IpvsRequest, IpvsReason> {
  const message = decodeGeneric(payload);
  if (!message.ok) return message;
  const command = readNamed(commandNumbers, message.value.command);
  return command.ok ? requestOf(command.value, message.value.attributes) : refused('unknown-command');
}

function attributesOf(request: IpvsRequest): readonly Uint8Array[] {
  switch (request.command) {
    case 'newService':
    case 'setService':
      return [encodeNested(topAttribute.service, encodeService(request.service))];
    case 'delService':
      return [encodeNested(topAttribute.service, encodeServiceId(request.id))];
    case 'newDestination':
    case 'setDestination':
      return destinationOf(request.of, encodeDestination(request.destination));
    case 'delDestination':
      return destinationOf(request.of, encodeDestinationId(request.destination));
    case 'getDestinations':
      return [encodeNested(topAttribute.service, encodeServiceId(request.of))];
    case 'newDaemon':
      return [encodeNested(topAttribute.daemon, encodeDaemon(request.daemon))];
    case 'delDaemon':
      return [encodeNested(topAttribute.daemon, encodeDaemonRole(request.role))];
    case 'setTimeouts':
      return encodeTimeouts(request.timeouts);
    case 'getServices':
    case 'getDaemons':
    case 'getTimeouts':
    case 'getInfo':
      return [];
  }
}

const destinationOf = (of: IpvsServiceId, destination: readonly Uint8Array[]): readonly Uint8Array[] => [
  encodedOnce(of),
  encodeNested(topAttribute.destination, destination),
];

let last: { readonly id: IpvsServiceId; readonly bytes: Uint8Array } | undefined;

/** The servers of a service follow each other, and name it each. */
function encodedOnce(id: IpvsServiceId): Uint8Array {
  if (last?.id !== id) last = { id, bytes: encodeNested(topAttribute.service, encodeServiceId(id)) };
  return last.bytes;
}

const encodeTimeouts = ({ tcp, tcpFin, udp }: IpvsTimeouts): readonly Uint8Array[] => [
  encodeAttribute(topAttribute.tcp, u32(tcp)),
  encodeAttribute(topAttribute.tcpFin, u32(tcpFin)),
  encodeAttribute(topAttribute.udp, u32(udp)),
];

// --------------------------------------------------------------------------------------------------------- decoding

function requestOf(command: IpvsCommand, attributes: Attributes): Decoded<IpvsRequest, IpvsReason> {
  switch (command) {
    case 'newService':
    case 'setService':
      return mapped(decodeNested(attributes, 'service', decodeService), (service) => ({ command, service }));
    case 'delService':
      return mapped(decodeNested(attributes, 'service', decodeServiceId), (id) => ({ command, id }));
    case 'newDestination':
    case 'setDestination':
      return destinationRequest(attributes, decodeDestination, (of, destination) => ({ command, of, destination }));
    case 'delDestination':
      return destinationRequest(attributes, decodeDestinationId, (of, destination) => ({ command, of, destination }));
    case 'getDestinations':
      return mapped(decodeNested(attributes, 'service', decodeServiceId), (of) => ({ command, of }));
    case 'newDaemon':
      return mapped(decodeNested(attributes, 'daemon', decodeDaemon), (daemon) => ({ command, daemon }));
    case 'delDaemon':
      return mapped(decodeNested(attributes, 'daemon', decodeDaemonRole), (role) => ({ command, role }));
    case 'setTimeouts':
      return mapped(decodeTimeouts(attributes), (timeouts) => ({ command, timeouts }));
    case 'getServices':
    case 'getDaemons':
    case 'getTimeouts':
    case 'getInfo':
      return decoded({ command });
  }
}

function destinationRequest<Destination>(
  attributes: Attributes,
  decode: (value: Uint8Array) => Decoded<Destination, IpvsReason>,
  make: (of: IpvsServiceId, destination: Destination) => IpvsRequest,
): Decoded<IpvsRequest, IpvsReason> {
  const of = decodeNested(attributes, 'service', decodeServiceId);
  return of.ok ? mapped(decodeNested(attributes, 'destination', decode), (destination) => make(of.value, destination)) : of;
}

/** What a nested attribute of the first level holds. */
export function decodeNested<Value>(
  attributes: Attributes,
  name: 'service' | 'destination' | 'daemon',
  decode: (value: Uint8Array) => Decoded<Value, IpvsReason>,
): Decoded<Value, IpvsReason> {
  const value = attributes.get(topAttribute[name]);
  return value === undefined ? refused('missing-attribute') : decode(value);
}

export function decodeTimeouts(attributes: Attributes): Decoded<IpvsTimeouts, IpvsReason> {
  const timeouts = {
    tcp: readU32(attributes.get(topAttribute.tcp)),
    tcpFin: readU32(attributes.get(topAttribute.tcpFin)),
    udp: readU32(attributes.get(topAttribute.udp)),
  };
  return isComplete(timeouts) ? decoded(timeouts) : refused('missing-attribute');
}
