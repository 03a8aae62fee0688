// Feeds the watchdog with the keeper's own word: the main thread asks, and passes the answer on. When either of them hangs
// the watchdog starves, and systemd starts the director again.

export interface WatchdogParts {
  /** How long the watchdog lives on one answer. */
  readonly patienceMs: number;
  /** Resolves when the keeper is alive. */
  readonly ping: () => Promise<void>;
  readonly feed: () => void;
}

/** One late answer, or one lost datagram, is no death. */
const feedsPerPatience = 4;

export function keepWatchdogFed({ patienceMs, ping, feed }: WatchdogParts): { close(): void } {
  let asked = false;
  const ask = async (): Promise<void> => {
    if (asked) return;
    asked = true;
    await ping();
    asked = false;
    feed();
  };
  void ask();
  const timer = setInterval(() => void ask(), patienceMs / feedsPerPatience).unref();
  return { close: () => clearInterval(timer) };
}
