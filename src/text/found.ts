// Reading values out of a tree of which nothing is known yet: what has another type than asked for is not there.
import type { Path } from './yaml.ts';

/** A value and where it stands in the file. */
export interface Found<Value> {
  readonly at: Path;
  readonly value: Value;
}

export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (isMapping(value) ? value : {});

export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

export const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const readIn = <Value>(value: unknown, read: (text: string) => Value | undefined): Value | undefined =>
  typeof value === 'string' ? read(value) : undefined;

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
