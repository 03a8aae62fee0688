// What systemd is told of this daemon: that it is ready, what it does, that it reloads or stops; and the watchdog's food.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors/message.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import { monotonicMillis } from '../kernel/clock.ts';
import { openDatagramSender } from '../kernel/unixDatagram.ts';
import { takeServiceEnvironment } from '../systemd/environment.ts';
import { createNotifier, type Notifier, silent } from '../systemd/notifier.ts';
import { roleLine } from '../systemd/roleLine.ts';
import { keepWatchdogFed } from '../systemd/watchdog.ts';
import type { KeeperThread } from './keeperThread.ts';
import type { StopRequest } from './signals.ts';

export interface Supervision {
  /** Everything runs and answers; from now on the watchdog is fed. */
  ready(keeper: KeeperThread): void;
  noteKeeper(message: FromKeeper): void;
  /** A reload lasts as long as the work. */
  reloading<Result>(work: () => Promise<Result>): Promise<Result>;
  stopping(how: StopRequest): void;
}

/** `onFailure`: systemd is there and cannot be told. */
export function superviseBy(env: NodeJS.ProcessEnv, onFailure: (why: string) => void): Supervision {
  const { notifySocket, watchdogMs, runtimeDirectory } = takeServiceEnvironment(env, process.pid);
  const notifier = notifySocket === undefined ? silent : notifierOf(notifySocket, onFailure);
  let running: KeeperThread | undefined;

  const tellRole = async (keeper: KeeperThread): Promise<void> => notifier.status(roleLine(await keeper.snapshot()));

  return {
    ready(keeper) {
      running = keeper;
      notifier.ready();
      void tellRole(keeper);
      if (watchdogMs !== undefined) keepWatchdogFed({ patienceMs: watchdogMs, ping: () => keeper.ping(), feed: notifier.feedWatchdog });
    },
    noteKeeper({ type }) {
      if (type === 'fact' && running !== undefined) void tellRole(running);
    },
    async reloading(work) {
      notifier.reloading();
      try {
        return await work();
      } finally {
        notifier.ready();
      }
    },
    stopping(how) {
      notifier.stopping();
      notifier.status(how === 'inPlace' ? 'stopping in place' : 'handing over');
      if (how === 'handover' && runtimeDirectory !== undefined) void markHandover(runtimeDirectory, onFailure);
    },
  };
}

function notifierOf(socket: string, onFailure: (why: string) => void): Notifier {
  try {
    const { send } = openDatagramSender(socket);
    return createNotifier({ send, onFailure: (errno) => onFailure(`${socket}: ${errno}`), now: monotonicMillis });
  } catch (error) {
    onFailure(messageOf(error));
    return silent;
  }
}

/** For ExecStopPost (systemd/README.md): who dies in the middle of a handover is not to be gone on with. */
async function markHandover(directory: string, onFailure: (why: string) => void): Promise<void> {
  const file = join(directory, 'handing-over');
  await writeFile(file, '').catch((error: unknown) => onFailure(`${file}: ${messageOf(error)}`));
}
