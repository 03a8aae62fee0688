// One text for one value, whatever the order in which its keys were set: what digests are made of.

/** JSON with keys in alphabetical order, no spaces, nothing undefined. A Map is written as the object of its entries. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isMapping(part) ? Object.fromEntries(entriesOf(part).sort(byKey)) : part));
}

const entriesOf = (part: object): [string, unknown][] =>
  part instanceof Map ? [...part].map(([key, value]) => [String(key), value]) : Object.entries(part);

const isMapping = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
const byKey = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);
