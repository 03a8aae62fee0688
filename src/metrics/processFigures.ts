// What this process takes of the machine. prom-client's own collection of it would watch garbage and the event loop all the time,
// and has gauges with names of counters.
import { readdir } from 'node:fs/promises';
import type { ProcessSeen } from './seen.ts';

const startedAt = Date.now() / 1_000 - process.uptime();

export async function processFigures(): Promise<ProcessSeen> {
  const { user, system } = process.cpuUsage();
  const descriptors = await readdir('/proc/self/fd');
  return {
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: process.memoryUsage.rss(),
    startedAt,
    openDescriptors: descriptors.length,
  };
}
