// A problem with a file of the state directory is in the status as long as it lasts.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { watchFileProblems } from '../../src/daemon/fileProblems.ts';
import { directory } from '../cli/process.ts';

test('a corrupt file that was set aside is told until somebody has removed it', () => {
  const setAside = join(directory(), 'rules.json.corrupt-1');
  writeFileSync(setAside, '{');
  const problems = watchFileProblems();
  problems.note({ file: 'rules.json', problem: 'corrupt', detail: 'not JSON', setAside });
  expect(problems.lasting()).toEqual([
    `rules.json was corrupt (not JSON) and was not used; it is kept as ${setAside}: look at it, then remove it`,
  ]);
  rmSync(setAside);
  expect(problems.lasting()).toEqual([]);
});

test('what a newer version wrote, or what cannot be read, is told until the next start', () => {
  const problems = watchFileProblems();
  problems.note({ file: 'rules.json', problem: 'newer', detail: 'format 9', setAside: undefined });
  problems.note({ file: 'marks.json', problem: 'unreadable', detail: 'EIO', setAside: undefined });
  expect(problems.lasting()).toEqual(['rules.json is not used: format 9', 'marks.json is not used: EIO']);
});

test('what cannot be written is told as long as it is told again', () => {
  let now = 0;
  const problems = watchFileProblems(() => now);
  const full = { file: 'rules.json', problem: 'unwritable', detail: 'ENOSPC', setAside: undefined } as const;
  problems.note(full);
  now = 50_000;
  problems.note(full);
  now = 100_000;
  expect(problems.lasting()).toEqual(['rules.json cannot be written: ENOSPC']);
  now = 110_000;
  expect(problems.lasting()).toEqual([]);
});
