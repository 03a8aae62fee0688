// The keeper: one inbox, one loop. It feeds what happened to the election, brings the kernel to what the election
// intends (rules, then addresses), and only then carries out the effects (announcements, adverts, answers). It does no
// I/O of its own: see ports.ts. The daemon and the simulator run this same code.
import { roundSent } from '../core/adverts.ts';
import { configAfter } from '../core/config.ts';
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
  type Fact,
  type Millis,
  millis,
  type NodeName,
  never,
} from '../core/types.ts';
import { createDropReport, type DropReport } from './dropReport.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import { KernelLevel } from './kernelLevel.ts';
import { createLateness, type Lateness } from './lateness.ts';
import type { HeartbeatLink, KeeperBoot, ToKeeper } from './messages.ts';
import type { KeeperPorts, KernelChange } from './ports.ts';
import { snapshotOf } from './snapshot.ts';
import { createStory, type Story } from './story.ts';

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

export const createKeeper = (boot: KeeperBoot, ports: KeeperPorts): Keeper => new Loop(boot, ports);

/** How often peers' newest sequence numbers go to disk: what a restart forgets, a replay could use. */
const marksEvery = millis(5_000);

class Loop implements Keeper {
  readonly #boot: KeeperBoot;
  readonly #ports: KeeperPorts;
  readonly #lateness: Lateness = createLateness();
  readonly #story: Story = createStory();
  readonly #heartbeat: Heartbeat;
  readonly #drops: DropReport;
  readonly #kernel: KernelLevel;
  readonly #inbox: (CoreEvent | NewConfig)[] = [];
  readonly #pings: number[] = [];
  #config: CoreConfig;
  #links: readonly HeartbeatLink[];
  #state: State;
  #expectedAt: Millis = never;
  #marksAt: Millis = never;
  /** Until then everything that came in is known. What a slow kernel call lets pass after it, packets may have come in. */
  #drainedAt: Millis = never;
  #ended = false;

  constructor(boot: KeeperBoot, ports: KeeperPorts) {
    this.#boot = boot;
    this.#ports = ports;
    this.#config = boot.core;
    this.#links = boot.links;
    this.#state = initialState(boot.core);
    this.#heartbeat = createHeartbeat(boot, ports.adverts, () => this.#now());
    this.#drops = createDropReport(ports.report);
    this.#kernel = new KernelLevel({ config: boot, ports, story: this.#story });
  }

  start(): void {
    const world = this.#kernel.look();
    this.#drainedAt = this.#now();
    this.#marksAt = this.#now();
    this.#advance({ type: 'started', ...world, maintenance: this.#boot.maintenance, rules: this.#boot.rules });
    this.#expectedAt = nextDeadline(this.#state);
  }

  receive(link: number, datagram: Uint8Array, remote: string): void {
    const received = this.#heartbeat.receive(link, datagram, remote);
    if (!received.ok) return this.#drops.note(received.cause, remote, this.#now());
    if (received.echo !== undefined) this.#outliveEcho(received.echo);
    this.#inbox.push({ type: 'advertReceived', advert: received.advert, echo: received.echo });
  }

  kernelChanged(change: KernelChange): void {
    this.#inbox.push(...this.#kernel.changed(change));
  }

  command(message: ToKeeper): void {
    if (message.type === 'snapshot') return this.#tellSnapshot(message.requestId);
    if (message.type === 'ping') return void this.#pings.push(message.requestId);
    if (message.type === 'rules') this.#kernel.setRules(message.batch);
    this.#inbox.push(message.type === 'config' ? message : eventOf(message));
  }

  wake(): void {
    if (this.#ended) return;
    this.#drainedAt = this.#now();
    if (this.#drainedAt >= this.#expectedAt) this.#lateness.note(millis(this.#drainedAt - this.#expectedAt));
    this.#takeAll();
    this.#advance({ type: 'timePassed' });
    this.#takeAll();
    this.#keepUp();
    this.#drops.flush(this.#now());
    this.#saveMarks();
    this.#expectedAt = nextDeadline(this.#state);
    for (const requestId of this.#pings.splice(0)) this.#ports.report({ type: 'pong', requestId });
  }

  nextWake(): Millis {
    if (this.#ended) return never;
    if (this.#inbox.length > 0) return this.#now();
    return millis(Math.min(nextDeadline(this.#state), this.#kernel.nextUpkeep()));
  }

  #now(): Millis {
    return this.#ports.clock.now();
  }

  /** Also what the kernel refused meanwhile, so that upkeep never works for a role that is over. */
  #takeAll(): void {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift())
      this.#advance(next.type === 'config' ? this.#putInForce(next) : next);
  }

  /** In the kernel and on the wire first: what the new groups find there is part of the event. */
  #putInForce({ requestId, config }: NewConfig): CoreEvent {
    this.#links = config.links;
    this.#heartbeat.reconfigure(config);
    const world = this.#kernel.reconfigure(config);
    return { type: 'configChanged', requestId, config: config.core, ...world };
  }

  /** What comes of it is taken in the same turn: who waits for the virtual IPs of a long load waits for their announcement too. */
  #keepUp(): void {
    if (this.#ended) return;
    this.#inbox.push(...this.#kernel.upkeep(intentOf(this.#state)));
    this.#takeAll();
  }

  #advance(event: CoreEvent): void {
    if (this.#ended) return;
    const before = this.#state;
    const next = step(this.#config, before, event, this.#drainedAt);
    this.#state = next.state;
    this.#config = configAfter(this.#config, event);
    for (const effect of next.effects) if (effect.type === 'report') this.#story.note(effect.fact, this.#now());
    this.#applyIntent(before);
    for (const effect of next.effects) if (effect.type !== 'sendAdvert' || !this.#knowsBetter()) this.#run(effect);
    this.#kernel.announceWaiting();
    if (this.#state.maintenance !== before.maintenance) this.#ports.report({ type: 'maintenanceChanged', on: this.#state.maintenance });
  }

  #applyIntent(before: State): void {
    if (this.#state.groups === before.groups && this.#state.inPlace === before.inPlace) return;
    this.#inbox.unshift(...this.#kernel.apply(intentOf(this.#state)));
  }

  /**
   * What the kernel did not do waits to be told to the election, which will say so: a "taken" meanwhile that is not true
   * would end the old active.
   */
  #knowsBetter(): boolean {
    const undone = this.#inbox.flatMap((event) =>
      event.type === 'kernelWriteFailed' ? [event.vrid] : event.type === 'loadBegan' ? event.vrids : [],
    );
    return this.#state.groups.some(({ spec, role }) => role.phase === 'active' && undone.includes(spec.vrid));
  }

  #run(effect: Effect): void {
    switch (effect.type) {
      case 'sendAdvert':
        return this.#send(effect.advert, effect.to);
      case 'announce':
        return this.#kernel.announce(effect.vrid);
      case 'announceSelf':
        return this.#announceSelf(effect.dev);
      case 'answer':
        return this.#ports.report({ type: 'answer', requestId: effect.requestId, outcome: effect.outcome });
      case 'report':
        return this.#tell(effect.fact);
      case 'exit':
        return this.#end();
    }
  }

  #send(advert: Advert, to: 'all' | NodeName): void {
    this.#kernel.announceWaiting();
    this.#heartbeat.send(advert, to);
    if (to === 'all') this.#state = roundSent(this.#state, this.#now());
  }

  #tell(fact: Fact): void {
    const message = { type: 'fact', at: this.#now(), fact } as const;
    if (fact.type !== 'becameActive') return this.#ports.report(message);
    const { active } = fact.evidence;
    const heard = active === undefined ? [] : this.#heartbeat.heard(active, this.#drainedAt);
    this.#ports.report({ ...message, heard, rules: this.#state.rules });
  }

  #announceSelf(dev: string): void {
    const locals = this.#links.map((link) => link.local);
    this.#kernel.announceSelf(locals, dev);
  }

  #end(): void {
    this.#ended = true;
    if (this.#state.inPlace) this.#kernel.renewForSuccessor();
    for (const mark of this.#heartbeat.marks()) this.#ports.report({ type: 'peerMark', mark });
    this.#ports.report({ type: 'exited' });
  }

  /** A peer remembers a later life of ours than we do: our state directory was lost. Go on behind it, or nobody listens. */
  #outliveEcho(echo: Echo): void {
    const sameLife = echo.incarnation === this.#config.incarnation && echo.sequence <= this.#state.sequence;
    if (echo.incarnation < this.#config.incarnation || sameLife) return;
    this.#config = { ...this.#config, incarnation: echo.incarnation + 1 };
    this.#ports.report({ type: 'incarnationRaised', incarnation: this.#config.incarnation });
  }

  #saveMarks(): void {
    if (this.#now() < this.#marksAt) return;
    this.#marksAt = millis(this.#now() + marksEvery);
    for (const mark of this.#heartbeat.marks()) if (mark.incarnation > 0) this.#ports.report({ type: 'peerMark', mark });
  }

  #tellSnapshot(requestId: number): void {
    const snapshot = snapshotOf({
      config: this.#config,
      state: this.#state,
      now: this.#now(),
      heartbeat: this.#heartbeat,
      kernel: this.#kernel,
      lateness: this.#lateness,
      story: this.#story,
    });
    this.#ports.report({ type: 'snapshot', requestId, snapshot });
  }
}

type NewConfig = Extract<ToKeeper, { type: 'config' }>;

function eventOf(message: Exclude<ToKeeper, { type: 'snapshot' | 'ping' | 'config' }>): CoreEvent {
  switch (message.type) {
    case 'rules':
      return { type: 'rulesChanged', rules: message.mark };
    case 'failover':
      return { type: 'failoverRequested', requestId: message.requestId, vrid: message.vrid, to: message.to };
    case 'maintenance':
      return { type: 'maintenanceRequested', requestId: message.requestId, on: message.on };
    case 'shutdown':
      return { type: 'shutdownRequested', how: message.how };
  }
}
