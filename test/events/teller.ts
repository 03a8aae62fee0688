// vsbak of the lab's pair, which tells; and what it tells of, as the keeper reports it.
import { type ActiveReason, type BackupReason, type Evidence, type Fact, millis } from '../../src/core/types.ts';
import type { Teller } from '../../src/events/draft.ts';
import type { FromKeeper } from '../../src/keeper/messages.ts';

export const teller: Teller = { cluster: 'web', node: 'vsbak', groups: new Map([[51, 'web']]) };

export const evidence: Evidence = { active: 'vs1', lastHeardAgo: millis(361), activeDownInterval: millis(360.9), late: millis(2) };

export const becameActive = (reason: ActiveReason, more: Partial<Extract<Fact, { type: 'becameActive' }>> = {}): Fact => ({
  ...{ type: 'becameActive', vrid: 51, reason, evidence },
  ...more,
});

export const becameBackup = (reason: BackupReason, to?: string): Fact => ({ type: 'becameBackup', vrid: 51, reason, to });

export const factAt = (at: number, fact: Fact): Extract<FromKeeper, { type: 'fact' }> => ({
  ...{ type: 'fact', at: millis(at), fact },
  heard: [{ link: 0, local: '10.0.0.3', remote: '10.0.0.2', lastHeardAgo: millis(361) }],
  rules: { revision: 7, digest: '00112233aabbccdd', ready: true },
});

/** Decided at 1000 ms. */
export const timeline = {
  ...{ vrid: 51, decidedAt: millis(1000) },
  ...{ rulesInAt: millis(1000.5), vipAddedAt: millis(1001.25), announcedAt: millis(1001.5) },
};
