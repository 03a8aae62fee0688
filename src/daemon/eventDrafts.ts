// What the daemon's parts report, as events: for what an operator would want to be told of, or to find later.
import type { ChannelReport } from '../alerts/channelQueue.ts';
import type { EventDraft } from '../events/draft.ts';
import * as drafts from '../events/partDrafts.ts';
import type { StoreEvent } from '../store/rulesStore.ts';
import { alertReportLine, rulesLine, storeLine } from './reportLines.ts';
import type { RulesEvent } from './rulesDuty.ts';

export function rulesDraft(event: RulesEvent): EventDraft | undefined {
  const text = rulesLine(event).message;
  switch (event.type) {
    case 'rulesIn':
    case 'rulesPrepared':
      return drafts.rulesIn(text);
    case 'rulesNotIn':
      return drafts.rulesNotIn(text);
    case 'rulesDrifted':
      return drafts.rulesDrifted(text, event);
    case 'rulesDriftOver':
      return drafts.rulesDriftOver(text);
    case 'rulesLeft':
      return undefined;
  }
}

export function storeDraft(event: StoreEvent): EventDraft | undefined {
  const text = storeLine(event).message;
  switch (event.type) {
    case 'connected':
      return drafts.storeBack(text);
    case 'disconnected':
      return drafts.storeLost(text, 'not-connected');
    case 'trouble':
      return drafts.storeTrouble(text, event.what);
    case 'troubleOver':
      return drafts.storeTroubleOver(text);
    case 'superseded':
      return drafts.rulesSuperseded(text, undefined);
    case 'editLost':
      return drafts.rulesSuperseded(text, event.director);
    case 'noticesRefused':
    case 'peerRefused':
    case 'unreached':
      return undefined;
  }
}

/** One attempt may fail by chance; after the third the others are told. */
const attemptsBeforeTold = 3;

export function alertDraft(report: ChannelReport): EventDraft | undefined {
  const text = alertReportLine(report).message;
  if (report.type === 'delivered') return drafts.alertsDelivered(report.channel, text);
  if (report.type === 'delayed' && report.attempts < attemptsBeforeTold) return undefined;
  return drafts.alertsFailing(report.channel, text);
}
