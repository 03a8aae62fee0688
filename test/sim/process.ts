// A running director process: the real keeper, the sockets before it, and the loop that drains them and wakes it; late at
// times, held up by slow kernel calls, or stopped by a signal while its sockets fill up.
import { type Millis, millis, type NodeName } from '../../src/core/types.ts';
import { createKeeper } from '../../src/keeper/keeper.ts';
import type { FromKeeper, KeeperBoot, ToKeeper } from '../../src/keeper/messages.ts';
import type { KernelChange, KernelPort } from '../../src/keeper/ports.ts';
import type { Observe, Packet } from './happening.ts';
import type { Random } from './random.ts';
import { type DirectorSetup, localAddress, type Setup } from './setup.ts';
import type { Timeline } from './timeline.ts';

export interface Process {
  start(): void;
  end(): void;
  /** False when the socket has no room. */
  deliver(packet: Packet): boolean;
  notify(change: KernelChange): void;
  command(message: ToKeeper): void;
  /** A kernel call takes this long. */
  elapse(ms: number): void;
  pause(forMs: number): void;
  resume(): void;
}

export interface ProcessParts {
  readonly setup: Setup;
  readonly director: DirectorSetup;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly observe: Observe;
  readonly boot: KeeperBoot;
  readonly kernel: KernelPort;
  readonly report: (message: FromKeeper) => void;
  /** A datagram leaves `after` milliseconds from now, once the kernel calls before it are done. */
  readonly transmit: (to: NodeName, link: number, datagram: Uint8Array, after: number) => void;
}

/** A keeper that asks for the past or for the present is called again this soon, not in the same moment for ever. */
const shortestNap = 0.02;

export function createProcess(parts: ProcessParts): Process {
  const { setup, director, random, timeline, observe } = parts;
  const { name, clockRate, clockOffset } = director;
  const packets: Packet[] = [];
  const changes: KernelChange[] = [];
  const commands: ToKeeper[] = [];
  let wakeAt = Number.POSITIVE_INFINITY;
  let busyUntil = timeline.now;
  let pausedUntil = 0;
  /** Time spent in kernel calls since this wake-up began. */
  let elapsed = 0;
  let awake = false;
  let ended = false;

  const toLocal = (moment: number): Millis => millis(clockOffset + moment * clockRate);
  const toGlobal = (local: number): number => (local - clockOffset) / clockRate;
  const keeper = createKeeper(parts.boot, {
    clock: { now: () => toLocal(timeline.now + elapsed) },
    kernel: parts.kernel,
    adverts: { relink: () => undefined, send: (to, link, datagram) => parts.transmit(to, link, datagram, elapsed) },
    report: parts.report,
  });

  const late = (): number => {
    const { usual, rare, rareChance } = setup.lateness;
    return random.between(0, usual) + (random.chance(rareChance) ? random.between(0, rare) : 0);
  };
  const schedule = (moment: number): void => {
    if (moment >= wakeAt) return;
    wakeAt = moment;
    timeline.at(moment, () => {
      if (!ended && wakeAt === moment) run();
    });
  };
  const run = (): void => {
    wakeAt = Number.POSITIVE_INFINITY;
    const free = Math.max(busyUntil, pausedUntil);
    if (timeline.now < free) schedule(free);
    else during(commands.length > 0 ? takeCommands : drainAndWake);
  };
  const during = (work: () => void): void => {
    awake = true;
    work();
    awake = false;
    busyUntil = timeline.now + elapsed;
    elapsed = 0;
    if (!ended) schedule(Math.max(toGlobal(keeper.nextWake()) + late(), busyUntil, timeline.now + shortestNap));
  };
  /** A turn of its own: the sockets are looked at again after it. */
  const takeCommands = (): void => {
    for (const message of commands.splice(0)) keeper.command(message);
  };
  const drainAndWake = (): void => {
    for (const packet of packets.splice(0)) {
      observe({ type: 'received', packet });
      keeper.receive(packet.link, packet.datagram, remoteOf(setup, packet));
    }
    for (const change of changes.splice(0)) keeper.kernelChanged(change);
    keeper.wake();
    observe({ type: 'woke', node: name });
  };

  return {
    start() {
      during(() => keeper.start());
    },
    end() {
      ended = true;
    },
    deliver(packet) {
      if (packets.length >= setup.socketSlots) return false;
      packets.push(packet);
      schedule(timeline.now + late());
      return true;
    },
    notify(change) {
      if (changes.length >= setup.socketSlots) changes.splice(0, changes.length, { type: 'overrun' });
      else changes.push(change);
      schedule(timeline.now + late());
    },
    command(message) {
      commands.push(message);
      schedule(timeline.now + late());
    },
    elapse(ms) {
      if (awake) elapsed += ms;
    },
    pause(forMs) {
      pausedUntil = Math.max(pausedUntil, timeline.now + forMs);
    },
    resume() {
      pausedUntil = timeline.now;
      schedule(timeline.now);
    },
  };
}

function remoteOf(setup: Setup, packet: Packet): string {
  return localAddress(
    packet.link,
    setup.directors.findIndex((director) => director.name === packet.from),
  );
}
