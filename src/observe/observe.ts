// Looks at everything that the doctor judges, and changes nothing. Puts the observers together; what takes time goes on
// at the same time.

import type { DirectorConfig } from '../config/config.ts';
import { configDigest } from '../config/digest.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { ControlClient } from '../control/client.ts';
import type { Complaint, ConfigSeen, DirectorSeen, MachineSeen, PeerSeen, Site } from '../doctor/seen.ts';
import { unknown } from '../doctor/seen.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { seeCapabilities } from './capabilities.ts';
import { askDaemon, type DaemonAnswers } from './daemon.ts';
import { seeDevices, seeNeighbours } from './devices.ts';
import { seeFirewall } from './firewall.ts';
import { seeKernel } from './kernel.ts';
import { seePaths } from './paths.ts';
import { askPeers } from './peers.ts';
import { seePorts } from './ports.ts';
import { seeRedis } from './redis.ts';
import { seeRulesOnDisk } from './rules.ts';
import { lookIntoTable, seeVips } from './vips.ts';
import { listen } from './wire.ts';

export interface Examination {
  readonly config: ConfigSeen;
  readonly version: string;
  readonly socket: string;
  readonly connect: (socket: string) => Promise<ControlClient>;
  /** Undefined when the configuration cannot be read, or does not know this machine. */
  readonly director: ExaminedDirector | undefined;
}

export interface ExaminedDirector {
  readonly loaded: LoadedConfig;
  readonly self: DirectorConfig;
  readonly keys: readonly SecretKey[] | undefined;
  readonly secret: Complaint | undefined;
  readonly stateDir: string;
  readonly listenMs: number;
}

/** `director` is undefined when the examination has none. Told to `progress`: what takes its time now. */
export interface Observed {
  readonly machine: MachineSeen;
  readonly director: DirectorSeen | undefined;
}

export async function observe(examination: Examination, progress: (what: string) => void): Promise<Observed> {
  progress('asking the daemon');
  const ask = (): Promise<DaemonAnswers> => askDaemon(examination.connect, examination.socket);
  const answers = await ask();
  const machine: MachineSeen = {
    config: examination.config,
    kernel: seeKernel(),
    daemon: answers.daemon,
    capabilities: await seeCapabilities(answers.daemon),
    version: examination.version,
  };
  const { director } = examination;
  return { machine, director: director === undefined ? undefined : await observeDirector(director, machine, ask, progress) };
}

async function observeDirector(
  { loaded: { config }, self, keys, secret, stateDir, listenMs }: ExaminedDirector,
  machine: MachineSeen,
  ask: () => Promise<DaemonAnswers>,
  progress: (what: string) => void,
): Promise<DirectorSeen> {
  const others = config.directors.filter(({ name }) => name !== self.name);
  const site: Site = { config, digest: configDigest(config), self, others };
  const here = seeDevices();
  const ports = seePorts(site, machine.daemon);
  progress(`listening for ${listenMs} ms, and trying the ways to ${others.map(({ name }) => name).join(', ') || 'no other director'}`);
  const [heard, paths, firewall, redis, table] = await Promise.all([
    listen(site, keys, here, listenMs),
    seePaths(site, here),
    seeFirewall(machine.kernel),
    seeRedis(config.state, self.name),
    lookIntoTable(site, here, Math.max(listenMs, 1000)),
  ]);
  // After the listening: what the daemon says it heard is then of the same time.
  const answers = await ask();
  return {
    ...machine,
    daemon: answers.daemon,
    site,
    secret,
    rules: answers.rules ?? seeRulesOnDisk(stateDir, machine.version),
    ...here,
    ports,
    peers: await peersOf(site, answers, ports, keys),
    wire: heard.wire,
    paths,
    vips: seeVips(site, here, heard, table),
    // The echoes made the kernel learn who its neighbours are.
    neighbours: seeNeighbours(),
    firewall,
    redis,
  };
}

/** In the daemon's place only when it is certain that there is none. */
async function peersOf(
  site: Site,
  { daemon, peers }: DaemonAnswers,
  ports: DirectorSeen['ports'],
  keys: readonly SecretKey[] | undefined,
): Promise<readonly PeerSeen[]> {
  if (daemon.state === 'running') return peers;
  const nobodyRuns = daemon.state === 'absent' && ports.every(({ holder }) => holder === 'nobody');
  if (nobodyRuns && keys !== undefined) return askPeers(site, keys);
  const why = nobodyRuns ? 'there is no usable secret to ask it with' : 'the daemon of this director has to be asked, and does not answer';
  return site.others.map(({ name }) => ({ node: name, status: unknown(why), clock: undefined }));
}
