import { expect, test } from 'vitest';
import { type ConfigDigest, configDigest, differingSections } from '../../src/config/digest.ts';
import { parseConfig } from '../../src/config/load.ts';

const text = `cluster: web
directors:
  vs1: { priority: 150, addresses: [10.0.0.2] }
  vsbak: { priority: 100, addresses: [10.0.0.3] }
groups:
  - { name: web, vrid: 51, vips: [{ address: 10.0.0.1/24, dev: eth0 }], priorities: { vs1: 50 } }
`;

function digestOf(changed: string, file = '/etc/vspair/vspair.yaml'): ConfigDigest {
  const read = parseConfig(changed, file);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return configDigest(read.config);
}

test.each([
  ['another path', digestOf(text, '/tmp/copy.yaml')],
  ['a comment', digestOf(`# new\n${text}`)],
  ['keys in another order', digestOf(text.replace('priority: 150, addresses: [10.0.0.2]', 'addresses: [10.0.0.2], priority: 150'))],
  ['a default that is written', digestOf(`${text}heartbeat: { port: 1112 }\n`)],
])('%s does not change the digest', (_, digest) => {
  expect(digest).toEqual(digestOf(text));
});

test.each([
  ['priorities: { vs1: 50 }', 'priorities: { vs1: 51 }', ['groups']],
  ['cluster: web', 'cluster: mail', ['cluster']],
  ['10.0.0.3', '10.0.0.4', ['directors']],
])('%s against %s differs in its section alone', (before, after, sections) => {
  const changed = digestOf(text.replace(before, after));
  expect(changed.whole).not.toBe(digestOf(text).whole);
  expect(differingSections(digestOf(text), changed)).toEqual(sections);
});
