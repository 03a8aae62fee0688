// One seed from beginning to end: draw a cluster and its faults, break everything and allow no wrong state, then mend
// everything and insist on rest.
import { demandConvergence } from './convergence.ts';
import { drawFaultPlan, type FaultPlan, mendEverything, scheduleFaults } from './faults.ts';
import type { Observe } from './happening.ts';
import { createInvariants } from './invariants.ts';
import { createRandom, type Random } from './random.ts';
import { drawSetup, type Setup } from './setup.ts';
import { describe } from './trace.ts';
import { createWorld, type World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly setup: Setup;
  readonly plan: FaultPlan;
  readonly events: number;
  /** Virtual milliseconds. */
  readonly time: number;
  readonly failure: Error | undefined;
}

export function simulate(seed: number, print?: (line: string) => void): Outcome {
  const random = createRandom(seed);
  const setup = drawSetup(random.fork());
  const plan = drawFaultPlan(random.fork(), setup);
  const { world, observe, listen } = createStage(setup, random, print);
  scheduleFaults(world, plan, random.fork(), observe);
  let failure: Error | undefined;
  try {
    for (const host of world.hosts) world.timeline.at(random.between(0, 2_000), () => host.start());
    while (world.timeline.advance(plan.duration));
    observe({ type: 'fault', text: 'everything is mended' });
    mendEverything(world);
    demandConvergence(world, listen);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    failure = cause;
    print?.(`${time(world)} !!! ${cause.message}`);
  }
  return { seed, setup, plan, events: world.timeline.count, time: world.timeline.now, failure };
}

export interface Stage {
  readonly world: World;
  readonly observe: Observe;
  /** One more who watches; undefined: nobody else does. */
  readonly listen: (listener: Observe | undefined) => void;
}

/** A world that is watched: printed line by line when asked for, and judged at every happening. */
export function createStage(setup: Setup, random: Random, print?: (line: string) => void): Stage {
  let listener: Observe | undefined;
  let judge: Observe = () => undefined;
  const observe: Observe = (happening) => {
    const line = print === undefined ? undefined : describe(happening);
    if (line !== undefined) print?.(`${time(world)} ${line}`);
    listener?.(happening);
    judge(happening);
  };
  const world = createWorld(setup, random.fork(), observe);
  judge = createInvariants(world);
  return {
    world,
    observe,
    listen: (next) => {
      listener = next;
    },
  };
}

const time = (world: World): string => world.timeline.now.toFixed(3).padStart(10);
