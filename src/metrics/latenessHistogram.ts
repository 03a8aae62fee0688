// The keeper's lateness as a histogram of Prometheus. The keeper has counted already; prom-client's own could only be given one
// observation after the other.
import { Histogram } from 'prom-client';
import type { LatenessSummary } from '../keeper/messages.ts';
import { type Sample, seconds } from './family.ts';

interface NamedSample extends Sample {
  readonly metricName: string;
}

export class LatenessHistogram extends Histogram<never> {
  readonly #name: string;
  readonly #help: string;
  #summary: LatenessSummary | undefined;

  constructor(name: string, help: string) {
    super({ name, help, registers: [] });
    this.#name = name;
    this.#help = help;
  }

  show(summary: LatenessSummary): void {
    this.#summary = summary;
  }

  /** What a registry of prom-client asks a histogram for. */
  getForPromString() {
    const values = this.#summary === undefined ? [] : samplesOf(this.#name, this.#summary);
    return Promise.resolve({ name: this.#name, help: this.#help, type: 'histogram', values });
  }
}

function samplesOf(name: string, { buckets, count, sum }: LatenessSummary): NamedSample[] {
  const bucket = (le: string, value: number): NamedSample => ({ metricName: `${name}_bucket`, labels: { le }, value });
  return [
    ...buckets.map(({ upTo, count: inTime }) => bucket(String(seconds(upTo)), inTime)),
    bucket('+Inf', count),
    { metricName: `${name}_sum`, labels: {}, value: seconds(sum) },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
}
