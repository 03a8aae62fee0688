// What a daemon costs while nothing happens: memory and processor time of all its processes.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCluster } from '../lab/cluster.ts';
import type { LabProcess } from '../lab/labProcess.ts';
import type { Contender } from './contenders.ts';

export interface Footprint {
  /** Proportional set size: pages shared between processes are divided among them. */
  readonly memoryMiB: number;
  readonly cpuPercent: number;
}

const idleMs = 10_000;
const ticksPerSecond = 100;

export async function footprint(
  contender: Contender,
  intervalMs: number,
): Promise<{ readonly active: Footprint; readonly backup: Footprint }> {
  const cluster = await createCluster();
  try {
    const pair = await contender.start(cluster, intervalMs);
    // What a start costs is not what running costs.
    await sleep(idleMs / 2);
    const before = [ticksOf(pair.active), ticksOf(pair.backup)] as const;
    await sleep(idleMs);
    const cost = (daemon: LabProcess, ticksBefore: number): Footprint => ({
      memoryMiB: memoryOf(daemon, 'Pss'),
      cpuPercent: ((ticksOf(daemon) - ticksBefore) / ticksPerSecond / (idleMs / 1000)) * 100,
    });
    return { active: cost(pair.active, before[0]), backup: cost(pair.backup, before[1]) };
  } finally {
    await cluster.close();
  }
}

/** MiB of all its processes. */
export const memoryOf = (daemon: LabProcess, what: 'Pss' | 'Rss'): number =>
  sum(groupOf(daemon).map(({ pid }) => rollupKiB(pid, what))) / 1024;
const ticksOf = (daemon: LabProcess): number => sum(groupOf(daemon).map(({ ticks }) => ticks));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function rollupKiB(pid: string, what: string): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(String.raw`^${what}:\s+(\d+) kB$`, 'm').exec(rollup)?.[1] ?? Number.NaN);
}

function groupOf(daemon: LabProcess): readonly { readonly pid: string; readonly ticks: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const fields = statFields(pid);
      // proc(5): after the name come state, ppid, pgrp; utime and stime are the 12th and 13th after it.
      return Number(fields[2]) === daemon.pid ? [{ pid, ticks: Number(fields[11]) + Number(fields[12]) }] : [];
    });
}

function statFields(pid: string): readonly string[] {
  try {
    return (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '').split(' ');
  } catch {
    // It ended since the folder was read.
    return [];
  }
}
