// What signals ask for: SIGTERM and SIGINT hand over and end, SIGUSR2 ends and leaves the kernel to the next process,
// SIGHUP reads the configuration again.
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import type { Reports } from './reports.ts';

export interface SignalParts {
  readonly config: Config;
  readonly reports: Pick<Reports, 'configRejected' | 'configValid'>;
}

export type StopRequest = 'handover' | 'inPlace';

export function untilAskedToStop(parts: SignalParts): Promise<StopRequest> {
  process.on('SIGHUP', () => readAgain(parts));
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve('handover'));
    process.on('SIGUSR2', () => resolve('inPlace'));
  });
}

/** A running daemon keeps its running configuration: what is valid takes effect with the next start, what is not changes nothing. */
function readAgain({ config, reports }: SignalParts): void {
  try {
    const read = loadConfig(config.file);
    if (read.ok) reports.configValid();
    else reports.configRejected(read.problems);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    reports.configRejected([{ place: { file: config.file, line: 1, column: 1 }, what, expected: 'a file that can be read' }]);
  }
}
