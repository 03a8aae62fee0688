// The two that are compared, each as a pair on the lab's directors with vs1 active, and the ways in which vs1 is struck.
import type { Cluster } from '../lab/cluster.ts';
import { startDirector } from '../lab/director.ts';
import { Keepalived } from '../lab/keepalived.ts';
import type { LabProcess } from '../lab/labProcess.ts';
import { configText } from '../lab/texts.ts';

export interface Pair {
  readonly active: LabProcess;
  readonly backup: LabProcess;
}

export interface Contender {
  readonly name: 'vspair' | 'keepalived';
  /** Resolves when vs1 is active and vsbak backup. */
  start(cluster: Cluster, intervalMs: number): Promise<Pair>;
}

/** A start is not measured; on a busy machine it takes its time. */
const startMs = 60_000;

const vspair: Contender = {
  name: 'vspair',
  async start(cluster, intervalMs) {
    const config = configText(cluster, { interval: `${intervalMs}ms` });
    const active = startDirector(cluster.vs1, config);
    await active.untilPhase('active', startMs);
    const backup = startDirector(cluster.vsbak, config);
    await backup.until(({ self }) => self.keeper.peers.every(({ heard }) => heard), startMs);
    return { active: active.process, backup: backup.process };
  },
};

const keepalived: Contender = {
  name: 'keepalived',
  async start(cluster, intervalMs) {
    const wishes = { intervalSeconds: intervalMs / 1000 };
    const active = new Keepalived(cluster.vs1, [cluster.vsbak], 150, wishes);
    await active.untilMaster(startMs);
    const backup = new Keepalived(cluster.vsbak, [cluster.vs1], 100, wishes);
    await backup.untilBackup(startMs);
    return { active: active.process, backup: backup.process };
  },
};

export const contenders: readonly Contender[] = [vspair, keepalived];

export interface Strike {
  readonly name: string;
  /** The process is gone, but its kernel lives and may go on holding the virtual IPs. */
  readonly orphans: boolean;
  strike(cluster: Cluster, pair: Pair): void;
}

export const strikes: readonly Strike[] = [
  { name: 'host death', orphans: false, strike: (cluster) => cluster.vs1.crash() },
  { name: 'SIGTERM', orphans: false, strike: (_, { active }) => active.signal('SIGTERM') },
  { name: 'SIGKILL', orphans: true, strike: (_, { active }) => active.signal('SIGKILL') },
];
