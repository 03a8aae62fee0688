// A handover in lines: its steps, its gap, what became of it; and for programs.
import type { HandoverAccount, HandoverOutcome, HandoverStep, StepName } from '../../control/handover.ts';
import type { GroupOutcome } from '../../control/protocol.ts';
import type { RefusalReason } from '../../core/types.ts';

export const stepLine = ({ group, step, node, afterMs }: HandoverStep): string =>
  `${group}: ${stepWords[step].padEnd(longestStep)}  ${node}  ${step === 'asked' ? '' : `after ${afterMs.toFixed(1)} ms`}`.trimEnd();

const stepWords: Readonly<Record<StepName, string>> = {
  asked: 'asked by',
  ready: 'rules in at',
  takenOver: 'taken over by',
  announced: 'announced by',
  released: 'released by',
};
const longestStep = Math.max(...Object.values(stepWords).map(({ length }) => length));

export const gapLine = (group: string, account: HandoverAccount): string => `${group}: ${gapText(account)}`;

function gapText({ gap, how }: HandoverAccount): string {
  if (gap === null) return `gap ${how}`;
  const accuracy = `(give or take ${gap.accuracyMs.toFixed(1)} ms; ${how})`;
  if (gap.ms > 0) return `gap of ${gap.ms.toFixed(1)} ms in which neither held the virtual IPs ${accuracy}`;
  return `no gap: for ${gap.overlapMs.toFixed(1)} ms both held the virtual IPs ${accuracy}`;
}

export function outcomeLine(group: string, outcome: HandoverOutcome): string {
  if (outcome.ok) return `${group}: ${outcome.detail}`;
  return `${group}: refused (${outcome.reason}): ${outcome.detail}\n  ${nextSteps[outcome.reason]}`;
}

const nextSteps: Readonly<Record<RefusalReason, string>> = {
  'not-active': 'vspair status says who is active, and why nobody is',
  'unknown-group': 'vspair status lists the groups',
  'unknown-node': 'vspair status lists the directors',
  'already-there': 'there is nothing to do',
  'peer-not-heard': 'see whether it runs, its vspair, and the heartbeat links between the two',
  'peer-does-not-hear-us': 'let its heartbeat port be reached from the active director',
  'peer-in-maintenance': 'vspair maintenance off on it, once the work there is done',
  'peer-in-fault': 'repair what vspair status on it calls its fault; it comes back by itself',
  'peer-not-backup': 'it has only just started, or is active too: look at vspair status, or give the command again with --wait',
  'peer-rules-not-in': 'vspair status says what keeps the rules from its kernel; --wait waits for them',
  'handover-under-way': 'wait for it to end, or give the command again with --wait',
  'not-confirmed': 'the active director goes on; look at vspair events and at the links between the two',
  stopping: 'the director is about to end and hands over by itself',
};

/** Null is what is not known, or was not done. */
export const outcomeJson = ({ group, outcome }: GroupOutcome) => ({
  ...{ group, ok: outcome.ok, reason: outcome.ok ? null : outcome.reason, detail: outcome.detail },
  from: outcome.account?.from ?? null,
  to: outcome.account?.to ?? null,
  steps: (outcome.account?.steps ?? []).map(({ step, node, afterMs }) => ({ step, node, afterMs })),
  gap: outcome.account?.gap ?? null,
  how: outcome.account?.how ?? null,
});
