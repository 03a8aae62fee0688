// Checks that a director knows its own services again after a restart.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileProblem } from '../../src/store/fileProblem.ts';
import { ownershipFile } from '../../src/store/ownershipFile.ts';

let directory: string;
const problems: FileProblem[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vspair-ownership-'));
  problems.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = () => ownershipFile(directory, (problem) => problems.push(problem));

test('the services that are ours survive a restart', async () => {
  expect(await open().load()).toEqual([]);
  await open().save(['tcp 10.0.0.1:80']);
  expect(await open().load()).toEqual(['tcp 10.0.0.1:80']);
  expect(problems).toEqual([]);
});

test('a spoilt list counts as none and is told', async () => {
  writeFileSync(join(directory, 'owned-services.json'), '');
  expect(await open().load()).toEqual([]);
  expect(problems).toMatchObject([{ problem: 'corrupt' }]);
});
