// What a daemon's memory is without rules and with many.
import { setTimeout as sleep } from 'node:timers/promises';
import { createCluster } from '../../lab/cluster.ts';
import { type Director, startDirector } from '../../lab/director.ts';
import { configText } from '../../lab/texts.ts';
import { memoryOf } from '../footprint.ts';

export interface Memory {
  readonly rssMiB: number;
  readonly pssMiB: number;
}

export interface DaemonMemory {
  readonly without: Memory;
  readonly withRules: Memory;
}

const startMs = 120_000;
/** What a load left is collected by then. */
const settleMs = 15_000;

export async function daemonMemory(services: number): Promise<DaemonMemory> {
  const cluster = await createCluster();
  try {
    const director = startDirector(cluster.vs1, configText(cluster, { sections: ['state: { backend: none }'] }));
    await director.untilPhase('active', startMs);
    const without = await settled(director);
    await director.applyRules(rulesFile(services));
    await director.until(({ self }) => self.daemon.rules.services === services && self.keeper.rules.ready, startMs);
    return { without, withRules: await settled(director) };
  } finally {
    await cluster.close();
  }
}

async function settled({ process }: Director): Promise<Memory> {
  await sleep(settleMs);
  return { rssMiB: memoryOf(process, 'Rss'), pssMiB: memoryOf(process, 'Pss') };
}

const rulesFile = (services: number): string => {
  const items = Array.from({ length: services }, (_, number) => {
    const address = `10.1.${number >> 8}.${number & 255}:80`;
    return `  - { address: '${address}', protocol: tcp, scheduler: rr, forward: dr, servers: [{ address: '10.0.0.11:80' }, { address: '10.0.0.12:80' }] }\n`;
  });
  return `services:\n${items.join('')}`;
};
