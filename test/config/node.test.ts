// Which director is this machine?
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { findNode } from '../../src/config/node.ts';

function nodeOf(names: readonly string[], flag: string | undefined, hostname: string): string {
  const directors = names.map((name, index) => `  ${name}: { addresses: [10.0.0.${index + 2}] }\n`).join('');
  const text = `cluster: web\ndirectors:\n${directors}groups: [{ name: web, vrid: 51, vips: [{ address: 10.0.0.1/24, dev: eth0 }] }]\n`;
  const read = parseConfig(text, 'c.yaml');
  if (!read.ok) throw new Error('the text of this test is wrong');
  return findNode(read.config, flag, hostname).name;
}

test.each([
  ['its host name', ['vs1', 'vsbak'], 'vsbak', 'vsbak'],
  ['the host part of a full name', ['vs1', 'vsbak'], 'vsbak.example.com', 'vsbak'],
  ['a full name in the file', ['vs1.example.com', 'vs2.example.com'], 'vs2', 'vs2.example.com'],
  ['the whole name before its host part', ['vs1', 'vs1.example.com'], 'vs1.example.com', 'vs1.example.com'],
])('a director is found by %s', (_, names, hostname, found) => {
  expect(nodeOf(names, undefined, hostname)).toBe(found);
});

test('--node decides against the host name', () => {
  expect(nodeOf(['vs1', 'vsbak'], 'vs1', 'vsbak')).toBe('vs1');
});

test('--node must be exact', () => {
  expect(() => nodeOf(['vs1', 'vsbak'], 'vs1.example.com', 'vs1')).toThrow(
    'c.yaml: cannot tell which director this is: there is no director vs1.example.com; the file has vs1, vsbak',
  );
});

test('a strange host is told the names there are', () => {
  expect(() => nodeOf(['vs1', 'vsbak'], undefined, 'laptop')).toThrow(
    "there is no director of this host's name laptop; the file has vs1, vsbak",
  );
});

test('a host part that two full names share decides nothing', () => {
  expect(() => nodeOf(['vs.berlin', 'vs.bonn'], undefined, 'vs')).toThrow('there is no director');
});

test('two hosts of one name in different domains are not taken for each other', () => {
  expect(() => nodeOf(['vs.berlin', 'vsbak.berlin'], undefined, 'vs.bonn')).toThrow('there is no director');
});
