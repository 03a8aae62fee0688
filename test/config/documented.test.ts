// The commented examples are where operators look keys up: every key that exists is in them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { rulesSchema } from '../../src/rules/loadShape.ts';

/** Every key of a JSON Schema, however deep. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) =>
    name === 'properties' ? [...Object.keys(fieldsOf(value)), ...keysOf(value)] : keysOf(value),
  );
}

const fieldsOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

test.each([
  ['config/vspair.yaml', configSchema, 30],
  ['config/rules.yaml', rulesSchema, 23],
])('%s names every key', (file, schema, least) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const keys = new Set(keysOf(z.toJSONSchema(schema, { io: 'input' })));
  expect(keys.size).toBeGreaterThanOrEqual(least);
  expect([...keys].filter((key) => !new RegExp(`\\b${key}:`).test(text))).toEqual([]);
});
