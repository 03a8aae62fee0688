// Which key takes effect how: the table of the code, the document, and the schema name the same keys.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { configChanges } from '../../src/config/changes.ts';
import type { Config } from '../../src/config/config.ts';
import { keyEffects } from '../../src/config/keyEffects.ts';
import { parseConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';

const base = `cluster: web
directors:
  vs1: { priority: 150, addresses: [10.0.0.2] }
  vsbak: { priority: 100, addresses: [10.0.0.3] }
groups:
  - name: web
    vrid: 51
    vips:
      - { address: 10.0.0.1/24, dev: eth0 }
`;

function configOf(text: string): Config {
  const read = parseConfig(text, 'vspair.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.config;
}

const changes = (from: string, to: string) => configChanges(configOf(from), configOf(to));
const keys = (to: string): readonly string[] => changes(base, to).map(({ key }) => key);

/** `directors.*.priority`: the leaves of the schema; items of lists have the key of their list, in unions every branch counts. */
function leaves(schema: unknown, path: readonly string[] = []): string[] {
  const { properties, additionalProperties, items, anyOf, oneOf } = fieldsOf(schema);
  const branches = [...listOf(anyOf), ...listOf(oneOf)].flatMap((branch) => leaves(branch, path));
  const below = [
    ...Object.entries(fieldsOf(properties)).flatMap(([name, value]) => leaves(value, [...path, name])),
    ...(Object.keys(fieldsOf(additionalProperties)).length > 0 ? leaves(additionalProperties, [...path, '*']) : []),
    ...(items === undefined ? [] : leaves(items, path)),
    ...branches,
  ];
  return below.length > 0 ? below : [path.join('.')];
}

const fieldsOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? { ...value } : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const known = Object.keys(keyEffects);
const covers = (key: string, leaf: string): boolean => leaf === key || leaf.startsWith(`${key}.`);
const schemaLeaves = [...new Set(leaves(z.toJSONSchema(configSchema, { io: 'input' })))];

describe('what a reload does with a key is decided', () => {
  test('for every key of the schema', () => {
    expect(schemaLeaves.length).toBeGreaterThan(40);
    expect(schemaLeaves.filter((leaf) => !known.some((key) => covers(key, leaf)))).toEqual([]);
  });

  test('for no key that the schema does not have', () => {
    expect(known.filter((key) => !schemaLeaves.some((leaf) => covers(key, leaf)))).toEqual([]);
  });

  test('and RELOAD.md says the same', () => {
    const document = readFileSync(new URL('../../src/config/RELOAD.md', import.meta.url), 'utf8');
    const rows = [...document.matchAll(/^\| (\S+) \| (now|restart) \| (.*) \|$/gm)].map(([, key, takes, does]) => ({ key, takes, does }));
    expect(rows).toEqual(Object.entries(keyEffects).map(([key, { takes, does }]) => ({ key, takes, does })));
  });
});

describe('what differs between two configurations', () => {
  test('is nothing when they mean the same', () => {
    expect(changes(base, `# another comment\n${base.replace('150', '150 ')}preempt:`.replace('preempt:', ''))).toEqual([]);
  });

  test('is told with both values, and what it does', () => {
    expect(changes(base, `${base}heartbeat: { interval: 1s }\n`)).toEqual([
      { key: 'heartbeat.interval', from: '100ms', to: '1000ms', ...keyEffects['heartbeat.interval'] },
    ]);
  });

  test('is told virtual IP by virtual IP', () => {
    const changed = changes(base, base.replace('10.0.0.1/24', '10.0.0.7/24'));
    expect(changed.map(({ key, from, to }) => ({ key, from, to }))).toEqual([
      { key: 'groups.web.vips', from: null, to: '10.0.0.7/24 on eth0' },
      { key: 'groups.web.vips', from: '10.0.0.1/24 on eth0', to: null },
    ]);
  });

  test('of a group with another name is its name alone, since its VRID is what it is known by', () => {
    expect(keys(base.replace('name: web', 'name: site'))).toEqual(['groups.site.name']);
  });

  test('of a priority is told for the director, not for each of its groups', () => {
    expect(keys(base.replace('priority: 150', 'priority: 50'))).toEqual(['directors.vs1.priority']);
    expect(keys(base.replace('    vips', '    priorities: { vs1: 50 }\n    vips'))).toEqual(['groups.web.priorities.vs1']);
  });

  test('never shows what may be as good as a password', () => {
    const [change] = changes(base, `${base}alerts:\n  - { webhook: "https://hooks.example/T0/secret" }\n`);
    expect(change).toMatchObject({ key: 'alerts', from: null, to: null });
  });

  test.each([
    ['ipvs: { standby: cold }', ['ipvs.standby']],
    ['ipvs: { timeouts: { tcp: 10m } }', ['ipvs.timeouts.tcp']],
    ['ipvs: { sysctls: { conntrack: 1 } }', ['ipvs.sysctls.conntrack']],
    ['ipvs: { connectionSync: { dev: eth0 } }', ['ipvs.connectionSync']],
    ['state: { backend: none }', ['state']],
    ['log: { level: debug }', ['log.level']],
    ['control: { peerPort: 2000 }', ['control.peerPort']],
    ['heartbeat: { port: 2000 }', ['heartbeat.port', 'control.peerPort']],
  ])('%s', (line, expected) => {
    expect(keys(`${base}${line}\n`)).toEqual(expected);
  });
});
