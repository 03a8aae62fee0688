// What editors and people read of the keys is what the loaders take.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { filesFromShapes } from '../../src/packaging/schemas.ts';
import type { JsonSchema } from '../../src/text/jsonSchema.ts';
import { sample, spoiled } from '../config/sample.ts';

const repository = join(import.meta.dirname, '..', '..');
const textOf = (path: string): string => readFileSync(join(repository, path), 'utf8');
const schemaOf = (name: string): JsonSchema & object => JSON.parse(textOf(`config/schema/${name}.schema.json`)) as JsonSchema;

/** Where the schema objects, as `/groups/0/vrid`; nothing when it does not. */
function objections(name: string, text: string): string[] {
  const ajv = new Ajv({ allErrors: true, jsonPointers: true });
  return ajv.validate(schemaOf(name), parse(text)) === true ? [] : (ajv.errors ?? []).map(({ dataPath }) => dataPath);
}

test.each(Object.entries(filesFromShapes()))('%s is what npm run schema writes', (path, text) => {
  expect(textOf(path)).toBe(text);
});

/** Every node that is the value of a key, with its path. */
function keysBelow(node: unknown, at: string): { key: string; node: JsonSchema }[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
    if (name !== 'properties') return keysBelow(value, at);
    return Object.entries(value as Readonly<Record<string, JsonSchema>>).flatMap(([key, child]) => [
      { key: `${at}.${key}`, node: child },
      ...keysBelow(child, `${at}.${key}`),
    ]);
  });
}

test.each(['vspair', 'rules'])('every key of %s.yaml is described, and says what it expects', (name) => {
  const keys = keysBelow(schemaOf(name), name);
  expect(keys.length).toBeGreaterThan(20);
  expect(keys.filter(({ node }) => (node.description ?? '') === '').map(({ key }) => key)).toEqual([]);
  const silent = keys.filter(
    ({ node }) => node.const === undefined && node.properties === undefined && !/^(?!Invalid)./.test(node.errorMessage ?? ''),
  );
  expect(silent.map(({ key }) => key)).toEqual([]);
});

const yamlFiles = readdirSync(join(repository, 'config'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));

test.each(yamlFiles)('an editor finds config/%s in order, and the schema that it names', (path) => {
  const text = textOf(join('config', path));
  const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
  const name = path.endsWith('rules.yaml') ? 'rules' : 'vspair';
  expect(join('config', path, '..', schema)).toBe(`config/schema/${name}.schema.json`);
  expect(objections(name, text)).toEqual([]);
});

test('the schema takes what the loader takes', () => {
  expect(objections('vspair', sample)).toEqual([]);
});

test.each([
  ['an unknown key', spoiled('vrid: 51', 'vrid: 51\n    vird: 51'), '/groups/0'],
  ['a missing key', spoiled('vrid: 51\n', '\n'), '/groups/0'],
  ['a number out of its bounds', spoiled('vrid: 51', 'vrid: 300'), '/groups/0/vrid'],
  ['a time without its unit', spoiled('interval: 100ms', 'interval: 100'), '/heartbeat/interval'],
  ['a time with an unknown unit', spoiled('interval: 100ms', 'interval: 1min'), '/heartbeat/interval'],
  ['an address without its prefix', spoiled('10.0.0.1/24', '10.0.0.1'), '/groups/0/vips/0/address'],
  ['a word that is none of the choices', spoiled('standby: warm', 'standby: hot'), '/ipvs/standby'],
  ['a relative path', spoiled('/etc/vspair/secret', 'secret'), '/secretFile'],
  ['another protocol', spoiled('https://ops', 'ftp://ops'), '/alerts/0/webhook'],
])('the schema marks %s', (_, text, place) => {
  expect(objections('vspair', text)).toContain(place);
});

const rules = (service: string): string => `services:\n  - { ${service}, servers: [{ address: 10.0.0.11:80 }] }\n`;

test('the schema marks mistakes in rules', () => {
  expect(objections('rules', rules('address: "10.0.0.1:80", scheduler: wlc'))).toEqual([]);
  expect(objections('rules', rules('address: "10.0.0.1:80", scheduler: best'))).toEqual(['/services/0/scheduler']);
  expect(objections('rules', rules('address: "2001:db8::1:80"'))).toEqual(['/services/0/address']);
  expect(objections('rules', rules('address: "10.0.0.1:80", tunnel: { type: gue }'))).toContain('/services/0/tunnel');
});
