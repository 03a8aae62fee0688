// What operators ask of the daemon, over the control socket or through the other director.
import type { AlertTried, ControlShapes, FailoverParams, GroupOutcome, RulesApplyParams, RulesApplyResult } from '../control/protocol.ts';
import type { DirectorStatus } from '../control/status.ts';
import type { NodeName, Outcome } from '../core/types.ts';
import { messageOf } from '../errors/message.ts';
import type { GroupSnapshot, KeeperSnapshot } from '../keeper/messages.ts';
import type { PeerChannel } from '../peer/channel.ts';
import type { PeerShapes } from '../peer/protocol.ts';
import { type Handlers, RpcRefusal } from '../rpc/methods.ts';
import type { RulesDocument } from '../rules/document.ts';
import { exchangeRefused } from '../store/rulesPeers.ts';
import type { RulesStore } from '../store/rulesStore.ts';
import { awaitRules } from './awaitRules.ts';
import type { KeeperThread } from './keeperThread.ts';
import type { Maintenance } from './maintenance.ts';
import { askPeerStatus } from './peerStatus.ts';
import { plannedEverywhere } from './plannedRules.ts';
import { statusReport } from './statusReport.ts';

export interface CommandParts {
  readonly cluster: string;
  readonly keeper: KeeperThread;
  readonly maintenance: Maintenance;
  readonly store: RulesStore;
  readonly standby: 'warm' | 'cold';
  /** What an apply of the document would change in this kernel. */
  readonly planned: (document: RulesDocument) => Promise<readonly string[]>;
  readonly directorStatus: () => Promise<DirectorStatus>;
  readonly alertsTest: (channel: string | undefined) => Promise<readonly AlertTried[] | null>;
}

/** An operator's command may be one for the other director. */
export interface ControlParts extends CommandParts {
  readonly channel: PeerChannel;
}

/** Enough for a handover of a cold standby on the other side; its outcome is always told before. */
const handoverAnswerMs = 30_000;

export function controlHandlers(parts: ControlParts): Handlers<ControlShapes> {
  return {
    status: async () => {
      const self = await parts.directorStatus();
      const peers = await Promise.all(self.keeper.peers.map((peer) => askPeerStatus(parts.channel, peer.node, peer.heard)));
      return statusReport({ cluster: parts.cluster, self, peers });
    },
    failover: (params) => failover(parts, params),
    maintenance: (params) => parts.maintenance.request(params, (on) => parts.keeper.maintenance(on)),
    alertsTest: ({ channel }) => parts.alertsTest(channel),
    rulesShow: async ({ which }) => (which === undefined ? parts.store.current() : await parts.store.history.find(which)) ?? null,
    rulesHistory: ({ limit }) => parts.store.history.entries(limit),
    rulesTrouble: () => parts.store.state().trouble?.detail ?? null,
    rulesPlanned: ({ document }) => plannedEverywhere(parts, document),
    rulesApply: (params) => applyRules(parts.store, params),
    rulesAwait: (params, call) => awaitRules(parts, params, call),
  };
}

/** Commands that come before this director is ready wait until it is. */
export function onceReady(handlers: Promise<Handlers<ControlShapes>>): Handlers<ControlShapes> {
  return {
    status: async (...call) => (await handlers).status(...call),
    failover: async (...call) => (await handlers).failover(...call),
    maintenance: async (...call) => (await handlers).maintenance(...call),
    alertsTest: async (...call) => (await handlers).alertsTest(...call),
    rulesShow: async (...call) => (await handlers).rulesShow(...call),
    rulesHistory: async (...call) => (await handlers).rulesHistory(...call),
    rulesTrouble: async (...call) => (await handlers).rulesTrouble(...call),
    rulesPlanned: async (...call) => (await handlers).rulesPlanned(...call),
    rulesApply: async (...call) => (await handlers).rulesApply(...call),
    rulesAwait: async (...call) => (await handlers).rulesAwait(...call),
  };
}

/** A peer's word is carried out only here: it never passes a command on, so none can go round in circles. */
export function peerHandlers(parts: CommandParts): Handlers<PeerShapes> {
  const { store } = parts;
  return {
    ...(store.replica?.answers ?? exchangeRefused(`the rules here are those of the backend ${store.state().backend}`)),
    status: () => parts.directorStatus(),
    rulesPlanned: ({ document }) => parts.planned(document).catch(refuse),
    failover: async ({ group, to }) => {
      const found = (await parts.keeper.snapshot()).groups.find(({ name }) => name === group);
      return found === undefined ? unknownGroup(group) : parts.keeper.failover(found.vrid, to);
    },
  };
}

/** A kernel that cannot be read is no mistake of ours. */
function refuse(error: unknown): never {
  throw new RpcRefusal('refused', messageOf(error));
}

async function failover(parts: ControlParts, { group, to }: FailoverParams): Promise<readonly GroupOutcome[]> {
  const keeper = await parts.keeper.snapshot();
  const groups = keeper.groups.filter(({ name }) => group === undefined || name === group);
  if (groups.length === 0) return [{ group: group ?? '', outcome: unknownGroup(group ?? '') }];
  return Promise.all(groups.map(async (one) => ({ group: one.name, outcome: await failoverOf(parts, keeper, one, to) })));
}

/** The active alone can hand over. When that is another director, it is asked to. */
async function failoverOf(parts: ControlParts, keeper: KeeperSnapshot, group: GroupSnapshot, to: NodeName | undefined): Promise<Outcome> {
  const { active } = group;
  if (active === keeper.self) return parts.keeper.failover(group.vrid, to);
  if (active === undefined) return { ok: false, reason: 'not-active', detail: `no director is active for ${group.name}` };
  const params = to === undefined ? { group: group.name } : { group: group.name, to };
  return parts.channel.request(active, 'failover', params, { timeoutMs: handoverAnswerMs });
}

const unknownGroup = (group: string): Outcome => ({ ok: false, reason: 'unknown-group', detail: `there is no group ${group}` });

async function applyRules(store: RulesStore, { document, author, message, expectedRevision }: RulesApplyParams): Promise<RulesApplyResult> {
  const result = await store.apply(document, { author, message, expectedRevision });
  if (result.ok) return { ok: true, revision: result.revision.revision, digest: result.revision.digest };
  return { ok: false, reason: result.reason, detail: result.detail, currentRevision: result.current?.revision ?? 0 };
}
