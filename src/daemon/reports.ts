// Where everything that happens is told: the log, the alerts, the store's events, this director's memory. All of it off
// the keeper, which has done its part before anything arrives here.
import { type AlertContext, type AlertEvent, alertEventOf, driftEvent, rulesSupersededEvent } from '../alerts/alertEvent.ts';
import { createAlerts } from '../alerts/alerts.ts';
import type { DaemonStart } from '../cli/world.ts';
import type { AlertsStatus, NeighbourStatus } from '../control/status.ts';
import { type Problem, problemText } from '../errors/place.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import { factLine, keeperLines } from '../log/factLine.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import type { PeerChannelEvent } from '../peer/channel.ts';
import type { FileProblem } from '../store/fileProblem.ts';
import type { NodeState } from '../store/nodeState.ts';
import type { RulesStore, StoreEvent } from '../store/rulesStore.ts';
import type { IpvsSettingEvent } from './ipvsSettings.ts';
import { alertReportLine, driftLine, fileProblemLine, neighbourLine, peerLine, rulesLine, settingLine, storeLine } from './reportLines.ts';
import type { RulesEvent } from './rulesDuty.ts';

export interface Reports {
  readonly started: () => void;
  readonly stopping: (how: 'handover' | 'inPlace') => void;
  readonly keeper: (message: FromKeeper, keep: { readonly memory: NodeState; readonly store: RulesStore }) => void;
  /** Resolves when it is written: the process ends right after. */
  readonly keeperDied: (error: Error) => Promise<void>;
  /** Told once, at the start: the rules themselves say it again as long as there are any. */
  readonly ipvsLacking: (why: Error | undefined) => void;
  readonly rules: (event: RulesEvent, store: RulesStore) => void;
  readonly store: (event: StoreEvent) => void;
  readonly peer: (event: PeerChannelEvent) => void;
  readonly ipvsSetting: (event: IpvsSettingEvent) => void;
  readonly neighbour: (now: NeighbourStatus) => void;
  readonly fileProblem: (problem: FileProblem) => void;
  readonly failure: (method: string, error: unknown) => void;
  readonly configRejected: (problems: readonly Problem[]) => void;
  readonly configValid: () => void;
  readonly alertsStatus: () => AlertsStatus;
  readonly close: () => Promise<void>;
}

/** What a stop may wait for alerts: systemd's patience is longer. */
const alertGraceMs = 3_000;

export function createReports({ config, node, version }: DaemonStart): Reports {
  const log = createLogger(config.log);
  const alerts = createAlerts({ channels: config.alerts, report: (report) => log.log(alertReportLine(report)) });
  const groups = new Map(config.groups.map((group) => [group.vrid, group.name]));

  const contextOf = (text: string): AlertContext => ({ cluster: config.cluster, node: node.name, groups, text });

  const tellPeople = (event: AlertEvent | undefined, store: RulesStore): void => {
    if (event === undefined) return;
    alerts.send(event);
    store.recordEvent({ ...event });
  };

  return {
    started: () => log.info(`vspair ${version}: ${node.name} of cluster ${config.cluster} has started`, { pid: process.pid }),
    stopping: (how) =>
      log.info(how === 'inPlace' ? 'stopping in place: the kernel goes on serving for the next process' : 'stopping: handing over first'),
    keeper(message, { memory, store }) {
      for (const line of keeperLines(message, groups)) log.log(line);
      if (message.type === 'fact') tellPeople(alertEventOf(message.fact, contextOf(factLine(message.fact, groups).message)), store);
      remember(message, memory, log);
    },
    async keeperDied(error) {
      log.error(
        `the keeper ended by a mistake in vspair; the process ends too, the next one adopts what the kernel holds: ${error.stack ?? error.message}`,
      );
      await log.close();
    },
    ipvsLacking(why) {
      if (why !== undefined) log.warn(`${why.message}; without it no virtual service can be brought in`);
    },
    rules(event, store) {
      log.log(rulesLine(event));
      if (event.type === 'rulesDrifted') tellPeople(driftEvent(contextOf(driftLine(event)), event), store);
    },
    store(event) {
      const said = storeLine(event);
      log.log(said);
      if (event.type === 'editLost') alerts.send(rulesSupersededEvent(contextOf(said.message), event.director));
    },
    peer: (event) => log.log(peerLine(event)),
    ipvsSetting: (event) => log.log(settingLine(event)),
    neighbour: (now) => log.log(neighbourLine(now)),
    fileProblem: (problem) => log.log(fileProblemLine(problem)),
    failure: (method, error) => log.error(`request ${method} failed: ${textOf(error)}`),
    configRejected(problems) {
      for (const problem of problems) log.error(problemText(problem));
      log.error(`${config.file} is not valid: the running configuration stays`);
    },
    configValid: () =>
      log.warn(`${config.file} is valid; it takes effect with the next start (SIGUSR2 ends this process without moving a virtual IP)`),
    alertsStatus: () => {
      const { delivered, failed, lastFailure } = alerts.state();
      return { delivered, failed, lastFailure };
    },
    async close() {
      await alerts.close(alertGraceMs);
      await log.close();
    },
  };
}

function remember(message: FromKeeper, memory: NodeState, log: Logger): void {
  if (message.type === 'peerMark') memory.keepMark(message.mark);
  if (message.type === 'incarnationRaised') void memory.raiseIncarnation(message.incarnation);
  if (message.type === 'maintenanceChanged')
    memory.keepMaintenance(message.on).catch((error: unknown) => log.error(`maintenance is not on disk: ${textOf(error)}`));
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
