// What the parts of the main thread tell, as events: the rules, the shared state, the alerts, the configuration.
import type { NodeName } from '../core/types.ts';
import { begins, type EventDraft, ends } from './draft.ts';

const rulesKey = 'rules-not-in';
const driftKey = 'rules-drift';
const storeKey = 'store';
const storeTroubleKey = 'store-trouble';
export const alertsKey = (channel: string): string => `alerts:${channel}`;

export const rulesNotIn = (text: string): EventDraft => ({ type: 'rulesNotIn', text, trouble: begins(rulesKey) });
export const rulesIn = (text: string): EventDraft => ({ type: 'rulesIn', text, trouble: ends(rulesKey) });

/** What was put right at once does not last. */
export const rulesDrifted = (
  text: string,
  drift: { readonly differences: readonly string[]; readonly isRepaired: boolean },
): EventDraft => ({
  type: 'rulesDrifted',
  text,
  reason: drift.isRepaired ? 'repaired' : 'reported',
  trouble: drift.isRepaired ? null : begins(driftKey),
  differences: drift.differences,
});

export const rulesDriftOver = (text: string): EventDraft => ({ type: 'rulesDriftOver', text, trouble: ends(driftKey) });

/** An edit of the rules lost against another director's: somebody may want to make it again. */
export const rulesSuperseded = (text: string, director: NodeName | undefined): EventDraft => ({
  type: 'rulesSuperseded',
  peer: director ?? null,
  text,
});

/** `reason`: `not-connected`. */
export const storeLost = (text: string, reason: string): EventDraft => ({ type: 'storeLost', reason, text, trouble: begins(storeKey) });
export const storeBack = (text: string): EventDraft => ({ type: 'storeBack', text, trouble: ends(storeKey) });

/** It answers, but its rules are not the ones in use, or it takes nothing; `reason` says which. */
export const storeTrouble = (text: string, reason: string): EventDraft => ({
  type: 'storeLost',
  reason,
  text,
  trouble: begins(storeTroubleKey),
});
export const storeTroubleOver = (text: string): EventDraft => ({ type: 'storeBack', text, trouble: ends(storeTroubleKey) });

export const alertsFailing = (channel: string, text: string): EventDraft => ({
  type: 'alertsFailing',
  text,
  trouble: begins(alertsKey(channel)),
});
export const alertsDelivered = (channel: string, text: string): EventDraft => ({
  type: 'alertsDelivered',
  text,
  trouble: ends(alertsKey(channel)),
});

export const configReloaded = (text: string): EventDraft => ({ type: 'configReloaded', text });
export const configRejected = (text: string): EventDraft => ({ type: 'configRejected', text });

/** What `vspair alerts test` sends. */
export const test = (text: string): EventDraft => ({ type: 'test', text });
