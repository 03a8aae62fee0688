// The daemon of one director: puts the parts together, in the order in which they need each other, and ends them in the
// reverse one. The keeper starts as soon as it can and stops first; nothing it needs waits for Redis or a peer.
import type { DaemonStart } from '../cli/world.ts';
import { startControlServer } from '../control/server.ts';
import type { DirectorStatus } from '../control/status.ts';
import { type ExitCode, exitCodes } from '../errors/exit-codes.ts';
import { openIpvs } from '../kernel/ipvs.ts';
import { createPeerChannel, type PeerChannel } from '../peer/channel.ts';
import { createReconciler } from '../rules/reconciler.ts';
import { openNodeState } from '../store/nodeState.ts';
import { openRulesStore } from '../store/openRulesStore.ts';
import { keeperBoot } from './boot.ts';
import { controlHandlers, peerHandlers } from './commands.ts';
import { keepConnectionsInSync } from './connectionSync.ts';
import { startKeeperThread } from './keeperThread.ts';
import { createReports } from './reports.ts';
import { startRulesDuty } from './rulesDuty.ts';
import { untilAskedToStop } from './signals.ts';
import { startVipWatch, type VipWatch } from './vipWatch.ts';

/** Resolves when the daemon has ended as it was asked to. Throws VspairError when it cannot start. */
export async function startDaemon(start: DaemonStart): Promise<ExitCode> {
  const { config, node, keys, stateDir } = start;
  const startedAt = Date.now();
  const reports = createReports(start);
  const memory = await openNodeState({ directory: stateDir, onProblem: reports.fileProblem });
  const store = await openRulesStore({
    state: config.state,
    node: node.name,
    directory: stateDir,
    onProblem: reports.fileProblem,
    report: reports.store,
  });
  const ipvs = openIpvs();
  const reconciler = createReconciler({ ipvs, ownership: memory.ownership });
  const duty = await startRulesDuty({ store, reconciler, standby: config.ipvs.standby, report: reports.rules });

  let watch: VipWatch | undefined;
  const keeperEnded = Promise.withResolvers<Error>();
  const keeper = await startKeeperThread(keeperBoot({ config, node, keys, memory, rules: duty.mark }), {
    told(message) {
      reports.keeper(message, { memory, store });
      watch?.noteKeeper(message);
      if (message.type === 'takeover') duty.lookAgain();
    },
    died: keeperEnded.resolve,
  });
  duty.begin((message) => keeper.post(message));
  watch = startVipWatch({
    vips: config.groups.flatMap((group) => group.vips),
    holds: async (vip) =>
      (await keeper.snapshot()).groups.some((group) => group.vips.some((own) => own.held && own.address === vip.address)),
    report: reports.neighbour,
  });

  const directorStatus = async (): Promise<DirectorStatus> => ({
    keeper: await keeper.snapshot(),
    daemon: {
      pid: process.pid,
      version: start.version,
      configFile: config.file,
      uptimeMs: Date.now() - startedAt,
      memoryBytes: process.memoryUsage.rss(),
      store: store.state(),
      rules: duty.status(),
      alerts: reports.alertsStatus(),
      neighbours: watch.status(),
    },
  });
  let channel: PeerChannel | undefined;
  const commands = { cluster: config.cluster, keeper, store, directorStatus, channel: () => channel ?? notYet() };
  const self = { node: node.name, addresses: node.addresses };
  const peers = config.directors.filter(({ name }) => name !== node.name).map(({ name, addresses }) => ({ node: name, addresses }));
  channel = createPeerChannel({
    cluster: config.cluster,
    self,
    peers,
    port: config.control.peerPort,
    keys,
    handlers: peerHandlers(commands),
    report: reports.peer,
  });
  const control = await startControlServer({ socket: start.socket, handlers: controlHandlers(commands), onFailure: reports.failure });
  keepConnectionsInSync(ipvs, config.ipvs.connectionSync, reports.kernel);
  reports.started();

  const how = await Promise.race([untilAskedToStop({ config, reports }), keeperEnded.promise]);
  if (how instanceof Error) {
    await reports.keeperDied(how);
    // What is left is in the kernel; the next process adopts it. Nothing here may take the time to release it.
    process.exit(exitCodes.unexpected);
  }
  reports.stopping(how);
  await keeper.shutdown(how);
  duty.close();
  watch.close();
  await Promise.all([control.close(), channel.close(), store.close(), memory.close()]);
  ipvs.close();
  await reports.close();
  return exitCodes.ok;
}

/** Only until the next statement has run: nobody can have asked by then. */
function notYet(): never {
  throw new Error('the peer channel is not open');
}
