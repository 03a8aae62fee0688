// Real-time scheduling for one thread: the keeper's, so that load on the machine does not make it late.
import { SystemError, setScheduler } from './syscalls.ts';

const SCHED_FIFO = 1;
/** Threads and processes that this one starts are ordinary again. */
const SCHED_RESET_ON_FORK = 0x40000000;
const PRIORITY = 50;

/** Asks for the calling thread; needs CAP_SYS_NICE. Returns the outcome in the words of the status. */
export function requestRealtime(): string {
  try {
    setScheduler(SCHED_FIFO | SCHED_RESET_ON_FORK, PRIORITY);
    return `SCHED_FIFO ${PRIORITY}`;
  } catch (error) {
    if (error instanceof SystemError) return `not granted: ${error.code}`;
    throw error;
  }
}
