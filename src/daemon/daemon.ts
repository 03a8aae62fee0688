// The daemon of one director: puts the parts together, in the order in which they need each other, and ends them in the
// reverse one. The keeper starts as soon as it can and stops first; nothing it needs waits for Redis or a peer.
import type { DaemonFiles, DaemonStart } from '../cli/world.ts';
import { electionOrder } from '../config/core.ts';
import { configDigest } from '../config/digest.ts';
import { keyNames } from '../config/secretChanges.ts';
import type { ControlShapes } from '../control/protocol.ts';
import { startControlServer } from '../control/server.ts';
import type { DirectorStatus, NeighbourStatus } from '../control/status.ts';
import type { Vip, Vrid } from '../core/types.ts';
import { type ExitCode, exitCodes } from '../errors/exit-codes.ts';
import { type Ipvs, openIpvs } from '../kernel/ipvs.ts';
import { ipvsTotalsIfAny } from '../kernel/ipvsTotals.ts';
import { sysctls } from '../kernel/sysctls.ts';
import { vipOwner } from '../neighbour/vipOwner.ts';
import { createPeerChannel, type PeerChannel } from '../peer/channel.ts';
import { type ReconcilerThread, startReconcilerThread } from '../reconciler/thread.ts';
import type { Handlers } from '../rpc/methods.ts';
import { addressFile } from '../store/addressFile.ts';
import { type NodeState, openNodeState } from '../store/nodeState.ts';
import { openRulesStore } from '../store/openRulesStore.ts';
import type { RulesStore } from '../store/rulesStore.ts';
import { keeperBoot } from './boot.ts';
import { type CommandParts, controlHandlers, onceReady, peerHandlers } from './commands.ts';
import { type EventDuty, openEventDuty } from './eventDuty.ts';
import { createHandoverWatch, type HandoverWatch } from './handoverWatch.ts';
import { demandFreePorts } from './heartbeatPorts.ts';
import { type IpvsSettings, keepIpvsSettings } from './ipvsSettings.ts';
import { settingsOf } from './ipvsWishes.ts';
import { type KeeperThread, startKeeperThread } from './keeperThread.ts';
import { type Maintenance, watchMaintenance } from './maintenance.ts';
import { openMetrics } from './metrics.ts';
import { askPeerStatus } from './peerStatus.ts';
import { channelConfig, putInForce, rulesWishes } from './putInForce.ts';
import { createReload, type Reload } from './reload.ts';
import { createReports, type Reports } from './reports.ts';
import { type RulesDuty, startRulesDuty } from './rulesDuty.ts';
import { type StopRequest, untilAskedToStop } from './signals.ts';
import { type Supervision, superviseBy } from './supervision.ts';
import { startVipWatch, type VipWatch } from './vipWatch.ts';

/** Resolves when the daemon has ended as it was asked to. Throws VspairError when it cannot start: then its process must end. */
export async function startDaemon(start: DaemonStart): Promise<ExitCode> {
  const reports = createReports(start);
  const supervision = superviseBy(process.env, reports.notToldSystemd);
  const reloads = Promise.withResolvers<Reload>();
  const asked = untilAskedToStop(() => void reloads.promise.then((reload) => reload.run(false)));
  const place = await takePlace(start, reports);
  const events = await openEventDuty(start, reports.fileProblem, reports.events);
  const ground = await layGround(start, reports, events);
  const guard = await startKeeping(start, { reports, supervision }, ground, events);
  const live: Live = { files: () => reload.inForce };
  const commands = commandParts(start, live, reports, { ...ground, ...guard, events });
  const channel = openPeerChannel(start, reports, commands);
  const reload = reloadOf(start, { reports, supervision }, { ...ground, ...guard, channel });
  events.begin(guard.keeper, channel);
  shareRules(live, ground.store, channel, guard);
  place.answer(controlHandlers({ ...commands, channel, reload: (dryRun) => reload.run(dryRun) }));
  reloads.resolve(reload);
  const metrics = await openMetrics(start, { reports, ...ground, ...commands });
  reports.started();
  supervision.ready(guard.keeper);
  const died = await untilKeeperEnded(asked, guard, { reports, supervision });
  if (died !== undefined) {
    await reports.keeperDied(died);
    // What is left is in the kernel; the next process adopts it. Nothing here may take the time to release it.
    process.exit(exitCodes.unexpected);
  }
  await events.close();
  await Promise.all([place.close(), channel.close(), metrics.close()]);
  guard.close();
  await ground.close();
  await reports.close();
  return exitCodes.ok;
}

/** The files that everything works by now: a reload replaces them. */
interface Live {
  readonly files: () => DaemonFiles;
}

function reloadOf(
  start: DaemonStart,
  { reports, supervision }: Told,
  parts: Omit<Ground & Guard, 'close'> & { readonly channel: PeerChannel },
): Reload {
  const { keeper, channel } = parts;
  return createReload({
    files: start,
    readAgain: start.readAgain,
    async surroundings() {
      const snapshot = await keeper.snapshot();
      const peers = await Promise.all(snapshot.peers.map(({ node, heard }) => askPeerStatus(channel, node, heard)));
      return { keeper: snapshot, peers };
    },
    async putInForce(files) {
      await addressFile(start.stateDir, reports.fileProblem).note(files.config.groups.flatMap(({ vips }) => vips));
      const settings = ({ config }: DaemonFiles) => settingsOf(config.ipvs, { ...parts, sysctls });
      await supervision.reloading(() => putInForce({ ...parts, reports, settingsOf: settings }, files));
    },
    report: reports.reloaded,
  });
}

interface Place {
  /** From now on commands are answered; those that have come wait for it. */
  answer(handlers: Handlers<ControlShapes>): void;
  close(): Promise<void>;
}

/** First of all: a second daemon on this machine must not get as far as an election. */
async function takePlace({ config, node, socket }: DaemonStart, reports: Reports): Promise<Place> {
  const handlers = Promise.withResolvers<Handlers<ControlShapes>>();
  const control = await startControlServer({ socket, handlers: onceReady(handlers.promise), onFailure: reports.failure });
  await demandFreePorts(node.addresses, config.heartbeat.port);
  return { answer: handlers.resolve, close: () => control.close() };
}

interface Told {
  readonly reports: Reports;
  readonly supervision: Supervision;
}

/** Resolves to the mistake when the keeper ended by one, whether it was asked to end or not. */
async function untilKeeperEnded(asked: Promise<StopRequest>, { keeper, keeperDied }: Guard, told: Told): Promise<Error | undefined> {
  const how = await Promise.race([asked, keeperDied]);
  if (how instanceof Error) return how;
  told.reports.stopping(how);
  told.supervision.stopping(how);
  const died = await Promise.race([keeper.shutdown(how).then(() => undefined), keeperDied]);
  if (died === undefined) told.reports.stopped(how);
  return died;
}

/** What this director has before it knows of any other: its memory, its rules, its kernel's IPVS. */
interface Ground {
  readonly memory: NodeState;
  readonly store: RulesStore;
  readonly ipvs: Ipvs;
  readonly settings: IpvsSettings;
  readonly reconciler: ReconcilerThread;
  readonly duty: RulesDuty;
  close(): Promise<void>;
}

async function layGround(start: DaemonStart, reports: Reports, { log }: EventDuty): Promise<Ground> {
  const { config, node, stateDir, version } = start;
  const { state, ipvs: wishes } = config;
  const memory = await openNodeState({ directory: stateDir, onProblem: reports.fileProblem });
  await addressFile(stateDir, reports.fileProblem).note(config.groups.flatMap(({ vips }) => vips));
  const store = await openRulesStore({
    state,
    node: node.name,
    directors: electionOrder(config),
    writtenBy: version,
    directory: stateDir,
    onProblem: reports.fileProblem,
    report: reports.store,
  });
  reports.begin({ memory, store, log });
  const ipvs = openIpvs();
  reports.ipvsLacking(ipvs.available());
  const reconciler = await startReconcilerThread({ stateDir, onDrift: wishes.onDrift }, reports.fileProblem);
  const duty = await startRulesDuty({
    store,
    reconciler,
    ...rulesWishes(start),
    report: reports.rules,
  });
  const settings = keepIpvsSettings({
    settings: settingsOf(wishes, { ipvs, sysctls }),
    everyMs: wishes.reconcile,
    report: reports.ipvsSetting,
  });
  const close = async (): Promise<void> => {
    settings.close();
    await duty.close();
    await reconciler.close();
    await Promise.all([store.close(), memory.close()]);
    ipvs.close();
  };
  return { memory, store, ipvs, settings, reconciler, duty, close };
}

interface Guard {
  readonly keeper: KeeperThread;
  /** Resolves when the keeper ended though nobody asked it to. */
  readonly keeperDied: Promise<Error>;
  readonly watch: VipWatch;
  readonly maintenance: Maintenance;
  readonly handovers: HandoverWatch;
  close(): void;
}

async function startKeeping(
  start: DaemonStart,
  { reports, supervision }: Told,
  { memory, duty }: Ground,
  events: EventDuty,
): Promise<Guard> {
  const { config, node, keys } = start;
  const died = Promise.withResolvers<Error>();
  const watches: VipWatch[] = [];
  const handovers = createHandoverWatch();
  const maintenance = watchMaintenance({ memory, onUnsaved: reports.maintenanceUnsaved });
  const keeper = await startKeeperThread(keeperBoot({ config, node, keys, memory, rules: duty.mark }), {
    told(message) {
      maintenance.noteKeeper(message);
      handovers.noteKeeper(message);
      reports.keeper(message, memory);
      duty.noteKeeper(message);
      supervision.noteKeeper(message);
      for (const watch of watches) watch.noteKeeper(message);
    },
    died: died.resolve,
  });
  duty.begin((message) => keeper.post(message));
  const vips = config.groups.flatMap((group) => group.vips);
  const report = (now: NeighbourStatus): void => {
    reports.neighbour(now);
    events.noteNeighbour(now);
  };
  const watch = startVipWatch({ vips, holds: (vip) => isHeld(keeper, vip), ownerOf: vipOwner, report });
  watches.push(watch);
  return { keeper, keeperDied: died.promise, watch, maintenance, handovers, close: () => watch.close() };
}

async function isHeld(keeper: KeeperThread, vip: Vip): Promise<boolean> {
  const { groups } = await keeper.snapshot();
  return groups.some((group) => group.vips.some((own) => own.held && own.address === vip.address));
}

type PartsToAsk = Omit<Ground & Guard, 'close'> & { readonly events: EventDuty };

/** What operators and peers can ask for, once there is something to ask. */
function commandParts(start: DaemonStart, { files }: Live, reports: Reports, parts: PartsToAsk): CommandParts {
  const { config } = start;
  const startedAt = Date.now();
  const directorStatus = async (): Promise<DirectorStatus> => ({
    keeper: await parts.keeper.snapshot(),
    daemon: {
      pid: process.pid,
      version: start.version,
      configFile: config.file,
      config: configDigest(files().config),
      keys: keyNames(files().keys),
      wallClock: Date.now(),
      uptimeMs: Date.now() - startedAt,
      memoryBytes: process.memoryUsage.rss(),
      store: parts.store.state(),
      rules: parts.duty.status(),
      settingsRefused: parts.settings.refused(),
      alerts: reports.alertsStatus(),
      neighbours: parts.watch.status(),
      maintenance: parts.memory.maintenance(),
      fileProblems: reports.fileProblems(),
      ipvs: ipvsTotalsIfAny(),
    },
  });
  return {
    cluster: config.cluster,
    keeper: parts.keeper,
    maintenance: parts.maintenance,
    handovers: parts.handovers,
    store: parts.store,
    standby: () => files().config.ipvs.standby,
    planned: (document) => parts.duty.planned(document),
    directorStatus,
    alertsTest: reports.alertsTest,
    events: parts.events,
  };
}

function openPeerChannel(start: DaemonStart, reports: Reports, commands: CommandParts): PeerChannel {
  const { config } = start;
  const channel: PeerChannel = createPeerChannel({
    ...channelConfig(start),
    cluster: config.cluster,
    port: config.control.peerPort,
    handlers: peerHandlers(commands, () => channel),
    report(event) {
      reports.peer(event);
      if (event.type !== 'connected') return;
      commands.store.replica?.noteConnected(event.peer);
      commands.events.noteConnected(event.peer);
    },
  });
  return channel;
}

/** The store was there first: a start waits for no network. */
function shareRules({ files }: Live, store: RulesStore, channel: PeerChannel, { keeper }: Guard): void {
  const first = (): Vrid | undefined => files().config.groups[0]?.vrid;
  store.replica?.begin({
    ask: (peer, method, params, timeoutMs) => channel.request(peer, method, params, { timeoutMs }),
    connected: (peer) => channel.connected(peer),
    active: async () => (await keeper.snapshot()).groups.find(({ vrid }) => vrid === first())?.active,
  });
}
