// IP addresses as people write them, read strictly: four decimal parts without leading zeros, or RFC 4291 text without a
// zone. Canonical text is dotted decimal for v4 and RFC 5952 for v6.
import ipaddr from 'ipaddr.js';

export interface Address {
  readonly family: 4 | 6;
  readonly text: string;
  readonly bytes: readonly number[];
}

export interface PrefixedAddress extends Address {
  readonly prefix: number;
}

export interface Endpoint extends Address {
  readonly port: number;
}

/** As much of it as a pattern can say. */
export const addressForm = /^[0-9A-Fa-f:.]+$/;
export const prefixedForm = /^[0-9A-Fa-f:.]+\/(0|[1-9]\d{0,2})$/;

export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { family: 4, text, bytes: ipaddr.IPv4.parse(text).toByteArray() };
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.IPv6.parse(text);
  // ::ffff:10.0.0.1 is an IPv4 address in other clothes: two texts for one address would defeat every comparison.
  if (parsed.isIPv4MappedAddress()) return undefined;
  return { family: 6, text: parsed.toRFC5952String(), bytes: parsed.toByteArray() };
}

/** `10.0.0.1/24`, `2001:db8::1/64`. */
export function parsePrefixed(text: string): PrefixedAddress | undefined {
  const [, before, length] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  if (before === undefined || length === undefined) return undefined;
  const address = parseAddress(before);
  const prefix = Number(length);
  return address === undefined || prefix > address.bytes.length * 8 ? undefined : { ...address, prefix };
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(0|[1-9]\d{0,4})$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  const port = Number(digits);
  if (address === undefined || port > 65535) return undefined;
  return (address.family === 6) === (bracketed !== undefined) ? { ...address, port } : undefined;
}

export const endpointText = (family: 4 | 6, address: string, port: number): string =>
  family === 6 ? `[${address}]:${port}` : `${address}:${port}`;

/** A total order: numerical within a family, every v6 address above every v4 one. */
export function compareAddresses(one: Address, other: Address): number {
  if (one.family !== other.family) return one.family - other.family;
  for (const [index, byte] of one.bytes.entries()) {
    const difference = byte - (other.bytes[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function isInNetworkOf(address: Address, network: PrefixedAddress): boolean {
  if (address.family !== network.family) return false;
  return hostBits(address.bytes, network.prefix, 'network').every(
    (byte, index) => byte === hostBits(network.bytes, network.prefix, 'network')[index],
  );
}

/** Could a host have it as its own? Not the network's name, not its broadcast address, no multicast, loopback or wildcard. */
export function isHostAddress(address: PrefixedAddress): boolean {
  if (!isUnicast(address)) return false;
  if (address.family === 6 || address.prefix >= 31) return true;
  const host = hostBits(address.bytes, address.prefix, 'host');
  const broadcast = hostBits([255, 255, 255, 255], address.prefix, 'host');
  return host.some((byte) => byte !== 0) && host.some((byte, index) => byte !== broadcast[index]);
}

export function isUnicast(address: Address): boolean {
  const range = ipaddr.fromByteArray([...address.bytes]).range();
  return range !== 'multicast' && range !== 'loopback' && range !== 'unspecified' && range !== 'broadcast';
}

export const isMulticast = (address: Address): boolean => ipaddr.fromByteArray([...address.bytes]).range() === 'multicast';

export const isLoopback = (address: Address): boolean => ipaddr.fromByteArray([...address.bytes]).range() === 'loopback';

export const isLinkLocal = (address: Address): boolean => ipaddr.fromByteArray([...address.bytes]).range() === 'linkLocal';

function hostBits(bytes: readonly number[], prefix: number, part: 'network' | 'host'): number[] {
  return bytes.map((byte, index) => {
    const networkBits = Math.min(8, Math.max(0, prefix - index * 8));
    const mask = (0xff << (8 - networkBits)) & 0xff;
    return part === 'network' ? byte & mask : byte & ~mask & 0xff;
  });
}
