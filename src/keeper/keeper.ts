// The keeper: one inbox, one loop. It feeds what happened to the election, brings the kernel to what the election
// intends (rules, then addresses), and only then carries out the effects (announcements, adverts, answers). It does no
// I/O of its own: see ports.ts. The daemon and the simulator run this same code.
import { roundSent } from '../core/adverts.ts';
import { nextDeadline } from '../core/deadline.ts';
import { intentOf } from '../core/intent.ts';
import type { State } from '../core/state.ts';
import { initialState, step } from '../core/step.ts';
import {
  type Advert,
  type CoreConfig,
  type CoreEvent,
  type Echo,
  type Effect,
  type Millis,
  millis,
  type NodeName,
  never,
} from '../core/types.ts';
import { createDropReport } from './dropReport.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createKernelLevel } from './kernelLevel.ts';
import { createLateness } from './lateness.ts';
import type { KeeperBoot, ToKeeper } from './messages.ts';
import type { KeeperPorts, KernelChange } from './ports.ts';
import { snapshotOf } from './snapshot.ts';
import { createStory } from './story.ts';

export interface Keeper {
  /** Looks at the kernel and begins. Called once, before anything else. */
  start(): void;
  /** A datagram as it came in on heartbeat link `link`. */
  receive(link: number, datagram: Uint8Array, remote: string): void;
  kernelChanged(change: KernelChange): void;
  command(message: ToKeeper): void;
  /** Handles all that waits, then the timers. To be called when sockets are drained: a packet still in them counts as unheard. */
  wake(): void;
  /** When `wake` should be called if nothing happens before. */
  nextWake(): Millis;
}

/** How often peers' newest sequence numbers go to disk: what a restart forgets, a replay could use. */
const marksEvery = millis(5_000);

export function createKeeper(boot: KeeperBoot, ports: KeeperPorts): Keeper {
  let config: CoreConfig = boot.core;
  let state: State = initialState(config);
  let expectedAt: Millis = never;
  let marksAt: Millis = never;
  /** Until then everything that came in is known. What a slow kernel call lets pass after it, packets may have come in. */
  let drainedAt: Millis = never;
  let ended = false;
  const inbox: CoreEvent[] = [];
  const now = (): Millis => ports.clock.now();
  const lateness = createLateness();
  const heartbeat = createHeartbeat(boot, ports.adverts, now);
  const drops = createDropReport(ports.report);
  const story = createStory();
  const kernel = createKernelLevel({ groups: config.groups, leaseSeconds: boot.leaseSeconds, ports, story });

  const advance = (event: CoreEvent): void => {
    const before = state;
    const next = step(config, state, event, drainedAt);
    state = next.state;
    noteBecoming(next.effects);
    const changed = state.groups !== before.groups || state.inPlace !== before.inPlace;
    const refused = changed ? kernel.apply(intentOf(state)) : [];
    inbox.unshift(...refused);
    // What was refused makes the next step say something else: a "taken" that is not true would end the old active.
    for (const effect of next.effects) if (refused.length === 0 || effect.type !== 'sendAdvert') run(effect);
    kernel.announceWaiting();
    if (state.maintenance !== before.maintenance) ports.report({ type: 'maintenanceChanged', on: state.maintenance });
  };

  /** Also what the kernel refused meanwhile, so that upkeep never works for a role that is over. */
  const takeAll = (): void => {
    for (let event = inbox.shift(); event !== undefined && !ended; event = inbox.shift()) advance(event);
  };

  const noteBecoming = (effects: readonly Effect[]): void => {
    for (const effect of effects) if (effect.type === 'report') story.note(effect.fact, now());
  };

  const run = (effect: Effect): void => {
    switch (effect.type) {
      case 'sendAdvert':
        return send(effect.advert, effect.to);
      case 'announce':
        return kernel.announce(effect.vrid);
      case 'announceSelf':
        return kernel.announceSelf(
          boot.links.map((link) => link.local),
          effect.dev,
        );
      case 'answer':
        return ports.report({ type: 'answer', requestId: effect.requestId, outcome: effect.outcome });
      case 'report':
        return ports.report({ type: 'fact', at: now(), fact: effect.fact });
      case 'exit':
        return end();
    }
  };

  const send = (advert: Advert, to: 'all' | NodeName): void => {
    kernel.announceWaiting();
    heartbeat.send(advert, to);
    if (to === 'all') state = roundSent(state, now());
  };

  const end = (): void => {
    ended = true;
    if (state.inPlace) kernel.renewForSuccessor();
    for (const mark of heartbeat.marks()) ports.report({ type: 'peerMark', mark });
    ports.report({ type: 'exited' });
  };

  /** A peer remembers a later life of ours than we do: our state directory was lost. Go on behind it, or nobody listens. */
  const outliveEcho = (echo: Echo): void => {
    const sameLife = echo.incarnation === config.incarnation && echo.sequence <= state.sequence;
    if (echo.incarnation < config.incarnation || sameLife) return;
    config = { ...config, incarnation: echo.incarnation + 1 };
    ports.report({ type: 'incarnationRaised', incarnation: config.incarnation });
  };

  const saveMarks = (): void => {
    if (now() < marksAt) return;
    marksAt = millis(now() + marksEvery);
    for (const mark of heartbeat.marks()) if (mark.incarnation > 0) ports.report({ type: 'peerMark', mark });
  };

  return {
    start() {
      const world = kernel.look();
      drainedAt = now();
      marksAt = now();
      advance({ type: 'started', ...world, maintenance: boot.maintenance, rules: boot.rules });
      expectedAt = nextDeadline(state);
    },
    receive(link, datagram, remote) {
      const received = heartbeat.receive(link, datagram, remote);
      if (!received.ok) return drops.note(received.cause, remote, now());
      if (received.echo !== undefined) outliveEcho(received.echo);
      inbox.push({ type: 'advertReceived', advert: received.advert, echo: received.echo });
    },
    kernelChanged: (change) => {
      inbox.push(...kernel.changed(change));
    },
    command(message) {
      switch (message.type) {
        case 'rules':
          kernel.setRules(message.batch);
          inbox.push({ type: 'rulesChanged', rules: message.mark });
          return;
        case 'failover':
          inbox.push({ type: 'failoverRequested', requestId: message.requestId, vrid: message.vrid, to: message.to });
          return;
        case 'maintenance':
          inbox.push({ type: 'maintenanceRequested', requestId: message.requestId, on: message.on });
          return;
        case 'shutdown':
          inbox.push({ type: 'shutdownRequested', how: message.how });
          return;
        case 'snapshot': {
          const snapshot = snapshotOf({ boot, config, state, now: now(), heartbeat, kernel, lateness, story });
          return ports.report({ type: 'snapshot', requestId: message.requestId, snapshot });
        }
      }
    },
    wake() {
      if (ended) return;
      drainedAt = now();
      if (drainedAt >= expectedAt) lateness.note(millis(drainedAt - expectedAt));
      takeAll();
      if (!ended) advance({ type: 'timePassed' });
      takeAll();
      if (!ended) inbox.push(...kernel.upkeep(intentOf(state)));
      drops.flush(now());
      saveMarks();
      expectedAt = nextDeadline(state);
    },
    nextWake() {
      if (ended) return never;
      if (inbox.length > 0) return now();
      return millis(Math.min(nextDeadline(state), kernel.nextUpkeep()));
    },
  };
}
