// From what the keeper tells to the events of this director.
import type { Fact } from '../core/types.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import { begins, type EventDraft, ends } from './draft.ts';
import { draftsOf } from './factDrafts.ts';
import type { Transitions } from './transitions.ts';

export interface KeeperWords {
  /** The sentence for a fact, for people. */
  readonly sentence: (fact: Fact) => string;
  /** What the operator gave as the reason of the maintenance. */
  readonly maintenanceReason: () => string | undefined;
}

export function keeperDrafts(message: FromKeeper, transitions: Transitions, words: KeeperWords): readonly EventDraft[] {
  switch (message.type) {
    case 'fact': {
      const text = words.sentence(message.fact);
      return [...transitions.fact(message, text), ...draftsOf(message.fact, text)];
    }
    case 'takeover':
      return transitions.timeline(message.timeline);
    case 'vipRestored': {
      const { vrid, address, dev } = message;
      return [{ type: 'vipRestored', vrid, text: `${address} dev ${dev} was removed by somebody else, and added again` }];
    }
    case 'maintenanceChanged':
      return [maintenanceDraft(message.on, words.maintenanceReason())];
    case 'incarnationRaised':
      transitions.raised(message.incarnation);
      return [];
    case 'ready':
    case 'kernelFailures':
    case 'answer':
    case 'snapshot':
    case 'pong':
    case 'peerMark':
    case 'dropped':
    case 'exited':
      return [];
  }
}

function maintenanceDraft(on: boolean, reason: string | undefined): EventDraft {
  if (!on) return { type: 'maintenanceOff', text: 'maintenance off', trouble: ends('maintenance') };
  const text = reason === undefined ? 'maintenance on' : `maintenance on: ${reason}`;
  return { type: 'maintenanceOn', reason: reason ?? null, text, trouble: begins('maintenance') };
}
