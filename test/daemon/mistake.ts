// Loaded into a daemon by NODE_OPTIONS: its keeper's thread throws, once a file is there that says so, or when it is asked to
// stop and another one is. That is how a mistake of ours ends a keeper.
import { existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { ToKeeper } from '../../src/keeper/messages.ts';

const file = process.env['VSPAIR_TEST_MISTAKE'] ?? '';

if (parentPort !== null) {
  setInterval(() => throwWhen(existsSync(file)), 10).unref();
  parentPort.on('message', ({ type }: ToKeeper) => throwWhen(type === 'shutdown' && existsSync(`${file}-at-stop`)));
}

function throwWhen(due: boolean): void {
  if (due) throw new Error('a mistake made by the test');
}
