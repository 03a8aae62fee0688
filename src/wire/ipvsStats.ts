// The counters of a service or a destination (IPVS_SVC_ATTR_STATS64, IPVS_DEST_ATTR_STATS64: the same number, the same
// content), 64 bits wide each; and the kernel's own sum of them, which it tells in /proc/net/ip_vs_stats only.
import { type Decoded, decoded, refused } from './decoded.ts';
import type { IpvsStats } from './ipvs.ts';
import { type IpvsReason, isComplete } from './ipvsAttributes.ts';
import { type Attributes, decodeAttributes, viewOf } from './netlink.ts';

const STATS64 = 12;

/** From the attributes of the service or the destination. Counters beyond 2^53 lose their last digits. */
export function decodeStats(owner: Attributes): Decoded<IpvsStats, IpvsReason> {
  const nested = owner.get(STATS64);
  if (nested === undefined) return refused('missing-attribute');
  const attributes = decodeAttributes(nested);
  if (!attributes.ok) return attributes;
  const counter = (type: number): number | undefined => readU64(attributes.value.get(type));
  const stats = {
    connections: counter(1),
    packetsIn: counter(2),
    packetsOut: counter(3),
    bytesIn: counter(4),
    bytesOut: counter(5),
    connectionRate: counter(6),
    packetRateIn: counter(7),
    packetRateOut: counter(8),
    byteRateIn: counter(9),
    byteRateOut: counter(10),
  };
  return isComplete(stats) ? decoded(stats) : refused('missing-attribute');
}

/** `ip_vs_stats`: two lines of heads, a line of counters, a line of heads, a line of rates; all numbers in hexadecimal. */
export function decodeStatsText(text: string): Decoded<IpvsStats, IpvsReason> {
  const numbers = text
    .split(/\s+/)
    .filter((word) => /^[0-9A-F]+$/.test(word))
    .map((word) => Number.parseInt(word, 16));
  const [connections, packetsIn, packetsOut, bytesIn, bytesOut, ...rates] = numbers;
  const [connectionRate, packetRateIn, packetRateOut, byteRateIn, byteRateOut] = rates;
  const stats = {
    ...{ connections, packetsIn, packetsOut, bytesIn, bytesOut },
    ...{ connectionRate, packetRateIn, packetRateOut, byteRateIn, byteRateOut },
  };
  return isComplete(stats) ? decoded(stats) : refused('missing-attribute');
}

const readU64 = (value: Uint8Array | undefined): number | undefined =>
  value?.length === 8 ? Number(viewOf(value).getBigUint64(0, true)) : undefined;
