// What the keeper tells, as sentences for an operator: who, what, and why, with the figures that decided.
import type { ActiveReason, BackupReason, Evidence, Fact, Millis, NodeName, Vrid } from '../core/types.ts';
import type { DropCause, FromKeeper, TakeoverTimeline } from '../keeper/messages.ts';
import type { KernelFailure } from '../keeper/ports.ts';
import type { Level, LogLine } from './line.ts';

/** The name of a group by its VRID. */
export type GroupNames = ReadonlyMap<Vrid, string>;

/** The lines for one message: none for what is no news to a person. */
export function keeperLines(message: FromKeeper, groups: GroupNames): readonly LogLine[] {
  switch (message.type) {
    case 'fact':
      return [factLine(message.fact, groups)];
    case 'ready':
      return [line('info', `keeper: ready, real-time scheduling: ${message.realtime}`, { type: message.type, realtime: message.realtime })];
    case 'takeover':
      return [takeoverLine(message.timeline, groups)];
    case 'kernelFailures':
      return message.failures.map(kernelFailureLine);
    case 'vipRestored':
      return [restoredLine(message, groups)];
    case 'dropped':
      return [droppedLine(message)];
    case 'incarnationRaised':
      return [
        line('info', `incarnation raised to ${message.incarnation}: the peers remember a later start than this disk`, { ...message }),
      ];
    case 'maintenanceChanged':
      return [line('info', `maintenance ${message.on ? 'on' : 'off'}`, { ...message })];
    case 'exited':
      return [line('info', 'keeper: ended', { type: message.type })];
    case 'answer':
    case 'snapshot':
    case 'pong':
    case 'peerMark':
      return [];
  }
}

export function factLine(fact: Fact, groups: GroupNames): LogLine {
  const { level, text } = sentenceOf(fact);
  if (!('vrid' in fact)) return line(level, text, { ...fact });
  return line(level, `${groupText(fact.vrid, groups)}: ${text}`, { ...fact, group: groups.get(fact.vrid) });
}

interface Sentence {
  readonly level: Level;
  readonly text: string;
}

function sentenceOf(fact: Fact): Sentence {
  switch (fact.type) {
    case 'becameActive':
      return { level: fact.reason === 'active-down' ? 'warn' : 'info', text: `ACTIVE: ${activeWhy(fact.reason, fact.evidence)}` };
    case 'becameBackup':
      return backupSentence(fact.reason, fact.to);
    case 'enteredFault':
      return {
        level: 'error',
        text: fact.reason === 'link-down' ? `FAULT: link ${fact.detail} is down` : `FAULT: the kernel refused: ${fact.detail}`,
      };
    case 'enteredMaintenance':
      return { level: 'info', text: 'MAINTENANCE: takes nothing over until maintenance is off' };
    case 'stopped':
      return {
        level: 'info',
        text: fact.released ? 'stopped, virtual IPs released' : 'stopped, virtual IPs left in place for the next start',
      };
    case 'handoverStarted':
      return { level: 'info', text: `handing over to ${fact.to}` };
    case 'handoverCompleted':
      return { level: 'info', text: `handed over to ${fact.to} in ${ms(fact.took)}` };
    case 'handoverCalledOff':
      return { level: 'warn', text: `handover to ${fact.to} called off: it did not confirm` };
    case 'takeoverWithheld':
      return { level: 'error', text: 'the active is gone, but there are no rules here to serve with: taking over when they are in' };
    case 'bothActive':
      return { level: 'error', text: `${fact.peer} is active too` };
    case 'peerHeard':
      return { level: 'info', text: `${fact.peer} is heard` };
    case 'peerLost':
      return { level: 'warn', text: `${fact.peer} not heard for ${ms(fact.lastHeardAgo)}` };
  }
}

function activeWhy(reason: ActiveReason, evidence: Evidence): string {
  const { active = 'the active' } = evidence;
  switch (reason) {
    case 'active-down':
      return silence(evidence) + lateness(evidence.late);
    case 'active-left':
      return `${active} left`;
    case 'handover':
      return `${active} handed over`;
    case 'preempted':
      return `ranks above ${active}`;
    case 'adopted':
      return 'held the virtual IPs already, and nobody else is active';
  }
}

function silence({ active, lastHeardAgo, activeDownInterval }: Evidence): string {
  const limit = activeDownInterval === undefined ? '' : ` (limit ${tenths(activeDownInterval)} ms)`;
  if (active === undefined || lastHeardAgo === undefined) return `no active director heard${limit}`;
  return `${active} not heard for ${ms(lastHeardAgo)}${limit}`;
}

/** Below this it is the ordinary lateness of timers. */
const notableLateMs = 10;
const lateness = (late: Millis): string => (late < notableLateMs ? '' : `; noticed ${ms(late)} late`);

function backupSentence(reason: BackupReason, to: NodeName | undefined): Sentence {
  const other = to ?? 'another director';
  switch (reason) {
    case 'started':
      return { level: 'info', text: 'BACKUP: started' };
    case 'outranked':
      return { level: 'warn', text: `BACKUP: ${other} ranks higher` };
    case 'handed-over':
      return { level: 'info', text: `BACKUP: ${other} took over` };
    case 'called-off':
      return { level: 'warn', text: `BACKUP: handover called off, ${other} stays active` };
    case 'rules-not-in':
      return { level: 'error', text: 'BACKUP: the rules that were being loaded are not ready any more' };
    case 'stalled':
      return { level: 'error', text: 'BACKUP: this director stood still for so long that another may have taken over' };
    case 'not-heard-by-active':
      return { level: 'error', text: `BACKUP: ${other} is active and does not hear this director` };
    case 'active-elsewhere':
      return { level: 'info', text: `BACKUP: ${other} is active` };
    case 'recovered':
      return { level: 'info', text: 'BACKUP: fault gone' };
    case 'maintenance-ended':
      return { level: 'info', text: 'BACKUP: maintenance is off' };
  }
}

function takeoverLine(timeline: TakeoverTimeline, groups: GroupNames): LogLine {
  const { vrid, decidedAt, rulesInAt, vipAddedAt, announcedAt } = timeline;
  const after = (moment: Millis): number => Number((moment - decidedAt).toFixed(2));
  const fields = { rulesInMs: after(rulesInAt), vipAddedMs: after(vipAddedAt), announcedMs: after(announcedAt) };
  const text = `rules in after ${fields.rulesInMs} ms, virtual IPs added after ${fields.vipAddedMs} ms, announced after ${fields.announcedMs} ms`;
  return line('info', `${groupText(vrid, groups)}: ${text}`, { type: 'takeover', vrid, group: groups.get(vrid), ...fields });
}

const kernelFailureLine = (failure: KernelFailure): LogLine =>
  line('error', `kernel: cannot ${failure.attempt} ${failure.object}: ${failure.errno}`, { type: 'kernelFailure', ...failure });

function restoredLine(message: Extract<FromKeeper, { type: 'vipRestored' }>, groups: GroupNames): LogLine {
  const { vrid, address, dev } = message;
  const text = `${groupText(vrid, groups)}: ${address} dev ${dev} was removed by somebody else, and added again`;
  return line('warn', text, { ...message, group: groups.get(vrid) });
}

const dropWords: Readonly<Record<DropCause, string>> = {
  malformed: 'malformed',
  'unknown-version': 'of an unknown format version',
  'unknown-cluster': 'of another cluster',
  'unknown-sender': 'of a director that is not in the configuration',
  'own-advert': 'sent by this director itself',
  'wrong-source': 'from an address that is not the sender’s',
  'unknown-key': 'with an unknown key id',
  'wrong-key': 'with a wrong key',
  stale: 'older than one already heard',
  'bad-content': 'that contradict the configuration',
};

function droppedLine(message: Extract<FromKeeper, { type: 'dropped' }>): LogLine {
  const { cause, count, from } = message;
  const adverts = count === 1 ? 'an advert' : `${count} adverts`;
  return line('warn', `dropped ${adverts} ${dropWords[cause]}, from ${from}`, { ...message });
}

const groupText = (vrid: Vrid, groups: GroupNames): string => `${groups.get(vrid) ?? 'unknown group'} (VRID ${vrid})`;
const line = (level: Level, message: string, fields: LogLine['fields']): LogLine => ({ level, message, fields });

/** Whole milliseconds, but tenths where they are all there is. */
const ms = (length: Millis): string => `${length < 10 ? tenths(length) : Math.round(length)} ms`;
const tenths = (length: Millis): string => String(Number(length.toFixed(1)));
