// The text format of Prometheus, as far as the metrics here use it, read back.

export interface ScrapedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ScrapedSample[];
}

export interface ScrapedSample {
  /** With `_bucket`, `_sum` or `_count` in a histogram. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Throws at a line that is none of the format. */
export function scraped(text: string): ReadonlyMap<string, ScrapedFamily> {
  const blocks = text.trim().split('\n\n');
  return new Map(blocks.map(familyOf).map((family) => [family.name, family]));
}

function familyOf(block: string): ScrapedFamily {
  const [help = '', type = '', ...samples] = block.split('\n');
  const [, name = '', said = ''] = matched(/^# HELP (\S+) (.+)$/, help);
  const [, typed, kind = ''] = matched(/^# TYPE (\S+) (gauge|counter|histogram)$/, type);
  if (typed !== name) throw new Error(`${type} after ${help}`);
  return { name, type: kind, help: said, samples: samples.map(sampleOf) };
}

function sampleOf(line: string): ScrapedSample {
  const [, name = '', labels = '', value = ''] = matched(/^(\w+)(?:\{(.*)\})? (\S+)$/, line);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(([, key = '', text = '']) => [key, text] as const);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}

function matched(pattern: RegExp, line: string): readonly string[] {
  const found = pattern.exec(line);
  if (found === null) throw new Error(`not in the format: ${line}`);
  return found;
}

/** The value of the one sample of the metric that has at least these labels. Throws when there is none, or more. */
export function sampleValue(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const samples = scraped(text).get(name)?.samples ?? [];
  const fitting = samples.filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
  const [only, ...others] = fitting;
  if (only === undefined || others.length > 0) throw new Error(`${name} ${JSON.stringify(labels)}: ${fitting.length} samples`);
  return only.value;
}
