// Where everything that happens is told: the log, the alerts, the store's events, this director's memory. All of it off
// the keeper, which has done its part before anything arrives here.
import type { Alerts } from '../alerts/alerts.ts';
import type { ChannelReport } from '../alerts/channelQueue.ts';
import type { DaemonStart } from '../cli/world.ts';
import type { Config } from '../config/config.ts';
import type { AlertTried } from '../control/protocol.ts';
import type { ReloadResult } from '../control/reload.ts';
import type { AlertsStatus, NeighbourStatus } from '../control/status.ts';
import type { GroupSpec, Vrid } from '../core/types.ts';
import { type EventDraft, eventOf, type Teller } from '../events/draft.ts';
import type { DirectorEvent } from '../events/event.ts';
import type { KeeperWords } from '../events/keeperEvents.ts';
import { mistakeDraft, startDraft, stopDraft } from '../events/lifecycle.ts';
import { test as testDraft } from '../events/partDrafts.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import { factLine, type GroupNames, keeperLines } from '../log/factLine.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { type Counts, createCounts } from '../metrics/counts.ts';
import type { ChannelSeen } from '../metrics/seen.ts';
import type { MetricsServerEvent } from '../metrics/server.ts';
import type { PeerChannelEvent } from '../peer/channel.ts';
import type { EventLog } from '../store/eventLog.ts';
import type { FileProblem } from '../store/fileProblem.ts';
import type { NodeState } from '../store/nodeState.ts';
import type { RulesStore, StoreEvent } from '../store/rulesStore.ts';
import { alertsStatus, openAlerts, stateWatch, triedOut } from './alerting.ts';
import { type ChangeableAlerts, changeableAlerts } from './changeableAlerts.ts';
import { createEventDesk, type EventDesk } from './eventDesk.ts';
import { alertDraft, rulesDraft, storeDraft } from './eventDrafts.ts';
import type { EventWatcher } from './eventDuty.ts';
import { watchFileProblems } from './fileProblems.ts';
import type { IpvsSettingEvent } from './ipvsSettings.ts';
import { reloadDraft, reloadLines } from './reloadLines.ts';
import {
  alertReportLine,
  fileProblemLine,
  metricsLine,
  neighbourLine,
  peerLine,
  rulesLine,
  settingLine,
  storeLine,
} from './reportLines.ts';
import type { RulesEvent } from './rulesDuty.ts';
import { type Service, watchService } from './service.ts';

export interface Reports {
  readonly started: () => void;
  readonly stopping: (how: 'handover' | 'inPlace') => void;
  /** The keeper has ended as it was asked to. */
  readonly stopped: (how: 'handover' | 'inPlace') => void;
  /** From now on events are made and told; those that have come wait for it. */
  readonly begin: (ground: EventGround) => void;
  readonly events: EventWatcher;
  readonly keeper: (message: FromKeeper, memory: NodeState) => void;
  /** Resolves when it is written: the process ends right after. */
  readonly keeperDied: (error: Error) => Promise<void>;
  /** Told once, at the start: the rules themselves say it again as long as there are any. */
  readonly ipvsLacking: (why: Error | undefined) => void;
  readonly rules: (event: RulesEvent) => void;
  readonly store: (event: StoreEvent) => void;
  readonly peer: (event: PeerChannelEvent) => void;
  readonly ipvsSetting: (event: IpvsSettingEvent) => void;
  readonly neighbour: (now: NeighbourStatus) => void;
  readonly fileProblem: (problem: FileProblem) => void;
  /** systemd started this daemon and does not hear how it is. */
  readonly notToldSystemd: (why: string) => void;
  /** Those that last, a sentence each. */
  readonly fileProblems: () => readonly string[];
  readonly maintenanceUnsaved: (error: unknown) => void;
  readonly failure: (method: string, error: unknown) => void;
  readonly reloaded: (result: ReloadResult) => void;
  /** Other groups, channels and log level from now on. */
  readonly reconfigure: (config: Config) => void;
  readonly alertsStatus: () => AlertsStatus;
  /** Null: there is no such channel. */
  readonly alertsTest: (channel: string | undefined) => Promise<readonly AlertTried[] | null>;
  readonly alertChannels: () => readonly ChannelSeen[];
  readonly metrics: (event: MetricsServerEvent) => void;
  readonly counts: Counts;
  readonly close: () => Promise<void>;
}

export interface EventGround {
  readonly memory: NodeState;
  readonly store: RulesStore;
  readonly log: EventLog;
}

const keeperDiedText = 'the keeper ended by a mistake in vspair; the process ends too, the next one adopts what the kernel holds';

/** What a stop may wait for alerts: systemd's patience is longer. */
const alertGraceMs = 3_000;

export function createReports(start: DaemonStart): Reports {
  const { config, node, version } = start;
  const log = createLogger(config.log);
  const groups = new Map(config.groups.map((group) => [group.vrid, group.name]));
  const files = fileReports(log);
  const teller = { cluster: config.cluster, node: node.name, groups };
  const alertReport = (report: ChannelReport): void => {
    log.log(alertReportLine(report));
    note(alertDraft(report));
  };
  const alerts = changeableAlerts(config.alerts, (channels) => openAlerts({ ...start, channels }, alertReport, files.fileProblem));
  const specs = new Map(config.groups.map((group) => [group.vrid, group]));
  const noteState = stateWatch({ specs, node }, alerts);
  let ground: EventGround | undefined;
  const service = watchService([...groups.keys()]);
  let serves = false;
  const desk = createEventDesk(
    teller,
    wordsFor(groups, () => ground?.memory.maintenance()?.reason ?? undefined),
  );
  const note = (draft: EventDraft | undefined): void => (draft === undefined ? undefined : desk.tell(draft));
  const counts = createCounts(groups);

  return {
    ...ofLife(log, `vspair ${version}: ${node.name} of cluster ${config.cluster}`, () => serves),
    async keeperDied(error) {
      log.error(`${keeperDiedText}: ${error.stack ?? error.message}`);
      desk.tell(mistakeDraft(`${keeperDiedText}: ${error.message}`));
      await ground?.log.saved();
      await log.close();
    },
    stopped: (how) => desk.tell(stopDraft(how)),
    begin(laid) {
      ground = laid;
      beginEvents(desk, laid, version, { counts, alerts });
    },
    events: desk,
    keeper(message, memory) {
      for (const line of keeperLines(message, groups)) log.log(line);
      desk.keeper(message);
      counts.keeper(message);
      remember(message, memory);
      if (message.type !== 'fact') return;
      noteState(message.fact);
      serves = (serves || message.fact.type === 'becameActive') && !service.isOverAfter(message.fact);
    },
    ...ofParts(log, note),
    ...logOnly(log),
    ...ofReload(config, log, note),
    reconfigure: (next) => reconfigure({ log, alerts, groups, specs, service }, next),
    ...files,
    ...ofAlerts(alerts, teller),
    counts,
    async close() {
      await alerts.close(alertGraceMs);
      await ground?.log.saved();
      await log.close();
    },
  };
}

interface InForce {
  readonly log: Logger;
  readonly alerts: ChangeableAlerts;
  readonly groups: Map<Vrid, string>;
  readonly specs: Map<Vrid, GroupSpec>;
  readonly service: Service;
}

function reconfigure({ log, alerts, groups, specs, service }: InForce, next: Config): void {
  log.setLevel(next.log.level);
  alerts.change(next.alerts);
  // What is gone is kept as well: that it ends is still to be told, by its name.
  for (const group of next.groups) {
    groups.set(group.vrid, group.name);
    specs.set(group.vrid, group);
  }
  service.regroup(next.groups.map(({ vrid }) => vrid));
}

const ofAlerts = (alerts: Alerts, teller: Teller): Pick<Reports, 'alertsStatus' | 'alertChannels' | 'alertsTest'> => ({
  alertsStatus: () => alertsStatus(alerts.state()),
  alertChannels: () => alerts.state(),
  alertsTest: async (channel) => triedOut(await alerts.tryOut(eventOf(testDraft(`a test, asked for on ${teller.node}`), teller), channel)),
});

function beginEvents(
  desk: EventDesk,
  { memory, store, log }: EventGround,
  version: string,
  { counts, alerts }: { readonly counts: Counts; readonly alerts: Alerts },
): void {
  const told = log.own();
  const deliver = (event: DirectorEvent): void => {
    log.add(event);
    counts.event(event);
    alerts.send(event);
    store.recordEvent({ ...event });
  };
  desk.begin({ incarnation: memory.incarnation, told, deliver });
  desk.tell(startDraft(told, `vspair ${version} started`));
}

const wordsFor = (groups: GroupNames, maintenanceReason: () => string | undefined): KeeperWords => ({
  sentence: (fact) => factLine(fact, groups).message,
  maintenanceReason,
});

const ofLife = (log: Logger, who: string, serves: () => boolean): Pick<Reports, 'started' | 'stopping' | 'ipvsLacking'> => ({
  started: () => log.info(`${who} has started`, { pid: process.pid }),
  stopping(how) {
    if (how === 'inPlace') log.info('stopping in place: the kernel goes on serving for the next process');
    else log.info(serves() ? 'stopping: handing over first' : 'stopping: nothing is served here that would have to be handed over');
  },
  ipvsLacking(why) {
    if (why !== undefined) log.warn(`${why.message}; without it no virtual service can be brought in`);
  },
});

const ofParts = (log: Logger, note: (draft: EventDraft | undefined) => void): Pick<Reports, 'rules' | 'store'> => ({
  rules(event) {
    log.log(rulesLine(event));
    note(rulesDraft(event));
  },
  store(event) {
    log.log(storeLine(event));
    note(storeDraft(event));
  },
});

const logOnly = (
  log: Logger,
): Pick<Reports, 'peer' | 'ipvsSetting' | 'neighbour' | 'metrics' | 'notToldSystemd' | 'maintenanceUnsaved' | 'failure'> => ({
  peer: (event) => log.log(peerLine(event)),
  ipvsSetting: (event) => log.log(settingLine(event)),
  neighbour: (now) => log.log(neighbourLine(now)),
  metrics: (event) => log.log(metricsLine(event)),
  maintenanceUnsaved: (error) => log.error(`maintenance is not on disk, so the next start ends it: ${textOf(error)}`),
  notToldSystemd: (why) => log.warn(`systemd cannot be told how this daemon is: ${why}`),
  failure: (method, error) => log.error(`request ${method} failed: ${textOf(error)}`),
});

const ofReload = ({ file }: Config, log: Logger, note: (draft: EventDraft | undefined) => void): Pick<Reports, 'reloaded'> => ({
  reloaded(result) {
    for (const line of reloadLines(file, result)) log.log(line);
    note(reloadDraft(result));
  },
});

function fileReports(log: Logger): Pick<Reports, 'fileProblem' | 'fileProblems'> {
  const problems = watchFileProblems();
  return {
    fileProblem(problem) {
      log.log(fileProblemLine(problem));
      problems.note(problem);
    },
    fileProblems: () => problems.lasting(),
  };
}

function remember(message: FromKeeper, memory: NodeState): void {
  if (message.type === 'peerMark') memory.keepMark(message.mark);
  if (message.type === 'incarnationRaised') void memory.raiseIncarnation(message.incarnation);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
