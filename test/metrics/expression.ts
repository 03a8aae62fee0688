// Expressions in Prometheus' language, against the metrics that there are.
import { families, lateness } from '../../src/metrics/exposition.ts';

const labelsOf = new Map(families.map(({ name, labelNames }) => [name, labelNames]));
for (const part of ['bucket', 'sum', 'count']) labelsOf.set(`${lateness.name}_${part}`, part === 'bucket' ? ['le'] : []);
/** Of the scrape itself. */
labelsOf.set('up', []);
const everywhere = ['cluster', 'node', 'job', 'instance'];

/** Metrics that do not exist, and labels that none of the expression's metrics has. */
export function unknownIn(expression: string): string[] {
  const bare = expression.replaceAll(/"[^"]*"/g, '""');
  const metrics = metricsIn(expression);
  const unknown = metrics.filter((name) => !labelsOf.has(name));
  const known = new Set([...everywhere, ...metrics.flatMap((name) => labelsOf.get(name) ?? [])]);
  const labels = [...matchedLabels(bare), ...groupedLabels(bare)];
  return [...unknown, ...labels.filter((label) => !known.has(label))];
}

export const metricsIn = (expression: string): string[] =>
  [...expression.replaceAll(/"[^"]*"/g, '').matchAll(/\b(?:vspair|process)_\w+|\bup\b/g)].map(([name]) => name);

/** `{state="active"}` */
const matchedLabels = (bare: string): string[] =>
  [...bare.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  );

/** `by (cluster, group)`, `on (cluster)` */
const groupedLabels = (bare: string): string[] =>
  [...bare.matchAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g)]
    .flatMap(([, inside = '']) => inside.split(',').map((label) => label.trim()))
    .filter((label) => label !== '');
