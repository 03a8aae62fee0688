// What operators ask of the daemon, over the control socket or through the other director.
import type { AlertTried, ControlShapes, RulesApplyParams, RulesApplyResult } from '../control/protocol.ts';
import type { ReloadResult } from '../control/reload.ts';
import type { DirectorStatus } from '../control/status.ts';
import { messageOf } from '../errors/message.ts';
import { bootClock } from '../kernel/clock.ts';
import type { PeerChannel } from '../peer/channel.ts';
import type { PeerShapes } from '../peer/protocol.ts';
import { type Handlers, RpcRefusal } from '../rpc/methods.ts';
import type { RulesDocument } from '../rules/document.ts';
import { exchangeRefused } from '../store/rulesPeers.ts';
import type { RulesHistory, RulesStore } from '../store/rulesStore.ts';
import { awaitRules } from './awaitRules.ts';
import type { EventDuty } from './eventDuty.ts';
import { failover, failoverHere } from './failover.ts';
import type { HandoverWatch } from './handoverWatch.ts';
import type { KeeperThread } from './keeperThread.ts';
import type { Maintenance } from './maintenance.ts';
import { askPeerStatus } from './peerStatus.ts';
import { plannedEverywhere } from './plannedRules.ts';
import { statusReport } from './statusReport.ts';

export interface CommandParts {
  readonly cluster: string;
  readonly keeper: KeeperThread;
  readonly maintenance: Maintenance;
  readonly handovers: HandoverWatch;
  readonly store: RulesStore;
  readonly standby: () => 'warm' | 'cold';
  /** What an apply of the document would change in this kernel. */
  readonly planned: (document: RulesDocument) => Promise<readonly string[]>;
  readonly directorStatus: () => Promise<DirectorStatus>;
  readonly alertsTest: (channel: string | undefined) => Promise<readonly AlertTried[] | null>;
  readonly events: Pick<EventDuty, 'handlers' | 'answers' | 'noteConnected'>;
}

/** An operator's command may be one for the other director. */
export interface ControlParts extends CommandParts {
  readonly channel: PeerChannel;
  readonly reload: (dryRun: boolean) => Promise<ReloadResult>;
}

/** What fits a screen beside the rest; vspair events has them all. */
const eventsTold = 10;

export function controlHandlers(parts: ControlParts): Handlers<ControlShapes> {
  return {
    status: async (_params, call) => {
      const self = await parts.directorStatus();
      const peers = await Promise.all(self.keeper.peers.map((peer) => askPeerStatus(parts.channel, peer.node, peer.heard)));
      const events = await parts.events.handlers.events({ limit: eventsTold }, call);
      return statusReport({ cluster: parts.cluster, self, peers, events });
    },
    ...parts.events.handlers,
    failover: (params, call) => failover(parts, params, call),
    maintenance: (params) => parts.maintenance.request(params, (on) => parts.keeper.maintenance(on)),
    alertsTest: ({ channel }) => parts.alertsTest(channel),
    reload: ({ dryRun }) => parts.reload(dryRun),
    rulesShow: async ({ which }) => (which === undefined ? parts.store.current() : await parts.store.history.find(which)) ?? null,
    rulesHistory: ({ limit, local }) => historyOf(parts.store, local).entries(limit),
    rulesTrouble: () => parts.store.state().trouble?.detail ?? null,
    rulesPlanned: ({ document }) => plannedEverywhere(parts, document),
    rulesApply: (params) => applyRules(parts.store, params),
    rulesAwait: (params, call) => awaitRules(parts, params, call),
  };
}

const historyOf = ({ history, localHistory }: RulesStore, local = false): RulesHistory => (local ? (localHistory ?? history) : history);

/** Commands that come before this director is ready wait until it is. */
export function onceReady(handlers: Promise<Handlers<ControlShapes>>): Handlers<ControlShapes> {
  return {
    status: async (...call) => (await handlers).status(...call),
    events: async (...call) => (await handlers).events(...call),
    eventViews: async (...call) => (await handlers).eventViews(...call),
    eventsFollow: async (...call) => (await handlers).eventsFollow(...call),
    failover: async (...call) => (await handlers).failover(...call),
    maintenance: async (...call) => (await handlers).maintenance(...call),
    alertsTest: async (...call) => (await handlers).alertsTest(...call),
    reload: async (...call) => (await handlers).reload(...call),
    rulesShow: async (...call) => (await handlers).rulesShow(...call),
    rulesHistory: async (...call) => (await handlers).rulesHistory(...call),
    rulesTrouble: async (...call) => (await handlers).rulesTrouble(...call),
    rulesPlanned: async (...call) => (await handlers).rulesPlanned(...call),
    rulesApply: async (...call) => (await handlers).rulesApply(...call),
    rulesAwait: async (...call) => (await handlers).rulesAwait(...call),
  };
}

/** A peer's word is carried out only here: it never passes a command on, so none can go round in circles. */
export function peerHandlers(parts: CommandParts, channel: () => PeerChannel): Handlers<PeerShapes> {
  const { store } = parts;
  const clock = bootClock();
  return {
    ...(store.replica?.answers ?? exchangeRefused(`the rules here are those of the backend ${store.state().backend}`)),
    ...parts.events.answers,
    status: () => parts.directorStatus(),
    rulesPlanned: ({ document }) => parts.planned(document).catch(refuse),
    failover: (params, call) => failoverHere({ ...parts, channel: channel() }, params, call),
    clock: () => ({ now: clock.now() }),
  };
}

/** A kernel that cannot be read is no mistake of ours. */
function refuse(error: unknown): never {
  throw new RpcRefusal('refused', messageOf(error));
}

async function applyRules(store: RulesStore, { document, author, message, expectedRevision }: RulesApplyParams): Promise<RulesApplyResult> {
  const result = await store.apply(document, { author, message, expectedRevision });
  if (result.ok) return { ok: true, revision: result.revision.revision, digest: result.revision.digest };
  return { ok: false, reason: result.reason, detail: result.detail, currentRevision: result.current?.revision ?? 0 };
}
