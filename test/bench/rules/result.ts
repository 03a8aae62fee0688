// What the bench of the rules finds out, line by line.
import type { Passes } from './contenders.ts';
import type { DaemonMemory } from './memory.ts';

export const sizes = [10, 100, 1_000, 5_000] as const;
export const lineMark = 'bench: ';

export interface Row {
  readonly services: number;
  readonly vspair: Passes;
  /** vspair's writing alone. */
  readonly batchMs: number;
  readonly ipvsadmMs: number;
  /** Undefined when not all was in the kernel within its time. */
  readonly keepalivedMs?: number | undefined;
}

export type BenchLine =
  /** The keeper's longest pause while nothing is done: what the machine itself adds. */
  | { readonly type: 'idle'; readonly pauseMs: number }
  | ({ readonly type: 'row' } & Row)
  | ({ readonly type: 'memory'; readonly services: number } & DaemonMemory);
