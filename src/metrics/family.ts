// One metric: its name and meaning, and where its values are found in what was seen of the director.
import type { Seen } from './seen.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Family {
  readonly type: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly samples: (seen: Seen) => readonly Sample[];
}

type SamplesOf = Family['samples'];

export const gauge = (name: string, labelNames: readonly string[], help: string, samples: SamplesOf): Family => ({
  ...{ type: 'gauge', name, help, labelNames, samples },
});

/** The value counts since the daemon, or the kernel's table, began; Prometheus notices when it begins anew. */
export const counter = (name: string, labelNames: readonly string[], help: string, samples: SamplesOf): Family => ({
  ...{ type: 'counter', name, help, labelNames, samples },
});

/** Of a metric without labels. What is not known has no sample. */
export const only = (value: number | undefined): readonly Sample[] => (value === undefined ? [] : [{ labels: {}, value }]);

export const asNumber = (holds: boolean): number => (holds ? 1 : 0);

/** Prometheus counts in seconds. */
export const seconds = (ms: number): number => ms / 1_000;
