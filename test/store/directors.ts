// Directors that share the rules over real peer channels on loopback addresses: stores, disks and sockets are real, who is
// active is what the test says.
import { EventEmitter, once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecretKey } from '../../src/keeper/messages.ts';
import { createPeerChannel, type PeerChannel } from '../../src/peer/channel.ts';
import { RpcRefusal } from '../../src/rpc/methods.ts';
import type { RulesRevision } from '../../src/rules/document.ts';
import type { FileProblem } from '../../src/store/fileProblem.ts';
import { openRulesStore } from '../../src/store/openRulesStore.ts';
import { exchangeRefused } from '../../src/store/rulesPeers.ts';
import type { RulesStore, StoreEvent } from '../../src/store/rulesStore.ts';

const keys: readonly SecretKey[] = [{ id: 1, key: Buffer.alloc(32, 'the secret of these tests') }];
/** What was asked may be over before what comes of it is. */
const lookAgainMs = 50;
const timings = { pingEveryMs: 50, pingMs: 5_000, firstPauseMs: 5, longestPauseMs: 20, listenAgainMs: 5, connectMs: 5_000 };

export interface DirectorsOptions {
  /** A state directory for each director is made in it. */
  readonly directory: string;
  /** In the order in which they win an election. */
  readonly names: readonly string[];
  /** By default so rare that only what is sent at once can be the cause of a change. */
  readonly pollMs?: number;
}

/** A test's view of one director; its daemon may run or not. */
export interface TestDirector {
  readonly name: string;
  readonly directory: string;
  readonly events: StoreEvent[];
  readonly problems: FileProblem[];
  readonly store: RulesStore;
  readonly running: boolean;
  start(version?: string): Promise<void>;
  stop(): Promise<void>;
  /** No connection to or from it, as with pulled cables; what is applied meanwhile is applied alone. */
  cut(): Promise<void>;
  heal(): void;
  /** As when its connections fail and those to it stand: it answers, and does not ask. */
  stopAsking(): void;
  emptyDisk(): Promise<void>;
}

export interface Directors {
  readonly all: readonly TestDirector[];
  /** As each director sees it: by name, or the same for all. */
  setActive(active: string | undefined | Readonly<Record<string, string | undefined>>): void;
  /** Looks again after each event and each change of rules, and now and then. */
  until(condition: () => boolean): Promise<void>;
  connected(): Promise<void>;
  close(): Promise<void>;
}

export async function startDirectors({ directory, names, pollMs = 600_000 }: DirectorsOptions): Promise<Directors> {
  const news = new EventEmitter().setMaxListeners(100);
  const place = { directory, names, pollMs, port: await freePort(), news };
  let active: (viewer: string) => string | undefined = () => names[0];
  const all = names.map((name) => directorOf(name, place, () => active(name)));
  for (const director of all) await director.start();
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await Promise.race([once(news, 'news'), sleep(lookAgainMs)]);
  };
  return {
    all,
    setActive(who) {
      active = (viewer) => (typeof who === 'object' ? who[viewer] : who);
    },
    until,
    connected: () => until(() => all.every(({ running, store }) => !running || store.state().connected)),
    async close() {
      for (const director of all) await director.stop();
    },
  };
}

interface Place {
  readonly directory: string;
  readonly names: readonly string[];
  readonly pollMs: number;
  readonly port: number;
  readonly news: EventEmitter;
}

function directorOf(name: string, { directory, names, pollMs, port, news }: Place, active: () => string | undefined): TestDirector {
  const own = join(directory, name);
  const events: StoreEvent[] = [];
  const problems: FileProblem[] = [];
  let store: RulesStore | undefined;
  let channel: PeerChannel | undefined;
  let asks = true;

  const tell = (): unknown => news.emit('news');
  const theStore = (): RulesStore => {
    if (store === undefined) throw new Error(`${name} is not running`);
    return store;
  };
  const connect = (): void => {
    const replica = theStore().replica;
    channel = createPeerChannel({
      cluster: 'test',
      self: { node: name, addresses: [addressOf(names, name)] },
      peers: names.filter((peer) => peer !== name).map((peer) => ({ node: peer, addresses: [addressOf(names, peer)] })),
      port,
      keys,
      timings,
      handlers: {
        ...(replica?.answers ?? exchangeRefused('another backend')),
        status: notHere,
        failover: notHere,
        clock: notHere,
        rulesPlanned: notHere,
        eventsNew: notHere,
        eventsAfter: notHere,
      },
      report(event) {
        if (event.type === 'handlerFailed') throw event.error;
        if (event.type === 'connected') replica?.noteConnected(event.peer);
        tell();
      },
    });
  };

  return {
    name,
    directory: own,
    events,
    problems,
    get store() {
      return theStore();
    },
    get running() {
      return store !== undefined;
    },
    async start(writtenBy = '0.1.0') {
      store = await openRulesStore({
        state: { backend: 'peer' },
        node: name,
        directors: names,
        writtenBy,
        directory: own,
        peerPollMs: pollMs,
        onProblem: (problem) => problems.push(problem),
        report(event) {
          events.push(event);
          tell();
        },
      });
      store.onChange(tell);
      connect();
      store.replica?.begin({
        ask: (peer, method, params, timeoutMs) => open(channel, name).request(peer, method, params, { timeoutMs }).finally(tell),
        connected: (peer) => asks && channel?.connected(peer) === true,
        active: () => Promise.resolve(active()),
      });
    },
    async stop() {
      await channel?.close();
      await store?.close();
      store = undefined;
      channel = undefined;
    },
    async cut() {
      await channel?.close();
      channel = undefined;
    },
    heal: connect,
    stopAsking() {
      asks = false;
    },
    emptyDisk: () => rm(own, { recursive: true, force: true }),
  };
}

function open(channel: PeerChannel | undefined, name: string): PeerChannel {
  if (channel === undefined) throw new Error(`${name} is cut off`);
  return channel;
}

/** Each test process has loopback addresses of its own. */
const network = `127.8.${1 + (process.pid % 250)}`;
const addressOf = (names: readonly string[], name: string): string => `${network}.${1 + names.indexOf(name)}`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, addressOf(['any'], 'any'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const notHere = (): never => {
  throw new RpcRefusal('refused', 'not what these tests are about');
};

export const nameOf = (rules: RulesRevision | undefined): string => (rules === undefined ? 'none' : `${rules.revision} ${rules.digest}`);
