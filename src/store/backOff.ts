// How long to wait before trying again: twice as long each time up to a bound, and never quite the same, so that those who
// lost one server together do not come back to it together.

export interface Pauses {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** `attempt` counts from 1. In milliseconds. */
export function pauseBefore(attempt: number, { firstPauseMs, longestPauseMs }: Pauses): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 16));
  return Math.round(pause * (0.75 + Math.random() / 4));
}
