// Two directors that run vspair on the lab's cluster, with vs1 active and vsbak ready to take over.
import assert from 'node:assert/strict';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { type Director, startDirector } from '../lab/director.ts';
import { startEcho } from '../lab/echo.ts';
import type { Host } from '../lab/host.ts';
import { ipBatch } from '../lab/ip.ts';
import { type ClusterShape, virtualAddresses } from '../lab/plan.ts';
import { type ConfigWishes, configText, vip } from '../lab/texts.ts';
import { AddressWatch } from './addressWatch.ts';

export interface Pair {
  readonly cluster: Cluster;
  readonly vs1: Director;
  readonly vsbak: Director;
  readonly directors: readonly Director[];
  readonly watch: AddressWatch;
}

export interface PairWishes extends ConfigWishes {
  readonly shape?: Partial<ClusterShape>;
  /** Whether directors answer probes on all their addresses. */
  readonly echo?: boolean;
  /** Run when the cluster is there and nothing runs on it; what it returns is added to the configuration. */
  readonly before?: (cluster: Cluster) => Promise<readonly string[]>;
}

/** Long enough for a machine that is busy with other things too. */
const interval = '200ms';
const { outside, outside6, inside } = virtualAddresses;
/** What the tests' directors hold, as `addressesOf` shows it. */
export const virtual = [`eth0 ${outside}/24`, `eth0 ${outside6}/64`, `eth1 ${inside}/24`] as const;
const vips = [vip(outside, 'eth0'), vip(outside6, 'eth0'), vip(inside, 'eth1')];

/** A start is not what is tested; on a busy machine it takes its time. */
export const startMs = 60_000;

export async function startPair(wishes: PairWishes = {}): Promise<Pair> {
  const cluster = await createCluster(wishes.shape ?? {});
  try {
    const sections = (await wishes.before?.(cluster)) ?? [];
    if (wishes.echo !== false) await startEcho(cluster.directors);
    for (const host of cluster.directors) addForeignAddresses(host);
    const watch = await AddressWatch.start(cluster);
    const config = configText(cluster, { interval, vips, ...wishes, sections: [...(wishes.sections ?? []), ...sections] });
    return { cluster, watch, ...(await startDirectors(cluster, watch, config)) };
  } catch (cause) {
    await cluster.close();
    throw cause;
  }
}

async function startDirectors(cluster: Cluster, watch: AddressWatch, config: string): Promise<Pick<Pair, 'vs1' | 'vsbak' | 'directors'>> {
  const vs1 = startDirector(cluster.vs1, config);
  await watch.until(outside, ['vs1'], startMs);
  const vsbak = startDirector(cluster.vsbak, config);
  const others = cluster.directors.slice(2).map((host) => startDirector(host, config));
  const directors = [vs1, vsbak, ...others];
  for (const director of [vsbak, ...others]) await director.until(({ healthy }) => healthy, startMs);
  await vs1.until(({ self }) => self.keeper.peers.every(({ heard, hearsUs }) => heard && hearsUs), startMs);
  return { vs1, vsbak, directors };
}

/** Until each director can ask the others over the peer channel; it is there a moment after the adverts are. */
export async function untilReachable(directors: readonly Director[]): Promise<void> {
  for (const director of directors) await director.until(({ peers }) => peers.every(({ via }) => via === 'channel'), startMs);
}

/** What nobody put under vspair: in the virtual IPs' networks, and beside them. */
export function addForeignAddresses(host: Host): void {
  ipBatch(foreignAddresses(host), host.namespace);
}

const foreignAddresses = (host: Host): readonly string[] =>
  host.plan.legs.flatMap(({ dev, address, address6 }) => [
    `addr add ${address}0/24 dev ${dev}`,
    `addr add 198.51.100.${dev === 'eth0' ? 1 : 2}/32 dev ${dev}`,
    `addr add ${address6}:0:77/64 dev ${dev} nodad`,
  ]);

/** Throws unless the host has what it had before vspair was started. */
export async function assertForeignUntouched(host: Host): Promise<void> {
  const shown = await addressesOf(host);
  for (const command of [...host.plan.commands, ...foreignAddresses(host)]) {
    const [, address, dev] = /^addr add (\S+) dev (\S+)/.exec(command) ?? [];
    if (address === undefined || dev === undefined) continue;
    assert.ok(shown.includes(`${dev} ${address}`), `${host.name} has lost ${address} on ${dev}: ${shown.join(', ')}`);
  }
}

/** As `ip` shows them: 'eth0 10.0.0.1/24'. */
export async function addressesOf(host: Host): Promise<readonly string[]> {
  const shown = await host.exec(['ip', '-o', 'address', 'show']);
  return shown.split('\n').flatMap((line) => {
    const [, dev, address] = /^\d+: (\S+) +inet6? (\S+)/.exec(line) ?? [];
    return dev === undefined || address === undefined ? [] : [`${dev} ${address}`];
  });
}
