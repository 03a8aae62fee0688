// What a channel has told of troubles: so that one that comes and goes is told once in a while only, that the end of each
// told beginning is told, and that one which stays is told in the end.
import type { DirectorEvent } from '../events/event.ts';

export interface TroubleTold {
  readonly key: string;
  /** When its beginning was last told: milliseconds since 1970. */
  readonly toldAt: number;
  /** Its end was not told yet. */
  readonly open: boolean;
  /** A beginning that was not told, because one had been told a short while ago; it is, once that is over. */
  readonly held: DirectorEvent | undefined;
}

export type TroublesTold = readonly TroubleTold[];

export interface Judgement {
  readonly tells: boolean;
  readonly troubles: TroublesTold;
}

/** `event` has a trouble. `isWanted`: by the channel's types and severities. */
export function judge(
  troubles: TroublesTold,
  event: DirectorEvent & { readonly trouble: NonNullable<DirectorEvent['trouble']> },
  { now, repeatMs, isWanted }: { readonly now: number; readonly repeatMs: number; readonly isWanted: boolean },
): Judgement {
  const { key, isOver } = event.trouble;
  const known = troubles.find((one) => one.key === key);
  const others = troubles.filter((one) => one.key !== key);
  if (isOver) return ended(known, others);
  if (!isWanted) return { tells: false, troubles };
  if (known === undefined || now - known.toldAt >= repeatMs || now < known.toldAt)
    return { tells: true, troubles: [...others, { key, toldAt: now, open: true, held: undefined }] };
  // One that goes on was told already; one that is back is told later, if it stays.
  return { tells: false, troubles: known.open ? troubles : [...others, { ...known, held: event }] };
}

/** Who was told of the beginning wants to be told of the end, whatever its severity; nobody else does. */
function ended(known: TroubleTold | undefined, others: TroublesTold): Judgement {
  if (known === undefined) return { tells: false, troubles: others };
  return { tells: known.open, troubles: [...others, { ...known, open: false, held: undefined }] };
}

/** Beginnings whose quiet time is over, and what is worth remembering after it. */
export function due(troubles: TroublesTold, { now, repeatMs }: { readonly now: number; readonly repeatMs: number }) {
  const isQuiet = ({ toldAt }: TroubleTold): boolean => now - toldAt < repeatMs && now >= toldAt;
  const events = troubles.flatMap((one) => (one.held === undefined || isQuiet(one) ? [] : [one.held]));
  const kept = troubles.flatMap((one): TroubleTold[] => {
    if (isQuiet(one)) return [one];
    if (one.held !== undefined) return [{ key: one.key, toldAt: now, open: true, held: undefined }];
    return one.open ? [one] : [];
  });
  return { events, troubles: kept };
}

/** When the first held beginning is due; undefined when none is held. */
export function nextDue(troubles: TroublesTold, repeatMs: number): number | undefined {
  const moments = troubles.flatMap(({ held, toldAt }) => (held === undefined ? [] : [toldAt + repeatMs]));
  return moments.length === 0 ? undefined : Math.min(...moments);
}
