// The lengths of time of RFC 9568 section 6.1, and those of ours that it does not know.
import { type Millis, millis } from './types.ts';

/** Skew_Time: (((256 - priority) * Active_Adver_Interval) / 256). Never rounded, so that two backups cannot coincide. */
export function skewTime(priority: number, activeInterval: Millis): Millis {
  return millis(((256 - priority) * activeInterval) / 256);
}

/** Active_Down_Interval: (3 * Active_Adver_Interval) + Skew_Time. */
export function activeDownInterval(priority: number, activeInterval: Millis): Millis {
  return millis(3 * activeInterval + skewTime(priority, activeInterval));
}

/** How long a silent peer counts as there: as long as the most patient Active_Down_Interval, so never less than any backup waits. */
export function peerDownInterval(interval: Millis): Millis {
  return activeDownInterval(1, interval);
}

/** How long an active waits for "I have it", or for news of the other's load, before it calls a handover off. */
export function handoverTimeout(interval: Millis): Millis {
  return millis(Math.max(1_000, 3 * interval));
}

/** The longest handover, however long the other one says that it is loading: a stop of this process may wait for it. */
export function handoverLimit(interval: Millis): Millis {
  return millis(Math.max(15_000, handoverTimeout(interval)));
}

/**
 * When announcements follow one another after a takeover: at once, a burst for hosts that missed one, one for switches
 * whose port was still learning, then a slow refresh.
 */
const announceAfter: readonly Millis[] = [0, 50, 150, 400, 1_000, 5_000].map(millis);
const announceRefresh = millis(60_000);

/** The moment of announcement round `round` (0 first) of a director that is active since `since`. */
export function announceTime(since: Millis, round: number): Millis {
  const last = announceAfter.length - 1;
  const offset = announceAfter[round] ?? millis((announceAfter[last] ?? 0) + (round - last) * announceRefresh);
  return millis(since + offset);
}

/**
 * The interval that a process states when it makes room for its successor: peers wait three of them and the skew, enough
 * for a restart in place, while the kernel goes on serving.
 */
export function restartInterval(interval: Millis): Millis {
  return millis(Math.max(interval, 1_500));
}

/** After a refused kernel write a director stays out this long: a peer that can serve has taken over by then. */
export const kernelRetryAfter = millis(10_000);
