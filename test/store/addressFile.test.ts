// The virtual IPs that may be in the kernel, over the death of the daemon.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Vip } from '../../src/core/types.ts';
import { addressFile } from '../../src/store/addressFile.ts';
import type { FileProblem } from '../../src/store/fileProblem.ts';

let directory: string;
const problems: FileProblem[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vspair-addresses-'));
  problems.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = () => addressFile(directory, (problem) => problems.push(problem));
const file = (): string => join(directory, 'virtual-ips.json');
const vips: readonly Vip[] = [
  { family: 4, address: '10.0.0.1', prefix: 24, dev: 'eth0' },
  { family: 6, address: '2001:db8::1', prefix: 64, dev: 'eth0' },
];

test('what was noted is known after the daemon has died', async () => {
  expect(await open().load()).toEqual([]);
  await open().note(vips);
  expect(await open().load()).toEqual(vips);
  expect(problems).toEqual([]);
});

test('a start with the same virtual IPs writes nothing: a restart in place has no time for a disk', async () => {
  await open().note(vips);
  const before = statSync(file()).ino;
  await open().note([...vips]);
  expect(statSync(file()).ino).toBe(before);
  await open().note(vips.slice(1));
  expect(await open().load()).toEqual(vips.slice(1));
});

test('a spoilt file counts as none and is told', async () => {
  await open().note(vips);
  writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, 20));
  expect(await open().load()).toEqual([]);
  expect(problems).toMatchObject([{ problem: 'corrupt' }]);
});
