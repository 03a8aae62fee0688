// Loaded into a daemon by NODE_OPTIONS: its main thread or its keeper's thread hangs for ever once a file is there that says
// so. systemd removes the file with the service's runtime directory, so that the next process does not hang.
import { existsSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
import type { KeeperBoot } from '../../src/keeper/messages.ts';

const isKeeper = !isMainThread && (workerData as Partial<KeeperBoot> | null)?.core !== undefined;
const file = `/run/vspair/hang-${isMainThread ? 'main' : 'keeper'}`;

function hangWhenTold(): void {
  if (existsSync(file)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (isMainThread || isKeeper) setInterval(hangWhenTold, 20).unref();
