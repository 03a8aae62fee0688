// Garbage is collected by the thread that made it. V8 would spread each collection over helper threads and wait for them;
// those have ordinary priority, so on a busy machine the keeper, at real-time priority, would wait for the busy ones
// (seen: a scavenge of 952 ms, longer than a backup waits).

const flag = '--single-threaded-gc';

/** Starts this same program again in this same process, with the flag, unless it has it. V8 takes it only at its start. */
export function collectGarbageAlone(): void {
  if (process.execArgv.includes(flag) || process.execve === undefined) return;
  process.execve(process.execPath, [process.execPath, flag, ...process.execArgv, ...process.argv.slice(1)], process.env);
}
