// One director's machine: a kernel and a disk that outlive the process, a clock of its own, and the process: the real
// keeper, its sockets, and as much of the main thread as the keeper depends on.
import { type Millis, millis, type NodeName, type RulesMark } from '../../src/core/types.ts';
import { createKeeper, type Keeper } from '../../src/keeper/keeper.ts';
import type { FromKeeper, KeeperBoot, PeerMark, SecretKey, ToKeeper } from '../../src/keeper/messages.ts';
import type { CompiledRules, KernelChange } from '../../src/keeper/ports.ts';
import { type AdvertReader, decodeAdvert } from '../../src/wire/advert.ts';
import type { Observe, Packet } from './happening.ts';
import type { Random } from './random.ts';
import { coreConfigOf, type DirectorSetup, devices, linksOf, localAddress, type Setup } from './setup.ts';
import type { Timeline } from './timeline.ts';
import { createVirtualKernel, type VirtualKernel } from './virtualKernel.ts';

export interface Host {
  readonly name: NodeName;
  readonly kernel: VirtualKernel;
  readonly disk: Disk;
  readonly up: boolean;
  readonly running: boolean;
  /** Running, and neither stopped by a signal nor inside a kernel call. */
  readonly responsive: boolean;
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
  /** The main thread learns of a rules document from the shared state. */
  learnRules(revision: number): void;
}

/** What survives a restart, unless the state directory is lost. */
export interface Disk {
  incarnation: number;
  maintenance: boolean;
  rulesRevision: number;
  marks: Map<NodeName, PeerMark>;
}

export interface HostParts {
  readonly setup: Setup;
  readonly director: DirectorSetup;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly observe: Observe;
  readonly key: SecretKey;
  readonly reader: AdvertReader;
  readonly transmit: (packet: Packet, after: number) => void;
}

interface Process {
  readonly keeper: Keeper;
  readonly packets: Packet[];
  readonly changes: KernelChange[];
  readonly commands: ToKeeper[];
  wakeAt: number;
  busyUntil: number;
  pausedUntil: number;
  /** Time spent in kernel calls since this wake-up began. */
  elapsed: number;
  awake: boolean;
  ended: boolean;
}

export const markOf = (revision: number, ready: boolean): RulesMark => ({
  revision,
  digest: revision.toString(16).padStart(16, '0'),
  ready,
});

/** A keeper that asks for the past or for the present is called again this soon, not in the same moment for ever. */
const shortestNap = 0.02;
const rulesCompileTime = 5;
const rulesRetry = 500;

export function createHost(parts: HostParts): Host {
  const { setup, director, random, timeline, observe } = parts;
  const { name, clockRate, clockOffset } = director;
  const index = setup.directors.indexOf(director);
  const own = devices.map((dev, link) => ({ family: 4 as const, address: localAddress(link, index), prefix: 24, dev }));
  const disk: Disk = { incarnation: 0, maintenance: false, rulesRevision: director.knowsRules ? 1 : 0, marks: new Map() };
  let process: Process | undefined;
  let up = true;

  const toLocal = (moment: number): Millis => millis(clockOffset + moment * clockRate);
  const toGlobal = (local: number): number => (local - clockOffset) / clockRate;
  const kernel = createVirtualKernel({
    node: name,
    own,
    random: random.fork(),
    timeline,
    observe,
    notify: (change) => notify(change),
    elapse: (ms) => {
      if (process?.awake === true) process.elapsed += ms;
    },
  });

  // -------------------------------------------------------------------------------------------------- the runtime

  const schedule = (of: Process, moment: number): void => {
    if (moment >= of.wakeAt) return;
    of.wakeAt = moment;
    timeline.at(moment, () => {
      if (of === process && of.wakeAt === moment) run(of);
    });
  };
  const late = (): number => {
    const { usual, rare, rareChance } = setup.lateness;
    return random.between(0, usual) + (random.chance(rareChance) ? random.between(0, rare) : 0);
  };
  const run = (of: Process): void => {
    of.wakeAt = Number.POSITIVE_INFINITY;
    const free = Math.max(of.busyUntil, of.pausedUntil);
    if (timeline.now < free) return Number.isFinite(free) ? schedule(of, free) : undefined;
    of.awake = true;
    wake(of);
    of.awake = false;
    of.busyUntil = timeline.now + of.elapsed;
    of.elapsed = 0;
    const next = toGlobal(of.keeper.nextWake());
    if (Number.isFinite(next) && !of.ended) schedule(of, Math.max(next + late(), of.busyUntil, timeline.now + shortestNap));
  };
  const wake = (of: Process): void => {
    for (const packet of of.packets.splice(0)) {
      observe({ type: 'received', packet });
      of.keeper.receive(
        packet.link,
        packet.datagram,
        localAddress(
          packet.link,
          setup.directors.findIndex((one) => one.name === packet.from),
        ),
      );
    }
    for (const change of of.changes.splice(0)) of.keeper.kernelChanged(change);
    for (const message of of.commands.splice(0)) of.keeper.command(message);
    of.keeper.wake();
    observe({ type: 'woke', node: name, localNow: toLocal(timeline.now) });
  };
  const notify = (change: KernelChange): void => {
    if (process === undefined) return;
    if (process.changes.length >= setup.socketSlots) process.changes.splice(0, process.changes.length, { type: 'overrun' });
    else process.changes.push(change);
    schedule(process, timeline.now + late());
  };
  const end = (how: 'exit' | 'crash'): void => {
    if (process === undefined) return;
    process.ended = true;
    process = undefined;
    observe({ type: 'processEnded', node: name, how });
  };

  // ------------------------------------------------------------------------------------------- the keeper's world

  const start = (): void => {
    if (!up || process !== undefined) return;
    disk.incarnation += 1;
    observe({ type: 'processStarted', node: name, incarnation: disk.incarnation, maintenance: disk.maintenance });
    const started: Process = {
      keeper: createKeeper(bootOf(), {
        clock: { now: () => toLocal(timeline.now + (process?.elapsed ?? 0)) },
        kernel: kernel.port,
        adverts,
        report,
      }),
      packets: [],
      changes: [],
      commands: [],
      wakeAt: Number.POSITIVE_INFINITY,
      busyUntil: timeline.now,
      pausedUntil: 0,
      elapsed: 0,
      awake: true,
      ended: false,
    };
    process = started;
    started.keeper.start();
    started.awake = false;
    schedule(started, timeline.now + shortestNap);
    if (disk.rulesRevision > 0) timeline.at(timeline.now + rulesCompileTime, () => started === process && compileRules(started));
  };
  const bootOf = (): KeeperBoot => ({
    core: coreConfigOf(setup, name, disk.incarnation),
    cluster: 'web',
    keys: [parts.key],
    port: 1112,
    links: linksOf(setup, name),
    marks: [...disk.marks.values()],
    maintenance: disk.maintenance,
    leaseSeconds: setup.leaseSeconds,
    rules: markOf(disk.rulesRevision, false),
  });
  let lastSaid: Packet['advert'];
  const adverts = {
    send: (to: NodeName, link: number, datagram: Uint8Array) => {
      const advert = said(datagram);
      const packet = { from: name, to, link, datagram, advert, sentAt: timeline.now };
      observe({ type: 'sent', packet });
      if (!kernel.isUp(devices[link] ?? '')) return observe({ type: 'lost', packet, why: 'own link down' });
      parts.transmit(packet, process?.elapsed ?? 0);
    },
  };
  /** The copies of one round are read once. */
  const said = (datagram: Uint8Array): Packet['advert'] => {
    const sequence = Number(new DataView(datagram.buffer, datagram.byteOffset).getBigUint64(32));
    if (lastSaid?.sequence === sequence && lastSaid.incarnation === disk.incarnation) return lastSaid;
    const result = decodeAdvert(datagram, parts.reader);
    lastSaid = result.ok ? result.value.advert : undefined;
    return lastSaid;
  };

  // ----------------------------------------------------------------------------------------------- the main thread

  const report = (message: FromKeeper): void => {
    switch (message.type) {
      case 'fact':
        return observe({ type: 'fact', node: name, fact: message.fact });
      case 'answer':
        return observe({ type: 'answered', node: name, requestId: message.requestId, outcome: message.outcome });
      case 'peerMark':
        disk.marks.set(message.mark.node, message.mark);
        return;
      case 'incarnationRaised':
        disk.incarnation = message.incarnation;
        return observe({ type: 'reported', node: name, message });
      case 'maintenanceChanged':
        disk.maintenance = message.on;
        return;
      case 'exited':
        return end('exit');
      case 'ready':
      case 'takeover':
      case 'kernelFailures':
      case 'vipRestored':
      case 'snapshot':
      case 'dropped':
        return observe({ type: 'reported', node: name, message });
    }
  };
  const compileRules = (of: Process): void => {
    const revision = disk.rulesRevision;
    const different = kernel.rulesRevision !== revision;
    if (setup.standby === 'warm' && different && kernel.writeRules(batchOf(revision, true)).length > 0) {
      timeline.at(timeline.now + rulesRetry, () => of === process && compileRules(of));
      return;
    }
    command({ type: 'rules', mark: markOf(revision, true), batch: batchOf(revision, setup.standby === 'cold' && different) });
  };
  const command = (message: ToKeeper): void => {
    if (process === undefined) return;
    observe({ type: 'commanded', node: name, message });
    process.commands.push(message);
    schedule(process, timeline.now + late());
  };

  return {
    name,
    kernel,
    disk,
    get up() {
      return up;
    },
    get running() {
      return process !== undefined;
    },
    get responsive() {
      return process !== undefined && timeline.now >= Math.max(process.busyUntil, process.pausedUntil);
    },
    start,
    kill: () => end('crash'),
    crash() {
      end('crash');
      if (up) observe({ type: 'hostCrashed', node: name });
      if (up) kernel.powerCycle();
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
      const paused = process;
      observe({ type: 'paused', node: name, forMs });
      paused.pausedUntil = Math.max(paused.pausedUntil, timeline.now + forMs);
      schedule(paused, paused.pausedUntil);
    },
    resume() {
      if (process === undefined) return;
      process.pausedUntil = timeline.now;
      observe({ type: 'resumed', node: name });
      schedule(process, timeline.now);
    },
    loseDisk() {
      Object.assign(disk, { incarnation: 0, maintenance: false, rulesRevision: 0, marks: new Map() });
      observe({ type: 'diskLost', node: name });
    },
    deliver(packet) {
      if (!up || process === undefined) return observe({ type: 'lost', packet, why: 'nobody there' });
      if (!kernel.isUp(devices[packet.link] ?? '')) return observe({ type: 'lost', packet, why: 'link down' });
      if (process.packets.length >= setup.socketSlots) return observe({ type: 'lost', packet, why: 'socket full' });
      process.packets.push(packet);
      schedule(process, timeline.now + late());
    },
    command,
    learnRules(revision) {
      if (revision <= disk.rulesRevision) return;
      disk.rulesRevision = revision;
      if (process !== undefined) compileRules(process);
    },
  };
}

function batchOf(revision: number, full: boolean): CompiledRules {
  const labels = full ? [`rules of revision ${revision}`] : [];
  return { revision, digest: markOf(revision, true).digest, messages: new Uint8Array(labels.length), labels };
}
