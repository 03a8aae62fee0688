// A group that moves again and again though nobody asked: each move is over quickly, but something is wrong that lasts.
import { begins, type EventDraft, ends } from './draft.ts';
import type { DirectorEvent } from './event.ts';

export interface Flapping {
  /** What to tell after this event. `now`: milliseconds that only ever grow. */
  note(event: DirectorEvent, now: number): readonly EventDraft[];
  /** What has been quiet for long enough. */
  settle(now: number): readonly EventDraft[];
}

/** Three short cuts in five minutes: each makes a director take over and one step down. */
export const flappingFrom = { transitions: 5, withinMs: 300_000 } as const;

/** What the operator asked for does not count. */
const counted: readonly string[] = ['takeover', 'steppedDown', 'fault', 'handoverCalledOff'];

export function watchFlapping(): Flapping {
  const moves = new Map<number, readonly number[]>();
  const recent = (vrid: number, now: number): readonly number[] =>
    (moves.get(vrid) ?? []).filter((moment) => now - moment < flappingFrom.withinMs);

  return {
    note({ type, reason, vrid, group }, now) {
      if (vrid === null || !counted.includes(type) || reason === 'seen') return [];
      const moments = [...recent(vrid, now), now];
      moves.set(vrid, moments);
      if (moments.length < flappingFrom.transitions) return [];
      const text = `${group ?? 'a group'} (VRID ${vrid}): ${moments.length} transitions within ${flappingFrom.withinMs / 60_000} minutes`;
      return [{ type: 'flapping', vrid, text, trouble: begins(`flapping:${vrid}`) }];
    },
    settle(now) {
      const quiet = [...moves.keys()].filter((vrid) => recent(vrid, now).length === 0);
      for (const vrid of quiet) moves.delete(vrid);
      return quiet.map((vrid) => ({
        ...{ type: 'flappingOver', vrid, trouble: ends(`flapping:${vrid}`) },
        text: `VRID ${vrid}: no transition for ${flappingFrom.withinMs / 60_000} minutes`,
      }));
    },
  };
}
