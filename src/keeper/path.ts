// One way between this director and a peer: one heartbeat link. Its freshness, echo, loss and round-trip time.
import { type Echo, type Millis, millis } from '../core/types.ts';

/** What a received advert says that concerns the path and not the election. */
export interface PathNews {
  readonly incarnation: number;
  readonly sequence: number;
  readonly echo: Echo | undefined;
  readonly echoDelay: Millis;
}

export interface Path {
  readonly heardAt: Millis | undefined;
  readonly roundTrip: Millis | undefined;
  /** What to echo to the peer: its newest advert that was accepted here, 0/0 before any. */
  readonly echo: Echo;
  /** False when it is not newer than what was accepted before: a replay, or reordered. */
  accept(news: PathNews, now: Millis, sentAt: (echo: Echo) => Millis | undefined): boolean;
  /** Share of the last rounds that did not arrive, 0 to 1. */
  loss(): number;
}

const lossWindow = 100;

export function createPath(mark: Echo): Path {
  let echo = mark;
  let heardAt: Millis | undefined;
  let roundTrip: Millis | undefined;
  const arrivals: boolean[] = [];

  const isNewer = (news: PathNews): boolean =>
    news.incarnation === echo.incarnation ? news.sequence > echo.sequence : news.incarnation > echo.incarnation;

  const noteArrival = (news: PathNews): void => {
    const sameLife = news.incarnation === echo.incarnation && heardAt !== undefined;
    const missed = sameLife ? Math.min(lossWindow, news.sequence - echo.sequence - 1) : 0;
    for (let round = 0; round < missed; round += 1) arrivals.push(false);
    arrivals.push(true);
    arrivals.splice(0, arrivals.length - lossWindow);
  };

  return {
    get heardAt() {
      return heardAt;
    },
    get roundTrip() {
      return roundTrip;
    },
    get echo() {
      return echo;
    },
    accept(news, now, sentAt) {
      if (!isNewer(news)) return false;
      noteArrival(news);
      echo = { incarnation: news.incarnation, sequence: news.sequence };
      heardAt = now;
      const sent = news.echo === undefined ? undefined : sentAt(news.echo);
      if (sent !== undefined) roundTrip = millis(Math.max(0, now - sent - news.echoDelay));
      return true;
    },
    loss: () => (arrivals.length === 0 ? 0 : arrivals.filter((arrived) => !arrived).length / arrivals.length),
  };
}
