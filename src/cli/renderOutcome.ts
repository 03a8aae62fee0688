// What became of a command, in a line.
import type { GroupOutcome } from '../control/protocol.ts';
import type { Outcome } from '../core/types.ts';

export const groupOutcomeLine = ({ group, outcome }: GroupOutcome): string => `${group}: ${outcomeText(outcome)}`;

export const outcomeText = (outcome: Outcome): string => (outcome.ok ? outcome.detail : `refused (${outcome.reason}): ${outcome.detail}`);
