// One way between this director and a peer: one heartbeat link. Its freshness, echo, loss and round-trip time.
import { peerDownInterval } from '../core/timers.ts';
import { type Echo, type Millis, millis } from '../core/types.ts';

/** What a received advert says that concerns the path and not the election. */
export interface PathNews {
  readonly incarnation: number;
  readonly sequence: number;
  /** The peer's Advertisement_Interval. */
  readonly interval: Millis;
  readonly echo: Echo | undefined;
  readonly echoDelay: Millis;
}

/** Rounds of the peer since this director's start. */
export interface PathCounts {
  readonly arrived: number;
  /** Known by the rounds that came after them: a silence that lasts is not in it. */
  readonly missed: number;
}

export interface Path {
  readonly heardAt: Millis | undefined;
  readonly roundTrip: Millis | undefined;
  /** Of the last rounds that arrived; undefined before any. */
  roundTrips(): { readonly median: Millis; readonly max: Millis } | undefined;
  /** What to echo to the peer: its newest advert that was accepted here, 0/0 before any. */
  readonly echo: Echo;
  readonly counts: PathCounts;
  /** False when it is not newer than what was accepted before: a replay, or reordered. */
  accept(news: PathNews, now: Millis, sentAt: (echo: Echo) => Millis | undefined): boolean;
  /** Share of the last rounds that did not arrive, those of a silence included, 0 to 1. */
  loss(now: Millis): number;
  /** It has not been silent for longer than any backup would wait. */
  isHeard(now: Millis): boolean;
}

const lossWindow = 100;

export function createPath(mark: Echo): Path {
  let echo = mark;
  let last: { readonly at: Millis; readonly interval: Millis } | undefined;
  let roundTrip: Millis | undefined;
  let counts: PathCounts = { arrived: 0, missed: 0 };
  const arrivals: boolean[] = [];
  const trips: Millis[] = [];

  const isNewer = (news: PathNews): boolean =>
    news.incarnation === echo.incarnation ? news.sequence > echo.sequence : news.incarnation > echo.incarnation;

  const noteArrival = (news: PathNews): void => {
    const sameLife = news.incarnation === echo.incarnation && last !== undefined;
    const missed = sameLife ? news.sequence - echo.sequence - 1 : 0;
    counts = { arrived: counts.arrived + 1, missed: counts.missed + missed };
    for (let round = 0; round < Math.min(lossWindow, missed); round += 1) arrivals.push(false);
    arrivals.push(true);
    arrivals.splice(0, arrivals.length - lossWindow);
  };

  /** Rounds that should have been here an interval ago at least. */
  const silentRounds = (now: Millis): number =>
    last === undefined ? 0 : Math.min(lossWindow, Math.max(0, Math.floor((now - last.at) / last.interval) - 1));

  return {
    get heardAt() {
      return last?.at;
    },
    get roundTrip() {
      return roundTrip;
    },
    get echo() {
      return echo;
    },
    get counts() {
      return counts;
    },
    accept(news, now, sentAt) {
      if (!isNewer(news)) return false;
      noteArrival(news);
      echo = { incarnation: news.incarnation, sequence: news.sequence };
      last = { at: now, interval: news.interval };
      const sent = news.echo === undefined ? undefined : sentAt(news.echo);
      if (sent === undefined) return true;
      roundTrip = millis(Math.max(0, now - sent - news.echoDelay));
      trips.push(roundTrip);
      trips.splice(0, trips.length - lossWindow);
      return true;
    },
    roundTrips() {
      const sorted = trips.toSorted((a, b) => a - b);
      const [median, max] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
      return median === undefined || max === undefined ? undefined : { median, max };
    },
    loss(now) {
      const silent = silentRounds(now);
      const remembered = arrivals.slice(Math.max(0, arrivals.length + silent - lossWindow));
      const rounds = remembered.length + silent;
      return rounds === 0 ? 0 : (silent + remembered.filter((arrived) => !arrived).length) / rounds;
    },
    isHeard: (now) => last !== undefined && now - last.at < peerDownInterval(last.interval),
  };
}
