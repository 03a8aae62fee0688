// Every key of a file with what it takes, its default and what it is for, as tables of Markdown: one for each key at the top.
import type { JsonSchema } from '../text/jsonSchema.ts';
import { oneOf } from '../text/nearest.ts';

interface Row {
  /** `groups[].vips[].dev`, `directors.NAME.priority` */
  readonly key: string;
  readonly takes: string;
  readonly default: string;
  readonly meaning: string;
}

export function keyTables(schema: JsonSchema): string {
  return childrenOf(schema, '')
    .map(({ key, node, isRequired }) => [rowOf(key, node, isRequired), ...rowsBelow(node, key)])
    .map((rows) => `### ${rows[0]?.key ?? ''}\n\n${tableText(rows)}`)
    .join('\n');
}

interface Child {
  readonly key: string;
  readonly node: JsonSchema;
  readonly isRequired: boolean;
}

function childrenOf({ properties = {}, required = [] }: JsonSchema, at: string): Child[] {
  return Object.entries(properties).map(([name, node]) => ({
    key: at === '' ? name : `${at}.${name}`,
    node,
    isRequired: required.includes(name),
  }));
}

function rowsBelow(node: JsonSchema, at: string): Row[] {
  const { oneOf = [], anyOf = [], items, additionalProperties } = node;
  return [
    ...childrenOf(node, at).flatMap((child) => [rowOf(child.key, child.node, child.isRequired), ...rowsBelow(child.node, child.key)]),
    ...(isNode(items) ? rowsBelow(items, `${at}[]`) : []),
    ...(isNode(additionalProperties) ? rowsBelow(additionalProperties, `${at}.NAME`) : []),
    ...variantRows(oneOf, at),
    // Of a value with a short form: the keys of the long one.
    ...anyOf.flatMap((form) => rowsBelow(form, at)),
  ];
}

const isNode = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

interface VariantRow {
  readonly row: Row;
  /** Of the key that tells the variants apart, being constant in each: `backend`, `redis`. */
  readonly name: string;
  readonly value: string;
}

/** One row for each key, however many variants have it. */
function variantRows(variants: readonly JsonSchema[], at: string): Row[] {
  const rows = variants.flatMap((variant): VariantRow[] => {
    const constant = Object.entries(variant.properties ?? {}).find(([, { const: value }]) => value !== undefined);
    const [name = '', node] = constant ?? [];
    return rowsBelow(variant, at).map((row) => ({ row, name: `${at}.${name}`, value: String(node?.const) }));
  });
  return Object.values(Object.groupBy(rows, ({ row }) => row.key)).flatMap((same = []) => mergedRow(same));
}

/** A key of some variants only says of which. */
function mergedRow(same: readonly VariantRow[]): Row[] {
  const [first] = same;
  if (first === undefined) return [];
  const { row, name } = first;
  const values = same.map(({ value }) => value);
  if (row.key === name) return [{ ...row, takes: oneOf(values) }];
  const alike = same.every((other) => other.row.takes === row.takes);
  const takes = alike ? row.takes : same.map((one) => `${one.value}: ${one.row.takes}`).join('; ');
  return [{ ...row, takes, meaning: `With ${name.split('.').at(-1) ?? ''} ${oneOf(values)}. ${row.meaning}` }];
}

function rowOf(key: string, node: JsonSchema, isRequired: boolean): Row {
  return { key, takes: takesOf(node), default: defaultOf(node, isRequired), meaning: node.description ?? '' };
}

function takesOf({ errorMessage = '', properties, items, additionalProperties }: JsonSchema): string {
  // Its keys have rows of their own.
  if (properties !== undefined) return 'a mapping';
  const each = isNode(items) ? items : isNode(additionalProperties) ? additionalProperties : undefined;
  const isScalar = each?.properties === undefined && each?.oneOf === undefined;
  return each?.errorMessage === undefined || !isScalar ? errorMessage : `${errorMessage}; each ${each.errorMessage}`;
}

function defaultOf({ default: value }: JsonSchema, isRequired: boolean): string {
  if (isRequired) return 'required';
  return value === undefined || isEmpty(value) ? '' : `\`${written(value)}\``;
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** In one line, as people write it in YAML. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`;
  if (!isNode(value)) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${String(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

function tableText(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| \`${row.key}\` | ${cell(row.takes)} | ${cell(row.default)} | ${cell(row.meaning)} |`);
  return ['| key | takes | default | meaning |', '|---|---|---|---|', ...lines, ''].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
