// A director's machine: systemd with the unit of the package, beside a second director without one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusReport } from '../../src/control/status.ts';
import { messageOf } from '../../src/errors/message.ts';
import { eventually, type Patience } from '../eventually.ts';
import type { Cluster } from '../lab/cluster.ts';
import { type Director, startDirector } from '../lab/director.ts';
import { bootSystemd, insideOf, type SystemdHost } from '../lab/systemd.ts';
import { configText } from '../lab/texts.ts';

const repository = join(import.meta.dirname, '../..');
export const unit = 'vspair.service';
/** A start takes its time on a busy machine, and each look at it starts a process. */
export const patiently: Patience = { timeoutMs: 30_000, everyMs: 100 };

export interface Machine extends SystemdHost {
  readonly config: string;
  readonly peer: Director;
  /** `systemctl` with these words; throws what it complained about, and what the daemon did. */
  systemctl(...words: readonly string[]): Promise<string>;
  /** The daemon's own account of itself. */
  status(): Promise<StatusReport>;
  untilPhase(phase: string): Promise<void>;
  mainPid(): Promise<number>;
  addresses(): Promise<string>;
}

/** Without the flag that an installed program is started with: so it starts itself again (src/daemon/garbageCollection.ts). */
const command = `#!/bin/sh\nexec ${insideOf(process.execPath)} ${insideOf(join(repository, 'dist/vspair.js'))} "$@"\n`;

export async function startMachine(cluster: Cluster): Promise<Machine> {
  const config = configText(cluster, { sections: ['ipvs: { sysctls: { ip_forward: 1 } }'] });
  const peer = startDirector(cluster.vsbak, config);
  const host = await bootSystemd(cluster.vs1, [
    { path: '/usr/bin/vspair', text: command, mode: 0o755 },
    { path: '/etc/systemd/system/vspair.service', text: readFileSync(join(repository, 'systemd/vspair.service'), 'utf8') },
    { path: '/etc/vspair/vspair.yaml', text: config },
    { path: '/etc/vspair/secret', text: readFileSync(join(peer.folder, 'secret'), 'utf8'), mode: 0o600 },
  ]);
  const status = async (): Promise<StatusReport> =>
    JSON.parse(await host.exec(['sh', '-c', 'vspair status --json || true'])) as StatusReport;
  return {
    ...host,
    config,
    peer,
    status,
    systemctl: (...words) => host.exec(['systemctl', ...words]).catch((error: unknown) => complain(host, error)),
    untilPhase: (phase) =>
      eventually(async () => (await status()).self.keeper.groups.map((group) => group.phase), patiently).toEqual([phase]),
    mainPid: async () => Number(await host.property(unit, 'MainPID')),
    addresses: () => host.exec(['ip', '-br', 'address', 'show', 'dev', 'eth0']),
  };
}

async function complain(host: SystemdHost, error: unknown): Promise<never> {
  throw new Error(`${messageOf(error)}\n${await host.journal(unit)}`, { cause: error });
}
