// vspair beside keepalived on the same lab, in one run, the two taking turns: how long a client is not served.
import { contenders, strikes } from './contenders.ts';
import { footprint } from './footprint.ts';
import { type Cell, footprintTable, outageTable, shown } from './report.ts';
import { round } from './round.ts';

const intervals = [100, 1000];
const progress = (text: string): unknown => process.stderr.write(`${text}\n`);

export async function benchOutages(rounds: number, only: string | undefined): Promise<void> {
  const cells = cellsOf(only);
  await measure(cells, rounds);
  progress('memory and processor time');
  const costs = [];
  for (const contender of contenders) costs.push({ contender, ...(await footprint(contender, 100)) });
  process.stdout.write(`Longest time without an answer to a client that probes every ms: median (least to most) of ${rounds} rounds.
prober: the longest pause that its own machine made it take; a difference below that is none.
orphaned: how long the struck director's kernel kept the virtual IP while the other one held it too.
${outageTable(cells)}
${footprintTable(costs)}
`);
}

const cellsOf = (only: string | undefined): readonly Cell[] =>
  intervals.flatMap((intervalMs) =>
    strikes
      .filter(({ name }) => only === undefined || name === only)
      .flatMap((strike) => contenders.map((contender): Cell => ({ contender, strike, intervalMs, results: [] }))),
  );

async function measure(cells: readonly Cell[], rounds: number): Promise<void> {
  for (let number = 1; number <= rounds; number += 1) {
    // Whoever comes first in a pair comes second in the next round.
    for (const { contender, strike, intervalMs, results } of number % 2 === 1 ? cells : cells.toReversed()) {
      const result = await round(contender, strike, intervalMs);
      results.push(result);
      const what = `${contender.name}, adverts every ${intervalMs} ms, ${strike.name}`;
      progress(`round ${number} of ${rounds}: ${what}: ${shown(result.outageMs)} (prober ${shown(result.pauseMs)})`);
    }
  }
}
