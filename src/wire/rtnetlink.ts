// Addresses and links as the kernel speaks of them (include/uapi/linux/if_addr.h and if_link.h). What is asked, what it
// answers to a dump and what it tells unasked have one form.
//
// Fixed headers in front of the attributes, integers in host byte order:
//
//     address  +---------------+---------------+---------------+---------------+
//            0 |  family       |  prefix       |  flags        |  scope        |
//              +---------------+---------------+---------------+---------------+
//            4 |  index of the interface                                       |
//              +---------------------------------------------------------------+
//     link     +---------------+---------------+-------------------------------+
//            0 |  family       |  0            |  hardware type                |
//              +---------------+---------------+-------------------------------+
//            4 |  index                                                        |
//              +---------------------------------------------------------------+
//            8 |  flags (IFF_UP ...)                                           |
//              +---------------------------------------------------------------+
//           12 |  which flags to change                                        |
//              +---------------------------------------------------------------+
import { addressBytes, addressText } from './address.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import {
  type Attributes,
  concat,
  decodeAttributes,
  encodeAttribute,
  type NetlinkMessage,
  type NetlinkReason,
  type NetlinkRequest,
  NLM_F_CREATE,
  NLM_F_REPLACE,
  readText,
  u32,
  viewOf,
} from './netlink.ts';

export interface InterfaceAddress {
  readonly family: 4 | 6;
  /** Canonical text. */
  readonly address: string;
  readonly prefix: number;
  /** The interface's index. */
  readonly index: number;
}

export interface Link {
  readonly dev: string;
  readonly index: number;
  /** Empty for a device without a hardware address. */
  readonly mac: Uint8Array;
  /** Administratively up, with carrier, and able to pass packets (not dormant). */
  readonly up: boolean;
  /** Others on the link find this machine by ARP or neighbour discovery. */
  readonly hasNeighbours: boolean;
  /** The kernel routes IPv6 that comes in here, so it calls itself a router in its neighbour advertisements. */
  readonly routesIPv6: boolean;
  /** Bytes of the largest packet. */
  readonly mtu: number;
}

/** `other`: a message that concerns neither addresses nor links as such. */
export type RouteNews =
  | { readonly type: 'address'; readonly address: InterfaceAddress }
  | { readonly type: 'addressGone'; readonly address: InterfaceAddress }
  | { readonly type: 'link'; readonly link: Link }
  | { readonly type: 'linkGone'; readonly index: number }
  | { readonly type: 'other' };

export type RtnetlinkReason = NetlinkReason | 'missing-attribute' | 'bad-address';

/** Bits of the multicast groups that tell of links and of addresses. */
export const RTMGRP_LINK = 0x001;
export const RTMGRP_IPV4_IFADDR = 0x010;
export const RTMGRP_IPV6_IFADDR = 0x100;

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;

const AF_UNSPEC = 0;
const AF_INET = 2;
const AF_INET6 = 10;

const ADDRESS_HEADER = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_CACHEINFO = 6;
const IFA_F_NODAD = 0x02;
const FOREVER = 0xffffffff;

const LINK_HEADER = 16;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_AF_SPEC = 26;
const IFLA_INET6_CONF = 2;
const DEVCONF_FORWARDING = 0;
const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_RUNNING = 0x40;
const IFF_NOARP = 0x80;
const IFF_LOWER_UP = 0x10000;
// RUNNING is what RFC 2863 calls operationally up. It comes after the carrier, and what is sent before it is dropped; when
// the carrier goes it may go later, so both are asked for.
const IFF_USABLE = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

// --------------------------------------------------------------------------------------------------------- requests

/**
 * Adds an address, or renews its lease when the interface has it. The kernel removes it `leaseSeconds` (whole, or
 * Infinity) after the last renewal.
 */
export function encodeHoldAddress(address: InterfaceAddress, leaseSeconds: number): NetlinkRequest {
  const valid = Number.isFinite(leaseSeconds) ? leaseSeconds : FOREVER;
  // An IPv6 address without preferred lifetime is never chosen as the source of connections that this machine opens.
  const preferred = address.family === 6 ? 0 : valid;
  const lifetimes = encodeAttribute(IFA_CACHEINFO, concat([u32(preferred), u32(valid), u32(0), u32(0)]));
  const flags = address.family === 6 ? IFA_F_NODAD : 0;
  return { type: RTM_NEWADDR, flags: NLM_F_CREATE | NLM_F_REPLACE, payload: concat([addressPayload(address, flags), lifetimes]) };
}

export function encodeReleaseAddress(address: InterfaceAddress): NetlinkRequest {
  return { type: RTM_DELADDR, flags: 0, payload: addressPayload(address, 0) };
}

/** For a dump. */
export const addressesRequest: NetlinkRequest = { type: RTM_GETADDR, flags: 0, payload: new Uint8Array(ADDRESS_HEADER) };
export const linksRequest: NetlinkRequest = { type: RTM_GETLINK, flags: 0, payload: new Uint8Array(LINK_HEADER) };

function addressPayload({ family, address, prefix, index }: InterfaceAddress, flags: number): Uint8Array {
  const bytes = addressBytes(address);
  const header = concat([Uint8Array.of(family === 4 ? AF_INET : AF_INET6, prefix, flags, 0), u32(index)]);
  return concat([header, encodeAttribute(IFA_LOCAL, bytes), encodeAttribute(IFA_ADDRESS, bytes)]);
}

// ---------------------------------------------------------------------------------------------- answers and notices

export function decodeRouteNews({ type, payload }: NetlinkMessage): Decoded<RouteNews, RtnetlinkReason> {
  switch (type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return decodeAddress(payload, type === RTM_NEWADDR ? 'address' : 'addressGone');
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return decodeLink(payload, type === RTM_NEWLINK ? 'link' : 'linkGone');
    default:
      return decoded({ type: 'other' });
  }
}

function decodeAddress(payload: Uint8Array, type: 'address' | 'addressGone'): Decoded<RouteNews, RtnetlinkReason> {
  const attributes = decodeAttributes(payload, ADDRESS_HEADER);
  if (!attributes.ok) return attributes;
  const family = familyOf(payload);
  if (family === undefined) return decoded({ type: 'other' });
  // On a point-to-point link IFA_ADDRESS is the other end; IFA_LOCAL, where there is one, is always ours.
  const bytes = attributes.value.get(IFA_LOCAL) ?? attributes.value.get(IFA_ADDRESS);
  if (bytes === undefined) return refused('missing-attribute');
  if (bytes.length !== (family === 4 ? 4 : 16)) return refused('bad-address');
  const view = viewOf(payload);
  return decoded({ type, address: { family, address: addressText(bytes), prefix: view.getUint8(1), index: view.getUint32(4, true) } });
}

function decodeLink(payload: Uint8Array, type: 'link' | 'linkGone'): Decoded<RouteNews, RtnetlinkReason> {
  const attributes = decodeAttributes(payload, LINK_HEADER);
  if (!attributes.ok) return attributes;
  const view = viewOf(payload);
  // A bridge tells of its ports by the same messages in its own family: a port that leaves it still exists.
  if (view.getUint8(0) !== AF_UNSPEC) return decoded({ type: 'other' });
  const index = view.getInt32(4, true);
  if (type === 'linkGone') return decoded({ type, index });
  const dev = readText(attributes.value.get(IFLA_IFNAME));
  if (dev === undefined) return refused('missing-attribute');
  const mac = Uint8Array.from(attributes.value.get(IFLA_ADDRESS) ?? []);
  return decoded({
    type,
    link: {
      dev,
      index,
      mac,
      ...readFlags(view.getUint32(8, true)),
      routesIPv6: routesIPv6(attributes.value),
      mtu: mtuOf(attributes.value),
    },
  });
}

function readFlags(flags: number): Pick<Link, 'up' | 'hasNeighbours'> {
  return { up: (flags & IFF_USABLE) === IFF_USABLE, hasNeighbours: (flags & (IFF_LOOPBACK | IFF_NOARP)) === 0 };
}

function familyOf(payload: Uint8Array): 4 | 6 | undefined {
  if (payload[0] === AF_INET) return 4;
  return payload[0] === AF_INET6 ? 6 : undefined;
}

function mtuOf(attributes: Attributes): number {
  const value = attributes.get(IFLA_MTU);
  return value?.length === 4 ? viewOf(value).getUint32(0, true) : 0;
}

/** The interface's IPv6 settings lie two levels deep, as an array of 32-bit numbers. */
function routesIPv6(attributes: Attributes): boolean {
  const families = decodeAttributes(attributes.get(IFLA_AF_SPEC) ?? new Uint8Array());
  const inet6 = families.ok ? decodeAttributes(families.value.get(AF_INET6) ?? new Uint8Array()) : families;
  const settings = inet6.ok ? inet6.value.get(IFLA_INET6_CONF) : undefined;
  if (settings === undefined || settings.length < (DEVCONF_FORWARDING + 1) * 4) return false;
  return viewOf(settings).getInt32(DEVCONF_FORWARDING * 4, true) !== 0;
}
