// What the main thread's own parts tell, as sentences for an operator.
import type { ChannelReport } from '../alerts/channelQueue.ts';
import type { NeighbourStatus } from '../control/status.ts';
import type { KernelFailure } from '../keeper/ports.ts';
import type { LogLine } from '../log/line.ts';
import type { MetricsServerEvent } from '../metrics/server.ts';
import type { PeerChannelEvent } from '../peer/channel.ts';
import type { Unreached } from '../rules/exchange.ts';
import type { FileProblem } from '../store/fileProblem.ts';
import { lostText } from '../store/lostRevisions.ts';
import type { StoreEvent } from '../store/rulesStore.ts';
import type { IpvsSettingEvent } from './ipvsSettings.ts';
import type { RulesEvent } from './rulesDuty.ts';

const line = (level: LogLine['level'], message: string, fields: LogLine['fields'] = {}): LogLine => ({ level, message, fields });

export function rulesLine(event: RulesEvent): LogLine {
  if (event.type === 'rulesLeft') return rulesLeftLine(event.failures);
  if (event.type === 'rulesDriftOver') return line('info', 'rules: what somebody else had changed in the kernel is as it should be again');
  const { revision, digest } = event.revision;
  const fields = { type: event.type, revision, digest };
  switch (event.type) {
    case 'rulesDrifted':
      return line('warn', driftLine(event), { ...fields, differences: event.differences, repaired: event.isRepaired });
    case 'rulesIn':
      return line(
        'info',
        `rules: revision ${revision} (${digest}) is in the kernel, ${event.written === 0 ? 'as it was' : `${event.written} requests written`}`,
        fields,
      );
    case 'rulesPrepared':
      return line(
        'info',
        `rules: revision ${revision} (${digest}) is prepared, ${event.requests} requests to be written at a takeover`,
        fields,
      );
    case 'rulesNotIn':
      return line('error', `rules: revision ${revision} (${digest}) is not all in the kernel: ${event.detail}`, {
        ...fields,
        failures: event.failures,
      });
  }
}

export function driftLine({ differences, isRepaired }: Extract<RulesEvent, { type: 'rulesDrifted' }>): string {
  const what = isRepaired ? 'and it was put right' : 'and it stands';
  return `rules: somebody else changed our services in the kernel, ${what}: ${differences.join('; ')}`;
}

function rulesLeftLine(failures: readonly KernelFailure[]): LogLine {
  const said = failures.map(({ attempt, object, errno }) => `cannot ${attempt} ${object}: ${errno}`);
  return line('error', `rules: not all taken out of the kernel: ${said.join('; ')}`, { type: 'rulesLeft', failures });
}

/** What the daemon sets at its start is its work; what it has to put back was changed by somebody else. */
export function settingLine(event: IpvsSettingEvent): LogLine {
  switch (event.type) {
    case 'settingPut': {
      const { name, found, wanted, first } = event;
      return first
        ? line('info', `ipvs: ${name} is now ${wanted}; it was ${found}`, { ...event })
        : line('warn', `ipvs: ${name} had been changed to ${found} by somebody else; it is ${wanted} again`, { ...event });
    }
    case 'settingRefused': {
      const { attempt, object, errno } = event.failure;
      return line('error', `ipvs: cannot ${attempt} ${object}: ${errno}; it is tried again`, { ...event });
    }
  }
}

export function storeLine(event: StoreEvent): LogLine {
  switch (event.type) {
    case 'connected':
      return line('info', 'redis: connected', { ...event });
    case 'disconnected':
      return line('warn', `redis: not connected: ${event.detail}; the last good rules stay in use`, { ...event });
    case 'noticesRefused':
      return line('warn', `redis: change notices are refused: ${event.detail}; changes arrive with the poll only`, { ...event });
    case 'superseded':
      return line(
        'warn',
        `rules: revision ${event.revision} (${event.digest}) by ${event.author} was lost by the store, which has another one of that number; it is in the history under its digest`,
        { ...event },
      );
    case 'trouble':
      return line('error', `redis: ${event.detail}; the last good rules stay in use`, { ...event });
    case 'troubleOver':
      return line('info', 'redis: its rules are the ones in use again', { ...event });
    case 'editLost':
      return editLostLine(event);
    case 'peerRefused':
      return line('error', `rules: not shared: ${event.detail}; the rules here stay in use`, { ...event });
    case 'unreached':
      return line('warn', `rules: revision ${event.revision} is not everywhere yet: ${unreachedText(event.directors)}`, { ...event });
  }
}

function editLostLine({ type, lost, director, current }: Extract<StoreEvent, { type: 'editLost' }>): LogLine {
  return line('error', `rules: ${lostText({ lost, director, current })}`, {
    type,
    lost: lost.revision,
    lostDigest: lost.digest,
    revision: current.revision,
    digest: current.digest,
  });
}

const unreachedText = (directors: readonly Unreached[]): string =>
  directors.map(({ director, detail }) => `${director}: ${detail}`).join('; ');

export function peerLine(event: PeerChannelEvent): LogLine {
  switch (event.type) {
    case 'connected':
      return line('info', `peer channel: connected to ${event.peer} at ${event.address}`, { ...event });
    case 'lost':
      return line('warn', `peer channel: connection to ${event.peer} lost: ${event.detail} (a hint only: adverts decide)`, { ...event });
    case 'unreachable':
      return line('warn', `peer channel: ${event.peer} cannot be reached at ${event.address}: ${event.detail}`, { ...event });
    case 'refused':
      return line('warn', `peer channel: ${event.count} connections from ${event.from} refused: ${event.cause}`, { ...event });
    case 'listening':
      return line('debug', `peer channel: listening on ${event.address}`, { ...event });
    case 'listenFailed':
      return line('error', `peer channel: cannot listen on ${event.address}: ${event.detail}`, { ...event });
    case 'handlerFailed':
      return line(
        'error',
        `peer channel: request ${event.method} failed: ${event.error instanceof Error ? event.error.message : String(event.error)}`,
        { type: event.type, method: event.method },
      );
  }
}

export function neighbourLine({ address, dev, mac, detail }: NeighbourStatus): LogLine {
  const fields = { type: 'neighbour', address, dev, mac };
  if (mac === undefined) return line('debug', `${address} on ${dev}: no owner in the neighbour table: ${detail ?? 'unknown'}`, fields);
  return line('info', `${address} on ${dev} is answered by ${mac}`, fields);
}

export function metricsLine(event: MetricsServerEvent): LogLine {
  switch (event.type) {
    case 'listening':
      return line('info', `metrics: at ${event.address}`, { ...event });
    case 'listenFailed':
      return line('error', `metrics: cannot listen on ${event.address}: ${event.detail}; it is tried again`, { ...event });
    case 'scrapeFailed':
      return line('warn', `metrics: a scrape got none: ${event.detail}`, { ...event });
  }
}

export function fileProblemLine({ file, problem, detail, setAside }: FileProblem): LogLine {
  const where = setAside === undefined ? '' : `; set aside as ${setAside}`;
  return line('error', `${file}: ${problem}: ${detail}${where}`, { type: 'fileProblem', file, problem });
}

export function alertReportLine(report: ChannelReport): LogLine {
  const { channel, event, attempts } = report;
  const fields = { type: report.type, channel, event: event.id, attempts };
  switch (report.type) {
    case 'delivered':
      return line('debug', `${channel}: delivered: ${event.text}`, fields);
    case 'delayed':
      // Of a whole outage the first failure is enough.
      return line(attempts === 1 ? 'warn' : 'debug', `${channel}: not delivered yet: ${report.detail}: ${event.text}`, fields);
    case 'failed':
      return line('warn', `${channel}: not delivered after ${attempts} attempts: ${report.detail}: ${event.text}`, fields);
  }
}
