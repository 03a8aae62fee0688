// Tells the main thread of dropped datagrams without ever becoming a flood itself: per cause at most once in five seconds.
import { type Millis, millis } from '../core/types.ts';
import type { DropCause, FromKeeper } from './messages.ts';

export interface DropReport {
  note(cause: DropCause, from: string, now: Millis): void;
  /** Reports what gathered while its cause had to wait. */
  flush(now: Millis): void;
}

const quiet = millis(5_000);

export function createDropReport(report: (message: FromKeeper) => void): DropReport {
  const causes = new Map<DropCause, { count: number; from: string; reportedAt: Millis }>();

  const tell = (cause: DropCause, now: Millis): void => {
    const entry = causes.get(cause);
    if (entry === undefined || entry.count === 0 || now - entry.reportedAt < quiet) return;
    report({ type: 'dropped', cause, count: entry.count, from: entry.from });
    entry.count = 0;
    entry.reportedAt = now;
  };

  return {
    note(cause, from, now) {
      const entry = causes.get(cause) ?? { count: 0, from, reportedAt: millis(Number.NEGATIVE_INFINITY) };
      entry.count += 1;
      entry.from = from;
      causes.set(cause, entry);
      tell(cause, now);
    },
    flush(now) {
      for (const cause of causes.keys()) tell(cause, now);
    },
  };
}
