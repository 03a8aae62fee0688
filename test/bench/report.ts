// The results as tables for people.
import Table from 'cli-table3';
import { median } from '../lab/outage.ts';
import type { Contender, Strike } from './contenders.ts';
import type { Footprint } from './footprint.ts';
import { orphanPatienceMs, type RoundResult } from './round.ts';

/** What is measured again and again: one contender, one strike, one Advertisement_Interval. */
export interface Cell {
  readonly contender: Contender;
  readonly strike: Strike;
  readonly intervalMs: number;
  readonly results: RoundResult[];
}

const plain = { head: [], border: [] };

export const shown = (ms: number): string =>
  Number.isFinite(ms) ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `more than ${orphanPatienceMs} ms`;

/** One row for each pair of neighbours, which differ in the contender alone. */
export function outageTable(cells: readonly Cell[]): string {
  const names = ['vspair', 'keepalived'];
  const head = ['adverts', 'the active', ...names, 'ratio', 'prober', ...names.map((name) => `${name} orphaned`)];
  const table = new Table({ head, style: plain });
  for (let index = 0; index < cells.length; index += 2) {
    const [ours, theirs] = cells.slice(index, index + 2);
    if (ours !== undefined && theirs !== undefined) table.push(row(ours, theirs));
  }
  return table.toString();
}

function row(ours: Cell, theirs: Cell): string[] {
  const [our, their] = [ours, theirs].map((cell) => median(outagesOf(cell)));
  const pauseMs = median([...ours.results, ...theirs.results].map((result) => result.pauseMs));
  return [
    `${ours.intervalMs} ms`,
    ours.strike.name,
    summary(outagesOf(ours)),
    summary(outagesOf(theirs)),
    our === undefined || their === undefined || Math.abs(our - their) <= pauseMs ? 'the same' : (our / their).toFixed(2),
    shown(pauseMs),
    ...[ours, theirs].map((cell) => orphaned(cell)),
  ];
}

const outagesOf = ({ results }: Cell): readonly number[] => results.map(({ outageMs }) => outageMs);

const summary = (values: readonly number[]): string =>
  `${shown(median(values))} (${shown(Math.min(...values))} to ${shown(Math.max(...values))})`;

function orphaned({ strike, results }: Cell): string {
  return strike.orphans ? shown(median(results.map(({ orphanedMs }) => orphanedMs ?? 0))) : '';
}

interface Cost {
  readonly contender: Contender;
  readonly active: Footprint;
  readonly backup: Footprint;
}

export function footprintTable(costs: readonly Cost[]): string {
  const table = new Table({ head: ['adverts every 100 ms, idle', 'memory', 'processor'], style: plain });
  for (const { contender, active, backup } of costs) {
    for (const [role, { memoryMiB, cpuPercent }] of Object.entries({ active, backup })) {
      table.push([`${contender.name}, ${role}`, `${memoryMiB.toFixed(0)} MiB`, `${cpuPercent.toFixed(1)} %`]);
    }
  }
  return table.toString();
}
