import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocalCopy } from '../../src/store/localCopy.ts';

const rounds = 12;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-killed-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Starts it, and kills it somewhere in the course of a save. Resolves to the last revision that it said was saved. */
async function saveUntilKilled(): Promise<number> {
  const saving = spawn(process.execPath, [join(import.meta.dirname, 'savingProcess.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  saving.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(saving.stdout, 'data');
  await sleep(Math.random() * 40);
  saving.kill('SIGKILL');
  await once(saving, 'close');
  return Number(said.trim().split('\n').at(-1));
}

test('a process killed at any moment while it saves leaves what it had saved, or the one that it was saving', async () => {
  for (let round = 1; round <= rounds; round += 1) {
    const saved = await saveUntilKilled();
    const copy = await openLocalCopy({ directory, version: '0.1.0', onProblem: ({ file, detail }) => expect.fail(`${file}: ${detail}`) });
    expect([saved, saved + 1]).toContain(copy.initial?.revision);
    expect(copy.initial?.document.services).toHaveLength(200);
    expect(copy.history.names().map(({ revision }) => revision)).toContain(copy.initial?.revision);
  }
}, 60_000);
