// Ranges of addresses, as keepalived and ldirectord write them.
import { type Address, parseAddress, parsePrefixed } from '../text/address.ts';

/** A group larger than this is a mistyped one: each address becomes a service. */
export const largestRange = 4096;

/** From `first` to `last`, both included. Undefined: of two families, backwards, or larger than `largestRange`. */
export function addressesBetween(first: Address, last: Address): readonly string[] | undefined {
  const size = first.family === last.family ? numberOf(last) - numberOf(first) + 1n : 0n;
  if (size < 1n || size > BigInt(largestRange)) return undefined;
  const from = numberOf(first);
  return Array.from({ length: Number(size) }, (_, offset) => textOf(from + BigInt(offset), first.family));
}

/** As keepalived.conf(5) has them ("Virtual server group(s)"): `10.0.0.1`, `10.0.0.1-9`, `10.0.0.1-10.0.1.9`, `10.0.0.8/29`. */
export function addressRange(text: string): readonly string[] | undefined {
  const single = parseAddress(text);
  if (single !== undefined) return [single.text];
  if (text.includes('/')) return network(text);
  const [before = '', after, ...more] = text.split('-');
  const first = parseAddress(before);
  if (first === undefined || after === undefined || more.length > 0) return undefined;
  const last = parseAddress(after) ?? parseAddress(withLastPart(first, after));
  return last === undefined ? undefined : addressesBetween(first, last);
}

/** `9` after 10.0.0.1 is 10.0.0.9; `9` after 2001:db8::1 is 2001:db8::9, in hexadecimal. */
function withLastPart({ family, bytes }: Address, part: string): string {
  if (family === 4) return /^\d{1,3}$/.test(part) ? [...bytes.slice(0, 3), Number(part)].join('.') : '';
  const groups = Array.from({ length: 7 }, (_, group) => (((bytes[2 * group] ?? 0) << 8) | (bytes[2 * group + 1] ?? 0)).toString(16));
  return /^[0-9a-f]{1,4}$/i.test(part) ? [...groups, part].join(':') : '';
}

/** All addresses of the network, which has to be written by its first one, as keepalived demands. */
function network(text: string): readonly string[] | undefined {
  const prefixed = parsePrefixed(text);
  if (prefixed === undefined) return undefined;
  const hostBits = BigInt(prefixed.bytes.length * 8 - prefixed.prefix);
  const last = numberOf(prefixed) | ((1n << hostBits) - 1n);
  const isFirst = (numberOf(prefixed) & ((1n << hostBits) - 1n)) === 0n;
  const end = parseAddress(textOf(last, prefixed.family));
  return end === undefined || !isFirst ? undefined : addressesBetween(prefixed, end);
}

const numberOf = ({ bytes }: Address): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

function textOf(value: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, group) => ((value >> BigInt(112 - 16 * group)) & 0xffffn).toString(16));
  return parseAddress(groups.join(':'))?.text ?? groups.join(':');
}
