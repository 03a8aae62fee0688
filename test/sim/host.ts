// One director's machine: a kernel and a disk that outlive the process, and the process.
import type { NodeName } from '../../src/core/types.ts';
import type { FromKeeper, KeeperBoot, KeeperConfig, SecretKey, ToKeeper } from '../../src/keeper/messages.ts';
import type { Observe, Packet } from './happening.ts';
import { createMainThread, type Disk, emptyDisk, markOf } from './mainThread.ts';
import { createProcess, type Process } from './process.ts';
import type { Random } from './random.ts';
import { coreConfigOf, type DirectorSetup, devices, linksOf, localAddress, type Setup } from './setup.ts';
import type { Timeline } from './timeline.ts';
import { createVirtualKernel, type VirtualKernel } from './virtualKernel.ts';

export interface Host {
  readonly name: NodeName;
  readonly kernel: VirtualKernel;
  readonly disk: Disk;
  /** The configuration that its keeper was last told and said to be in force; without a process the one it ended with. */
  readonly inForce: Setup;
  readonly up: boolean;
  readonly running: boolean;
  start(): void;
  /** SIGKILL: the kernel keeps what it has. */
  kill(): void;
  crash(): void;
  boot(): void;
  pause(forMs: number): void;
  resume(): void;
  loseDisk(): void;
  deliver(packet: Packet): void;
  command(message: ToKeeper): void;
  /** Its configuration file is another one now, and is put in force when there is a process. */
  reload(file: Setup, requestId: number): void;
  /** The main thread learns of a rules document from the shared state. */
  learnRules(revision: number): void;
}

export interface HostParts {
  readonly setup: Setup;
  readonly director: DirectorSetup;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly observe: Observe;
  readonly key: SecretKey;
  readonly transmit: (from: NodeName, to: NodeName, link: number, datagram: Uint8Array, after: number) => void;
}

/** The rules of the disk reach the keeper this long after its start. */
const rulesReadTime = 5;

export function createHost(parts: HostParts): Host {
  const { setup, director, random, timeline, observe } = parts;
  const { name } = director;
  const disk: Disk = { ...emptyDisk(), rulesRevision: director.knowsRules ? 1 : 0 };
  const kernel = createVirtualKernel({
    node: name,
    own: ownAddresses(setup, name),
    random: random.fork(),
    timeline,
    observe,
    notify: (change) => process?.notify(change),
    elapse: (ms) => process?.elapse(ms),
  });
  let process: Process | undefined;
  let up = true;
  let file = setup;
  let inForce = setup;
  const underWay = new Map<number, Setup>();

  const start = (): void => {
    if (!up || process !== undefined) return;
    disk.incarnation += 1;
    inForce = file;
    underWay.clear();
    observe({ type: 'processStarted', node: name, incarnation: disk.incarnation, maintenance: disk.maintenance });
    const isAlive = (): boolean => process === started;
    const main = createMainThread({ node: name, setup, timeline, observe, disk, kernel, isAlive, command, exited: () => end('exit') });
    const report = (message: FromKeeper): void => {
      if (message.type === 'answer') inForce = underWay.get(message.requestId) ?? inForce;
      main.hear(message);
    };
    const transmit: Parameters<typeof createProcess>[0]['transmit'] = (...sent) => parts.transmit(name, ...sent);
    const boot = bootOf(file, name, disk, parts.key);
    const started = createProcess({ setup, director, random, timeline, observe, boot, kernel: kernel.port, report, transmit });
    process = started;
    compileRules = main.compileRules;
    started.start();
    timeline.at(timeline.now + rulesReadTime, main.compileRules);
  };
  let compileRules = (): void => undefined;
  const command = (message: ToKeeper): void => {
    if (process === undefined) return;
    observe({ type: 'commanded', node: name, message });
    process.command(message);
  };
  const end = (how: 'exit' | 'crash'): void => {
    if (process === undefined) return;
    process.end();
    process = undefined;
    observe({ type: 'processEnded', node: name, how });
  };

  return {
    name,
    kernel,
    disk,
    get inForce() {
      return inForce;
    },
    get up() {
      return up;
    },
    get running() {
      return process !== undefined;
    },
    start,
    command,
    kill: () => end('crash'),
    crash() {
      end('crash');
      if (!up) return;
      observe({ type: 'hostCrashed', node: name });
      kernel.powerCycle();
      up = false;
    },
    boot() {
      if (up) return;
      up = true;
      observe({ type: 'hostBooted', node: name });
      start();
    },
    pause(forMs) {
      if (process === undefined) return;
      observe({ type: 'paused', node: name, forMs });
      process.pause(forMs);
    },
    resume() {
      if (process === undefined) return;
      observe({ type: 'resumed', node: name });
      process.resume();
    },
    loseDisk() {
      Object.assign(disk, emptyDisk());
      observe({ type: 'diskLost', node: name });
    },
    deliver(packet) {
      const why = process === undefined ? 'nobody there' : kernel.isUp(devices[packet.link] ?? '') ? 'socket full' : 'link down';
      if (why !== 'socket full' || process?.deliver(packet) !== true) observe({ type: 'lost', packet, why });
    },
    reload(next, requestId) {
      file = next;
      underWay.set(requestId, next);
      command({ type: 'config', requestId, config: configOf(next, name, disk, parts.key) });
    },
    learnRules(revision) {
      if (revision <= disk.rulesRevision) return;
      disk.rulesRevision = revision;
      compileRules();
    },
  };
}

function ownAddresses(setup: Setup, name: NodeName) {
  const index = setup.directors.findIndex((director) => director.name === name);
  return devices.map((dev, link) => ({ family: 4 as const, address: localAddress(link, index), prefix: 24, dev }));
}

const configOf = (setup: Setup, name: NodeName, disk: Disk, key: SecretKey): KeeperConfig => ({
  core: coreConfigOf(setup, name, disk.incarnation),
  keys: [key],
  links: linksOf(setup, name),
  leaseSeconds: setup.leaseSeconds,
});

function bootOf(setup: Setup, name: NodeName, disk: Disk, key: SecretKey): KeeperBoot {
  return {
    ...configOf(setup, name, disk, key),
    cluster: 'web',
    port: 1112,
    marks: [...disk.marks.values()],
    maintenance: disk.maintenance,
    rules: markOf(disk.rulesRevision, false),
  };
}
