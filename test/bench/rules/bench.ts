// Rules into an empty kernel: vspair beside `ipvsadm -R` and keepalived's start, all in one real IPVS kernel and run.
import { join } from 'node:path';
import { collectionFlags } from '../../../src/daemon/garbageCollection.ts';
import { runWithIpvs } from '../../lab/ipvsKernel.ts';
import { rulesReport } from './report.ts';
import { type BenchLine, lineMark } from './result.ts';

const timeoutMs = 600_000;

export async function benchRules(asJson: boolean): Promise<void> {
  const lines: BenchLine[] = [];
  const { exitCode, output } = await runWithIpvs({
    argv: [process.execPath, ...collectionFlags, join(import.meta.dirname, 'guest.ts')],
    memoryMb: 1536,
    timeoutMs,
    onLine(line) {
      process.stderr.write(`${line}\n`);
      if (line.startsWith(lineMark)) lines.push(JSON.parse(line.slice(lineMark.length)) as BenchLine);
    },
  });
  if (exitCode !== 0) throw new Error(`the bench ended with exit code ${exitCode}:\n${output}`);
  process.stdout.write(asJson ? `${JSON.stringify(lines, undefined, 1)}\n` : rulesReport(lines));
}
