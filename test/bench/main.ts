// vspair beside keepalived on the same lab, in one run, the two taking turns: how long a client is not served.
//   npm run bench [-- ROUNDS]
import Table from 'cli-table3';
import { median } from '../lab/outage.ts';
import { ensurePackages } from '../lab/packages.ts';
import { type Contender, contenders, type Strike, strikes } from './contenders.ts';
import { footprint } from './footprint.ts';
import { type RoundResult, round } from './round.ts';

const intervals = [100, 1000];
const rounds = Number(process.argv[2] ?? 10);
const progress = (text: string): unknown => process.stderr.write(`${text}\n`);

interface Cell {
  readonly contender: Contender;
  readonly strike: Strike;
  readonly intervalMs: number;
  readonly results: RoundResult[];
}

const cells: readonly Cell[] = intervals.flatMap((intervalMs) =>
  strikes.flatMap((strike) => contenders.map((contender): Cell => ({ contender, strike, intervalMs, results: [] }))),
);

async function measure(): Promise<void> {
  for (let number = 1; number <= rounds; number += 1) {
    // Whoever comes first in a pair comes second in the next round.
    for (const cell of number % 2 === 1 ? cells : cells.toReversed()) {
      const result = await round(cell.contender, cell.strike, cell.intervalMs);
      cell.results.push(result);
      const what = `${cell.contender.name}, adverts every ${cell.intervalMs} ms, ${cell.strike.name}`;
      progress(`round ${number} of ${rounds}: ${what}: ${shown(result.outageMs)} (prober ${shown(result.pauseMs)})`);
    }
  }
}

const shown = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;

function outageTable(): string {
  const table = new Table({ head: ['adverts', 'the active', 'vspair', 'keepalived', 'ratio', 'prober'], style: { head: [], border: [] } });
  for (const intervalMs of intervals) {
    for (const strike of strikes) {
      const [ours, theirs] = contenders.map((contender) => cellOf(contender, strike, intervalMs));
      if (ours === undefined || theirs === undefined) continue;
      const ratio = medianOf(ours) / medianOf(theirs);
      const pauses = [...ours.results, ...theirs.results].map(({ pauseMs }) => pauseMs);
      table.push([`${intervalMs} ms`, strike.name, summary(ours), summary(theirs), ratio.toFixed(2), shown(median(pauses))]);
    }
  }
  return table.toString();
}

const cellOf = (contender: Contender, strike: Strike, intervalMs: number): Cell | undefined =>
  cells.find((cell) => cell.contender === contender && cell.strike === strike && cell.intervalMs === intervalMs);

const medianOf = ({ results }: Cell): number => median(results.map(({ outageMs }) => outageMs));

function summary(cell: Cell): string {
  const values = cell.results.map(({ outageMs }) => outageMs);
  return `${shown(medianOf(cell))} (${shown(Math.min(...values))} to ${shown(Math.max(...values))})`;
}

async function footprintTable(): Promise<string> {
  const table = new Table({ head: ['adverts every 100 ms, idle', 'memory', 'processor'], style: { head: [], border: [] } });
  for (const contender of contenders) {
    const { active, backup } = await footprint(contender, 100);
    for (const [role, { memoryMiB, cpuPercent }] of Object.entries({ active, backup })) {
      table.push([`${contender.name}, ${role}`, `${memoryMiB.toFixed(0)} MiB`, `${cpuPercent.toFixed(1)} %`]);
    }
  }
  return table.toString();
}

ensurePackages('bench');
await measure();
progress('memory and processor time');
const costs = await footprintTable();
process.stdout.write(`Longest time without an answer to a client that probes every ms: median (least to most) of ${rounds} rounds\n`);
process.stdout.write(`${outageTable()}\n${costs}\n`);
