// What the rules commands ask: the daemon's own handlers on a real control socket, over a real store on disk. Only the
// keeper and the other director are told by the test, since they are not what it is about.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ControlShapes } from '../../src/control/protocol.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { DaemonStatus } from '../../src/control/status.ts';
import { controlHandlers } from '../../src/daemon/commands.ts';
import { createHandoverWatch } from '../../src/daemon/handoverWatch.ts';
import type { KeeperThread } from '../../src/daemon/keeperThread.ts';
import type { Maintenance } from '../../src/daemon/maintenance.ts';
import type { KeeperSnapshot } from '../../src/keeper/messages.ts';
import type { PeerChannel } from '../../src/peer/channel.ts';
import type { Handlers } from '../../src/rpc/methods.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { openRulesStore } from '../../src/store/openRulesStore.ts';
import type { RulesStore } from '../../src/store/rulesStore.ts';
import { daemon, director } from '../daemon/pair.ts';
import { directory, spawned } from './process.ts';
import type { Said } from './terminal.ts';

export interface RulesDaemon {
  readonly socket: string;
  readonly store: RulesStore;
  /** Another operator's change. */
  apply(document: RulesDocument, message?: string): Promise<void>;
  /** `vspair rules ...` in a process of its own. */
  rules(...words: readonly string[]): Promise<Said>;
}

const unused = (): never => {
  throw new Error('this was not to be asked');
};

const keeper: KeeperThread = {
  post: unused,
  snapshot: unused,
  ping: unused,
  failover: unused,
  maintenance: unused,
  reconfigure: unused,
  shutdown: unused,
};
const maintenance: Maintenance = { noteKeeper: unused, request: unused };
const events = {
  handlers: { events: () => [], eventViews: unused, eventsFollow: unused },
  answers: { eventsNew: unused, eventsAfter: unused },
  noteConnected: unused,
};
const channel: PeerChannel = { reconfigure: unused, request: unused, connected: unused, state: unused, close: unused };

/**
 * The rules of this director alone, unless another store is given; they are in its kernel as soon as they are in its store.
 * `more` replaces answers.
 */
export async function rulesDaemon(
  more: (store: RulesStore) => Partial<Handlers<ControlShapes>> = () => ({}),
  given?: RulesStore,
): Promise<RulesDaemon> {
  const path = directory();
  const socket = join(path, 'c.sock');
  const store = given ?? (await storeAlone(path));
  const directorStatus = async () => director(keeperOf(store), daemonOf());
  const planned = async ({ services }: RulesDocument) => [`hold ${services.length} services`];
  const handlers = controlHandlers({
    cluster: 'web',
    keeper,
    channel,
    maintenance,
    handovers: createHandoverWatch(),
    store,
    standby: () => 'warm' as const,
    reload: unused,
    planned,
    directorStatus,
    alertsTest: async () => [],
    events,
  });
  const server = await startControlServer({ socket, handlers: { ...handlers, ...more(store) }, onFailure: () => undefined });
  onTestFinished(() => server.close());
  return {
    socket,
    store,
    async apply(document, message = '') {
      await store.apply(document, { author: 'eve@vsbak', message });
    },
    rules: (...words) => spawned('rules', ...words, '--socket', socket),
  };
}

const storeAlone = (path: string): Promise<RulesStore> =>
  openRulesStore({
    state: { backend: 'none' },
    node: 'vs1',
    writtenBy: 'test',
    directory: path,
    onProblem: unused,
    report: unused,
  });

function keeperOf(store: RulesStore): Partial<KeeperSnapshot> {
  const { revision, digest } = store.current() ?? { revision: 0, digest: '0'.repeat(16) };
  return { rules: { revision, digest, ready: true } };
}

function daemonOf(): Partial<DaemonStatus> {
  return { ...daemon({ store: { backend: 'none', connected: true, detail: undefined } }) };
}
