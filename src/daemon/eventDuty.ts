// Everything about events that outlives one of them: the log on disk, sharing it with the other directors, looking at the
// keeper for what is seen by looking only, and how their takeovers looked from here.
import { setTimeout as pause } from 'node:timers/promises';
import type { DaemonStart } from '../cli/world.ts';
import type { NeighbourStatus } from '../control/status.ts';
import type { NodeName } from '../core/types.ts';
import type { EventDraft } from '../events/draft.ts';
import type { EventEntry } from '../events/exchange.ts';
import { strangerDraft } from '../events/strangers.ts';
import type { KeeperSnapshot } from '../keeper/messages.ts';
import type { PeerChannel } from '../peer/channel.ts';
import { type EventLog, openEventLog } from '../store/eventLog.ts';
import type { OnFileProblem } from '../store/fileProblem.ts';
import { type EventHandlers, eventHandlers } from './eventQueries.ts';
import { type EventSharing, shareEvents } from './eventSharing.ts';
import { type Hardware, knowHardware } from './hardware.ts';
import { secondView, takeoversIn } from './secondView.ts';

export interface EventDuty {
  readonly log: EventLog;
  readonly handlers: EventHandlers;
  readonly answers: EventSharing['answers'];
  /** The keeper and the peer channel are there: from now on the one is looked at, and the other carries events. */
  begin(keeper: { snapshot(): Promise<KeeperSnapshot> }, channel: PeerChannel): void;
  noteConnected(peer: NodeName): void;
  /** Somebody answers for a virtual IP that is not held here. */
  noteNeighbour(now: NeighbourStatus): void;
  /** The others get to know what was told last, if they answer soon. Resolves when the log is on the disk. */
  close(): Promise<void>;
}

export interface EventWatcher {
  tell(draft: EventDraft): void;
  look(snapshot: KeeperSnapshot): void;
}

const lookEveryMs = 1_000;
/** The other director's word may come before our own role has followed. */
const settleMs = 1_000;
const lastWordsMs = 1_000;

export async function openEventDuty(
  { config, node, stateDir }: DaemonStart,
  onProblem: OnFileProblem,
  desk: EventWatcher,
): Promise<EventDuty> {
  const others = config.directors.map(({ name }) => name).filter((name) => name !== node.name);
  const log = await openEventLog({ directory: stateDir, node: node.name, others, onProblem });
  const onTaken = (director: NodeName, entries: readonly EventEntry[]): void => duty.addViews(director, entries);
  const sharing = shareEvents({ log, node: node.name, others, onTaken });
  const duty = new Duty(log, sharing, others, desk);
  return duty;
}

class Duty implements EventDuty {
  readonly log: EventLog;
  readonly handlers: EventHandlers;
  readonly answers: EventSharing['answers'];
  readonly #sharing: EventSharing;
  readonly #others: readonly NodeName[];
  readonly #desk: EventWatcher;
  readonly #closed = new AbortController();
  #snapshot: (() => Promise<KeeperSnapshot>) | undefined;
  #hardware: Hardware | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: EventLog, sharing: EventSharing, others: readonly NodeName[], desk: EventWatcher) {
    this.log = log;
    this.handlers = eventHandlers(log);
    this.answers = sharing.answers;
    this.#sharing = sharing;
    this.#others = others;
    this.#desk = desk;
  }

  begin(keeper: { snapshot(): Promise<KeeperSnapshot> }, channel: PeerChannel): void {
    this.#snapshot = () => keeper.snapshot();
    const ofPeer = async (peer: NodeName): Promise<KeeperSnapshot> => (await channel.request(peer, 'status', {})).keeper;
    this.#hardware = knowHardware({ others: this.#others, own: this.#snapshot, ofPeer });
    this.#timer = setInterval(() => void keeper.snapshot().then((now) => this.#desk.look(now)), lookEveryMs).unref();
    this.#sharing.begin({
      ask: (peer, method, params) => channel.request(peer, method, params),
      connected: (peer) => channel.connected(peer),
    });
  }

  noteConnected(peer: NodeName): void {
    this.#sharing.noteConnected(peer);
  }

  noteNeighbour(now: NeighbourStatus): void {
    void this.#hardware?.known().then((known) => {
      if (known !== undefined && !this.#closed.signal.aborted) this.#desk.tell(strangerDraft(now, known));
    });
  }

  addViews(director: NodeName, entries: readonly EventEntry[]): void {
    const takeovers = takeoversIn(director, entries).filter(({ id }) => !this.log.own().some((own) => own.id === id));
    if (takeovers.length === 0) return;
    const settled = pause(settleMs, undefined, { signal: this.#closed.signal, ref: false }).then(() => this.#snapshot?.());
    // Aborted when the daemon ends meanwhile.
    settled.then((snapshot) => this.#tellViews(takeovers, snapshot)).catch(() => undefined);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed.abort();
    await Promise.race([this.#sharing.close(), pause(lastWordsMs, undefined, { ref: false })]);
    await this.log.saved();
  }

  #tellViews(takeovers: ReturnType<typeof takeoversIn>, snapshot: KeeperSnapshot | undefined): void {
    if (snapshot === undefined) return;
    for (const event of takeovers) {
      const view = secondView(event, snapshot, Date.now());
      if (view !== undefined) this.#desk.tell(view);
    }
  }
}
