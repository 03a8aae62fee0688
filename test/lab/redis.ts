// A real Redis on a host of the lab, without persistence.
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from './host.ts';
import type { LabProcess } from './labProcess.ts';

export interface Redis {
  readonly url: string;
  readonly process: LabProcess;
  stop(): Promise<void>;
}

/** Resolves when it takes connections at the host's outside address. */
export async function startRedis(host: Host): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'vspair-lab-redis-'));
  const { address } = host.leg();
  const options = ['--bind', address, '--port', '6379', '--protected-mode', 'no', '--save', '', '--appendonly', 'no', '--dir', folder];
  host.onClose(() => rmSync(folder, { recursive: true, force: true }));
  const process = host.spawn([serverProgram(folder), ...options]);
  await process.line(/Ready to accept connections/);
  return {
    url: `redis://${address}:6379/0`,
    process,
    async stop() {
      await process.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian's redis-tools has the server, under the name of the checking program that it also is; its name decides. */
export function serverProgram(folder: string): string {
  if (existsSync('/usr/bin/redis-server') || !existsSync('/usr/bin/redis-check-rdb')) return 'redis-server';
  const link = join(folder, 'redis-server');
  if (!existsSync(link)) symlinkSync('/usr/bin/redis-check-rdb', link);
  return link;
}
