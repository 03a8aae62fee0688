// Tells systemd how this service is (sd_notify(3)): one datagram of assignments for each change. What systemd has no room
// for yet waits here, the newest of each kind, and is tried again; nothing waits for systemd.

export interface Notifier {
  /** The service does what it is there for, again after a reload too. */
  readonly ready: () => void;
  /** One line for `systemctl status`. */
  readonly status: (line: string) => void;
  readonly reloading: () => void;
  readonly stopping: () => void;
  /** The service is alive. */
  readonly feedWatchdog: () => void;
}

export interface NotifierParts {
  /** Never blocks; returns the errno's name of a failure. */
  readonly send: (message: string) => string | undefined;
  /** Told once: what keeps one message from its receiver keeps them all. */
  readonly onFailure: (errno: string) => void;
  /** Milliseconds on CLOCK_MONOTONIC, by which systemd tells a reload from the one before. */
  readonly now: () => number;
}

/** The receiver's queue is full. */
const passing: ReadonlySet<string> = new Set(['EAGAIN', 'ENOBUFS']);
const againMs = 20;

export function createNotifier({ send, onFailure, now }: NotifierParts): Notifier {
  let waiting: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let failed = false;

  const say = (message: string): void => {
    waiting = [...waiting.filter((one) => kindOf(one) !== kindOf(message)), message];
    flush();
  };

  const flush = (): void => {
    clearTimeout(timer);
    for (const [position, message] of waiting.entries()) {
      const errno = send(message);
      if (errno !== undefined && passing.has(errno)) {
        waiting = waiting.slice(position);
        timer = setTimeout(flush, againMs).unref();
        return;
      }
      if (errno !== undefined) fail(errno);
    }
    waiting = [];
  };

  const fail = (errno: string): void => {
    if (!failed) onFailure(errno);
    failed = true;
  };

  return {
    ready: () => say('READY=1'),
    status: (line) => say(`STATUS=${line.replaceAll('\n', ' ')}`),
    reloading: () => say(`RELOADING=1\nMONOTONIC_USEC=${Math.floor(now() * 1_000)}`),
    stopping: () => say('STOPPING=1'),
    feedWatchdog: () => say('WATCHDOG=1'),
  };
}

const kindOf = (message: string): string => message.slice(0, message.indexOf('='));

/** For a service that nobody listens to. */
export const silent: Notifier = {
  ready: () => undefined,
  status: () => undefined,
  reloading: () => undefined,
  stopping: () => undefined,
  feedWatchdog: () => undefined,
};
