// What the kernel's IPVS counted in all, which only procfs tells.
import { readFileSync } from 'node:fs';
import { VspairError } from '../errors/catalogue.ts';
import type { IpvsStats } from '../wire/ipvs.ts';
import { decodeStatsText } from '../wire/ipvsStats.ts';

/** In the network namespace of this thread. */
const file = '/proc/thread-self/net/ip_vs_stats';

/** Since IPVS was loaded: also what it counted for services that are gone. Throws VspairError. */
export function ipvsTotals(): IpvsStats {
  const stats = decodeStatsText(read());
  if (stats.ok) return stats.value;
  throw refusal(stats.reason);
}

/** Undefined where there is no IPVS. */
export function ipvsTotalsIfAny(): IpvsStats | undefined {
  try {
    return ipvsTotals();
  } catch (error) {
    if (error instanceof VspairError) return undefined;
    throw error;
  }
}

function read(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw refusal(error);
  }
}

const refusal = (cause: unknown): VspairError => new VspairError({ code: 'VSP_KERNEL', object: 'IPVS', attempt: `read ${file}`, cause });
