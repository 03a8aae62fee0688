// What goes wrong in a simulation: which kinds, how often and when is drawn from the seed. Each fault mends itself after a
// while; a later one of the same kind may come before that.
import type { NodeName } from '../../src/core/types.ts';
import { changedSetup } from './changes.ts';
import type { Observe } from './happening.ts';
import type { Host } from './host.ts';
import type { Random } from './random.ts';
import { devices, type Setup } from './setup.ts';
import { noTroubles } from './virtualKernel.ts';
import type { World } from './world.ts';

export const faultKinds = [
  'oneWayCut',
  'twoWayCut',
  'isolation',
  'hostCrash',
  'processCrash',
  'lostDisk',
  'pause',
  'linkFlap',
  'deviceReplaced',
  'kernelTrouble',
  'stranger',
  'rules',
  'reload',
  'status',
  'failover',
  'maintenance',
  'shutdown',
  'restartInPlace',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultPlan {
  readonly kinds: readonly FaultKind[];
  /** Milliseconds between two faults, on average. */
  readonly every: number;
  /** How long faults go on before everything is mended. */
  readonly duration: number;
}

export function drawFaultPlan(random: Random, setup: Setup): FaultPlan {
  const kinds = faultKinds.filter(() => random.chance(0.4));
  const duration = Math.max(6_000, Math.min(60_000, setup.interval * 120)) * random.between(0.5, 1.5);
  return { kinds, every: random.pick([300, 1_000, 3_000]) * Math.max(1, setup.interval / 100), duration };
}

interface Scene {
  readonly world: World;
  readonly random: Random;
  readonly say: (text: string) => void;
  /** A length of time that matters: below, around and above the time in which a takeover happens. */
  readonly while: () => number;
  readonly later: (after: number, happen: () => void) => void;
}

export function scheduleFaults(world: World, plan: FaultPlan, random: Random, observe: Observe): void {
  const { timeline, setup } = world;
  const over = (): boolean => timeline.now >= plan.duration;
  const scene: Scene = {
    world,
    random,
    say: (text) => observe({ type: 'fault', text }),
    while: () => setup.interval * random.pick([random.between(0, 1), random.between(2, 5), random.between(5, 30)]),
    later: (after, happen) => timeline.at(timeline.now + after, () => (over() ? undefined : happen())),
  };
  const kinds = plan.kinds;
  const next = (): void => {
    const kind = kinds[random.below(kinds.length)];
    if (kind === undefined) return;
    scene.later(random.exponential(plan.every), () => {
      cause(kind, scene);
      next();
    });
  };
  next();
}

/** Everything whole again, and everybody there. Maintenance stays as the operator left it. */
export function mendEverything(world: World): void {
  world.network.mendAll();
  world.network.quality = {
    ...world.network.quality,
    loss: 0,
    duplicate: 0,
    replay: 0,
    corrupt: 0,
    delayMax: world.network.quality.delayMin + 1,
  };
  for (const host of world.hosts) {
    host.kernel.troubles = noTroubles;
    for (const dev of devices) host.kernel.setLink(dev, true);
    host.boot();
    host.start();
    host.resume();
    host.learnRules(world.rulesRevision);
    world.reload(host.name);
  }
}

function cause(kind: FaultKind, scene: Scene): void {
  const { world, random, say } = scene;
  const host = anyHost(scene);
  switch (kind) {
    case 'oneWayCut':
      return cut(scene, host.name, otherThan(scene, host.name), false);
    case 'twoWayCut':
      return cut(scene, host.name, otherThan(scene, host.name), true);
    case 'isolation':
      return isolate(scene, host);
    case 'hostCrash':
      return crash(scene, host);
    case 'processCrash':
      return kill(scene, host, false);
    case 'lostDisk':
      return kill(scene, host, true);
    case 'pause':
      return host.pause(scene.while());
    case 'linkFlap':
      return flap(scene, host);
    case 'deviceReplaced':
      return host.up ? host.kernel.replaceDevice(anyDevice(scene)) : undefined;
    case 'kernelTrouble':
      return troubleKernel(scene, host);
    case 'stranger':
      return meddle(scene, host);
    case 'rules':
      say('new rules');
      return world.applyRules();
    case 'reload':
      return reload(scene, host);
    case 'status':
      world.status(host.name);
      return;
    case 'failover': {
      const group = world.setup.groups[random.below(world.setup.groups.length)];
      if (group === undefined) return;
      const to = random.chance(0.5) ? otherThan(scene, host.name) : undefined;
      world.failover(host.name, group.vrid, to);
      return;
    }
    case 'maintenance':
      return maintain(scene, host);
    case 'shutdown':
      world.shutdown(host.name, 'handover');
      return scene.later(scene.while() + 500, () => host.start());
    case 'restartInPlace':
      world.shutdown(host.name, 'inPlace');
      return scene.later(random.between(50, 900), () => host.start());
  }
}

function anyHost({ world, random }: Scene): Host {
  const host = world.hosts[random.below(world.hosts.length)];
  if (host === undefined) throw new Error('a cluster without directors');
  return host;
}

function otherThan(scene: Scene, name: NodeName): NodeName {
  const others = scene.world.hosts.filter((host) => host.name !== name);
  return others[scene.random.below(others.length)]?.name ?? name;
}

const anyDevice = ({ random }: Scene): string => devices[random.below(devices.length)] ?? 'eth0';

function cut(scene: Scene, a: NodeName, b: NodeName, bothWays: boolean): void {
  const { network, setup } = scene.world;
  const link = scene.random.chance(0.5) ? 'all' : scene.random.below(setup.links);
  scene.say(`cut ${a} ${bothWays ? '<' : '-'}> ${b} on link ${link}`);
  network.cut(a, b, link);
  if (bothWays) network.cut(b, a, link);
  scene.later(scene.while(), () => {
    scene.say(`mend ${a} <> ${b}`);
    network.mend(a, b, link);
    if (bothWays) network.mend(b, a, link);
  });
}

function isolate(scene: Scene, host: Host): void {
  const { world } = scene;
  scene.say(`isolate ${host.name}`);
  world.isolate(host.name);
  scene.later(scene.while(), () => {
    scene.say('mend all wires');
    world.network.mendAll();
  });
}

function crash(scene: Scene, host: Host): void {
  host.crash();
  if (scene.random.chance(0.1)) host.loseDisk();
  scene.later(scene.while() + 1_000, () => host.boot());
}

function kill(scene: Scene, host: Host, disk: boolean): void {
  host.kill();
  if (disk) host.loseDisk();
  scene.later(scene.random.chance(0.5) ? scene.random.between(50, 900) : scene.while(), () => host.start());
}

function flap(scene: Scene, host: Host): void {
  const dev = anyDevice(scene);
  host.kernel.setLink(dev, false);
  scene.later(scene.while(), () => host.kernel.setLink(dev, true));
}

function troubleKernel(scene: Scene, host: Host): void {
  const refuse = scene.random.pick([0, 0.1, 0.5, 1]);
  const slow = scene.random.pick([0, 5, 50, 2 * scene.world.setup.interval]);
  scene.say(`kernel of ${host.name} refuses ${refuse} of all writes, takes up to ${slow} ms`);
  host.kernel.troubles = { refuse, slow };
  scene.later(scene.while() + 500, () => {
    scene.say(`kernel of ${host.name} is well again`);
    host.kernel.troubles = noTroubles;
  });
}

/** Somebody with `ip addr` who does not know of vspair. */
function meddle(scene: Scene, host: Host): void {
  const foreign = { family: 4 as const, address: `198.51.100.${scene.random.below(5) + 1}`, prefix: 24, dev: anyDevice(scene) };
  const held = host.kernel.addresses;
  const victim = held[scene.random.below(held.length)];
  if (scene.random.chance(0.5) || victim === undefined) return host.kernel.add(foreign, 'stranger');
  host.kernel.remove(victim, 'stranger');
}

/** The newest configuration, or a newer one that the others get some time later, or never before all is mended. */
function reload(scene: Scene, host: Host): void {
  const { world, random, say } = scene;
  if (random.chance(0.5)) world.edit((newest) => changedSetup(random, newest));
  say(`reload ${host.name}: version ${world.versions.length}`);
  world.reload(host.name);
}

function maintain(scene: Scene, host: Host): void {
  scene.world.maintenance(host.name, scene.random.chance(0.5));
}
