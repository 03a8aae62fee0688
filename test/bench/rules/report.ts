// The results as a table for people.
import Table from 'cli-table3';
import { shown } from '../report.ts';
import type { BenchLine, Row } from './result.ts';

const head = [
  'services',
  'vspair: writing',
  'whole pass',
  'ipvsadm -R',
  'writing is faster by',
  'whole pass by',
  'keepalived',
  'whole pass is faster by',
  'a pass without change',
  'of it main thread',
  'longest pause of the keeper',
];

export function rulesReport(lines: readonly BenchLine[]): string {
  const table = new Table({ head, style: { head: [], border: [] } });
  const notes: string[] = [];
  for (const line of lines) {
    switch (line.type) {
      case 'row':
        table.push(cells(line));
        break;
      case 'idle':
        notes.push(`The keeper's longest pause while nothing was done: ${shown(line.pauseMs)}.`);
        break;
      case 'memory': {
        const [before, after] = [line.without, line.withRules].map(
          ({ rssMiB, pssMiB }) => `${rssMiB.toFixed(0)} MiB (PSS ${pssMiB.toFixed(0)})`,
        );
        notes.push(`The daemon's memory: ${before ?? ''} without rules, ${after ?? ''} with ${line.services} services.`);
        break;
      }
    }
  }
  return `From an empty kernel until it holds all services, with two servers each; keepalived from its start.\n${table.toString()}\n${notes.join('\n')}\n`;
}

function cells({ services, vspair, batchMs, ipvsadmMs, keepalivedMs }: Row): string[] {
  const { loadMs, nothingMs, mainMs, pauseMs } = vspair;
  return [
    String(services),
    shown(batchMs),
    shown(loadMs),
    shown(ipvsadmMs),
    (ipvsadmMs / batchMs).toFixed(0),
    (ipvsadmMs / loadMs).toFixed(1),
    keepalivedMs === undefined ? 'not in time' : shown(keepalivedMs),
    keepalivedMs === undefined ? '' : (keepalivedMs / loadMs).toFixed(1),
    shown(nothingMs),
    shown(mainMs.nothing),
    shown(Math.max(pauseMs.load, pauseMs.nothing)),
  ];
}
