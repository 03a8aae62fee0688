// Turns the keeper: a timer, and a look into every socket before each turn. Node reads sockets after it has run timers,
// so a timer that is due after a pause would otherwise be believed while the adverts of the pause still wait.
import type { Millis } from '../core/types.ts';
import type { Keeper } from './keeper.ts';

export interface Runtime {
  /** Something came in: the keeper will be woken once no more does. */
  poke(): void;
  stop(): void;
}

export interface RuntimeParts {
  readonly keeper: Keeper;
  readonly now: () => Millis;
  /** Looks at what the kernel has told meanwhile. */
  readonly drainKernel: () => void;
}

/**
 * Rounds of reading before a turn is taken all the same; a flood must not keep the timers from firing. One round reads 32
 * datagrams a socket.
 */
const looksAtMost = 64;
/** The longest sleep of a timer in Node. */
const longestSleepMs = 2 ** 31 - 1;

export function startRuntime(parts: RuntimeParts): Runtime {
  const { keeper, now, drainKernel } = parts;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let arrived = false;
  let looks = 0;
  let stopped = false;

  const look = (): void => {
    if (stopped) return;
    if (arrived && looks < looksAtMost) {
      arrived = false;
      looks += 1;
      setImmediate(look);
      return;
    }
    looking = false;
    turn();
  };

  const beginLooking = (): void => {
    if (looking || stopped) return;
    looking = true;
    looks = 0;
    setImmediate(look);
  };

  const turn = (): void => {
    drainKernel();
    keeper.wake();
    const sleepMs = keeper.nextWake() - now();
    clearTimeout(timer);
    if (sleepMs <= 0) beginLooking();
    else if (Number.isFinite(sleepMs)) timer = setTimeout(beginLooking, Math.min(longestSleepMs, Math.ceil(sleepMs)));
  };

  beginLooking();
  return {
    poke() {
      arrived = true;
      beginLooking();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
