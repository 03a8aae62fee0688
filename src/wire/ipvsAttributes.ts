// The attributes of services, destinations and daemons, in the order in which ipvsadm 1.31 sends them. Addresses always
// take 16 bytes, a v4 one the first four. Ports and v4 masks are in network byte order, all else in the host's.
import { type AddressFamily, addressBytes, addressText } from './address.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import type {
  IpvsDaemon,
  IpvsDaemonRole,
  IpvsDestination,
  IpvsDestinationId,
  IpvsForward,
  IpvsProtocol,
  IpvsService,
  IpvsServiceId,
  IpvsTunnel,
} from './ipvs.ts';
import {
  type Attributes,
  concat,
  decodeAttributes,
  encodeAttribute,
  type NetlinkReason,
  readText,
  readU8,
  readU16,
  readU16Network,
  readU32,
  text,
  u8,
  u16,
  u16Network,
  u32,
} from './netlink.ts';

/** `missing-attribute`: not there or of a wrong width. `unknown-value`: a protocol, method or role without a name here. */
export type IpvsReason = NetlinkReason | 'unknown-command' | 'missing-attribute' | 'unknown-value';

const service = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  mark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  engine: 11,
} as const;
const destination = {
  address: 1,
  port: 2,
  forward: 3,
  weight: 4,
  upperThreshold: 5,
  lowerThreshold: 6,
  family: 11,
  tunnelType: 13,
  tunnelPort: 14,
  tunnelFlags: 15,
} as const;
const daemon = { role: 1, dev: 2, syncId: 3, maxLength: 4, group: 5, group6: 6, port: 7, ttl: 8 } as const;

const AF_INET = 2;
const AF_INET6 = 10;
const protocols = { tcp: 6, udp: 17, sctp: 132 } as const satisfies Record<IpvsProtocol, number>;
const forwards = { nat: 0, local: 1, tun: 2, dr: 3, bypass: 4 } as const satisfies Record<IpvsForward, number>;
const tunnels = { ipip: 0, gue: 1, gre: 2 } as const satisfies Record<IpvsTunnel, number>;
const roles = { master: 1, backup: 2 } as const satisfies Record<IpvsDaemonRole, number>;

const ADDRESS_BYTES = 16;
// Which bits of the flags a request sets: all of them.
const ALL_FLAGS = 0xffffffff;

// --------------------------------------------------------------------------------------------------------- services

export function encodeServiceId(id: IpvsServiceId): readonly Uint8Array[] {
  const family = encodeAttribute(service.family, familyNumber(id.family));
  if (id.by === 'mark') return [family, encodeAttribute(service.mark, u32(id.mark))];
  return [
    family,
    encodeAttribute(service.protocol, u16(protocols[id.protocol])),
    encodeAttribute(service.address, paddedAddress(id.address)),
    encodeAttribute(service.port, u16Network(id.port)),
  ];
}

export function encodeService({ id, scheduler, engine, flags, timeout, netmask }: IpvsService): readonly Uint8Array[] {
  return [
    ...encodeServiceId(id),
    encodeAttribute(service.scheduler, text(scheduler)),
    ...(engine === '' ? [] : [encodeAttribute(service.engine, text(engine))]),
    encodeAttribute(service.flags, concat([u32(flags), u32(ALL_FLAGS)])),
    encodeAttribute(service.timeout, u32(timeout)),
    encodeAttribute(service.netmask, id.family === 4 ? addressBytes(netmask) : u32(Number(netmask))),
  ];
}

export function decodeServiceId(value: Uint8Array): Decoded<IpvsServiceId, IpvsReason> {
  const attributes = decodeAttributes(value);
  return attributes.ok ? serviceIdOf(attributes.value) : attributes;
}

export function decodeService(value: Uint8Array): Decoded<IpvsService, IpvsReason> {
  const attributes = decodeAttributes(value);
  return attributes.ok ? serviceOf(attributes.value) : attributes;
}

export function serviceOf(attributes: Attributes): Decoded<IpvsService, IpvsReason> {
  const id = serviceIdOf(attributes);
  if (!id.ok) return id;
  const settings = {
    scheduler: readText(attributes.get(service.scheduler)),
    flags: readFlags(attributes.get(service.flags)),
    timeout: readU32(attributes.get(service.timeout)),
    netmask: readNetmask(id.value.family, attributes.get(service.netmask)),
    engine: readText(attributes.get(service.engine)) ?? '',
  };
  return isComplete(settings) ? decoded({ id: id.value, ...settings }) : refused('missing-attribute');
}

function serviceIdOf(attributes: Attributes): Decoded<IpvsServiceId, IpvsReason> {
  const family = readFamily(attributes.get(service.family));
  if (!family.ok) return family;
  const mark = readU32(attributes.get(service.mark));
  if (mark !== undefined && mark !== 0) return decoded({ by: 'mark', family: family.value, mark });
  const protocol = readNamed(protocols, readU16(attributes.get(service.protocol)));
  if (!protocol.ok) return protocol;
  const endpoint = readEndpoint(family.value, attributes.get(service.address), attributes.get(service.port));
  return endpoint.ok ? decoded({ by: 'address', protocol: protocol.value, ...endpoint.value }) : endpoint;
}

const readFlags = (value: Uint8Array | undefined): number | undefined => (value?.length === 8 ? readU32(value.subarray(0, 4)) : undefined);

function readNetmask(family: AddressFamily, value: Uint8Array | undefined): string | undefined {
  if (value?.length !== 4) return undefined;
  return family === 4 ? addressText(value) : String(readU32(value));
}

// ----------------------------------------------------------------------------------------------------- destinations

export function encodeDestinationId({ family, address, port }: IpvsDestinationId): readonly Uint8Array[] {
  return [
    encodeAttribute(destination.family, familyNumber(family)),
    encodeAttribute(destination.address, paddedAddress(address)),
    encodeAttribute(destination.port, u16Network(port)),
  ];
}

export function encodeDestination(to: IpvsDestination): readonly Uint8Array[] {
  return [
    ...encodeDestinationId(to),
    encodeAttribute(destination.forward, u32(forwards[to.forward])),
    encodeAttribute(destination.weight, u32(to.weight)),
    encodeAttribute(destination.tunnelType, u8(tunnels[to.tunnel.type])),
    encodeAttribute(destination.tunnelPort, u16Network(to.tunnel.port)),
    encodeAttribute(destination.tunnelFlags, u16(to.tunnel.flags)),
    encodeAttribute(destination.upperThreshold, u32(to.upperThreshold)),
    encodeAttribute(destination.lowerThreshold, u32(to.lowerThreshold)),
  ];
}

export function decodeDestinationId(value: Uint8Array): Decoded<IpvsDestinationId, IpvsReason> {
  const attributes = decodeAttributes(value);
  return attributes.ok ? destinationIdOf(attributes.value) : attributes;
}

export function decodeDestination(value: Uint8Array): Decoded<IpvsDestination, IpvsReason> {
  const attributes = decodeAttributes(value);
  return attributes.ok ? destinationOf(attributes.value) : attributes;
}

export function destinationOf(attributes: Attributes): Decoded<IpvsDestination, IpvsReason> {
  const id = destinationIdOf(attributes);
  if (!id.ok) return id;
  const forward = readNamed(forwards, readU32(attributes.get(destination.forward)));
  if (!forward.ok) return forward;
  const tunnel = tunnelOf(attributes);
  if (!tunnel.ok) return tunnel;
  const numbers = {
    weight: readU32(attributes.get(destination.weight)),
    upperThreshold: readU32(attributes.get(destination.upperThreshold)),
    lowerThreshold: readU32(attributes.get(destination.lowerThreshold)),
  };
  if (!isComplete(numbers)) return refused('missing-attribute');
  return decoded({ ...id.value, forward: forward.value, ...numbers, tunnel: tunnel.value });
}

function destinationIdOf(attributes: Attributes): Decoded<IpvsDestinationId, IpvsReason> {
  const family = readFamily(attributes.get(destination.family));
  return family.ok ? readEndpoint(family.value, attributes.get(destination.address), attributes.get(destination.port)) : family;
}

/** Kernels before 5.3 know ipip alone and say nothing about it. */
function tunnelOf(attributes: Attributes): Decoded<IpvsDestination['tunnel'], IpvsReason> {
  const type = readNamed(tunnels, readU8(attributes.get(destination.tunnelType)) ?? tunnels.ipip);
  if (!type.ok) return type;
  const port = readU16Network(attributes.get(destination.tunnelPort)) ?? 0;
  const flags = readU16(attributes.get(destination.tunnelFlags)) ?? 0;
  return decoded({ type: type.value, port, flags });
}

// ---------------------------------------------------------------------------------------------------------- daemons

export const encodeDaemonRole = (role: IpvsDaemonRole): readonly Uint8Array[] => [encodeAttribute(daemon.role, u32(roles[role]))];

export const encodeDaemon = ({ role, dev, syncId, maxLength, group, port, ttl }: IpvsDaemon): readonly Uint8Array[] => [
  ...encodeDaemonRole(role),
  encodeAttribute(daemon.dev, text(dev)),
  encodeAttribute(daemon.syncId, u32(syncId)),
  ...(maxLength === undefined ? [] : [encodeAttribute(daemon.maxLength, u16(maxLength))]),
  ...(group === undefined ? [] : [encodeAttribute(group.includes(':') ? daemon.group6 : daemon.group, addressBytes(group))]),
  // In the host's byte order, unlike the ports of services.
  ...(port === undefined ? [] : [encodeAttribute(daemon.port, u16(port))]),
  ...(ttl === undefined ? [] : [encodeAttribute(daemon.ttl, u8(ttl))]),
];

export function decodeDaemonRole(value: Uint8Array): Decoded<IpvsDaemonRole, IpvsReason> {
  const attributes = decodeAttributes(value);
  return attributes.ok ? readNamed(roles, readU32(attributes.value.get(daemon.role))) : attributes;
}

export function decodeDaemon(value: Uint8Array): Decoded<IpvsDaemon, IpvsReason> {
  const attributes = decodeAttributes(value);
  if (!attributes.ok) return attributes;
  const role = readNamed(roles, readU32(attributes.value.get(daemon.role)));
  if (!role.ok) return role;
  const where = { dev: readText(attributes.value.get(daemon.dev)), syncId: readU32(attributes.value.get(daemon.syncId)) };
  if (!isComplete(where)) return refused('missing-attribute');
  return decoded({
    role: role.value,
    ...where,
    maxLength: readU16(attributes.value.get(daemon.maxLength)),
    group: readGroup(attributes.value.get(daemon.group) ?? attributes.value.get(daemon.group6)),
    port: readU16(attributes.value.get(daemon.port)),
    ttl: readU8(attributes.value.get(daemon.ttl)),
  });
}

const readGroup = (value: Uint8Array | undefined): string | undefined =>
  value?.length === 4 || value?.length === ADDRESS_BYTES ? addressText(value) : undefined;

// ------------------------------------------------------------------------------------------------------------ parts

function paddedAddress(address: string): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  bytes.set(addressBytes(address));
  return bytes;
}

function readEndpoint(
  family: AddressFamily,
  bytes: Uint8Array | undefined,
  port: Uint8Array | undefined,
): Decoded<IpvsDestinationId, IpvsReason> {
  const number = readU16Network(port);
  if (bytes?.length !== ADDRESS_BYTES || number === undefined) return refused('missing-attribute');
  return decoded({ family, address: addressText(family === 4 ? bytes.subarray(0, 4) : bytes), port: number });
}

const familyNumber = (family: AddressFamily): Uint8Array => u16(family === 4 ? AF_INET : AF_INET6);

function readFamily(value: Uint8Array | undefined): Decoded<AddressFamily, IpvsReason> {
  const number = readU16(value);
  if (number === AF_INET) return decoded(4);
  if (number === AF_INET6) return decoded(6);
  return refused(number === undefined ? 'missing-attribute' : 'unknown-value');
}

export function readNamed<Name extends string>(names: Readonly<Record<Name, number>>, code: number | undefined): Decoded<Name, IpvsReason> {
  if (code === undefined) return refused('missing-attribute');
  for (const name in names) if (names[name] === code) return decoded(name);
  return refused('unknown-value');
}

export const mapped = <From, To>(from: Decoded<From, IpvsReason>, make: (value: From) => To): Decoded<To, IpvsReason> =>
  from.ok ? decoded(make(from.value)) : from;

type Complete<Values> = { readonly [Name in keyof Values]: Exclude<Values[Name], undefined> };

export const isComplete = <Values extends object>(values: Values): values is Values & Complete<Values> =>
  Object.values(values).every((value) => value !== undefined);
