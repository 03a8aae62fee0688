// The daemon's own starts and ends. One that starts finds in its events whether the last one ended as it was asked to.
import type { EventDraft } from './draft.ts';
import type { DirectorEvent } from './event.ts';

/** `told`: what this director told before, oldest first. */
export function startDraft(told: readonly DirectorEvent[], text: string): EventDraft {
  const last = told.findLast(({ type }) => type === 'daemonStarted' || type === 'daemonRestarted' || type === 'daemonStopped');
  if (last === undefined) return { type: 'daemonStarted', reason: 'first-start', text };
  if (last.type !== 'daemonStopped')
    return { type: 'daemonRestarted', reason: 'ended-unseen', text: `${text}; the last one was killed, or the machine went down` };
  if (last.reason === 'mistake') return { type: 'daemonRestarted', reason: 'mistake', text: `${text}; the last one ended by a mistake` };
  return { type: 'daemonStarted', reason: last.reason, text };
}

export function stopDraft(how: 'handover' | 'inPlace'): EventDraft {
  const [reason, text] =
    how === 'handover'
      ? ['handover', 'stopped, after handing over']
      : ['in-place', 'stopped, the kernel goes on serving for the next process'];
  return { type: 'daemonStopped', reason, text };
}

export const mistakeDraft = (text: string): EventDraft => ({ type: 'daemonStopped', severity: 'critical', reason: 'mistake', text });
