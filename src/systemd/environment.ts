// What systemd says to a service that it starts (systemd.exec(5), sd_notify(3), sd_watchdog_enabled(3)).

export interface ServiceEnvironment {
  /** Where systemd hears its services: a path, or `@` and an abstract name. Undefined: nobody listens. */
  readonly notifySocket: string | undefined;
  /** Within which time the watchdog is to be fed. Undefined: there is none. */
  readonly watchdogMs: number | undefined;
  /** The service's own directory below /run, gone when it has stopped. */
  readonly runtimeDirectory: string | undefined;
}

/** Takes it out of `env`: what this process starts is not the service, and is not to speak for it. */
export function takeServiceEnvironment(env: NodeJS.ProcessEnv, pid: number): ServiceEnvironment {
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: microseconds = '', WATCHDOG_PID: watched } = env;
  delete env['NOTIFY_SOCKET'];
  delete env['WATCHDOG_USEC'];
  delete env['WATCHDOG_PID'];
  const isWatched = watched === undefined || Number(watched) === pid;
  return {
    notifySocket: socket === '' ? undefined : socket,
    runtimeDirectory: env['RUNTIME_DIRECTORY'],
    watchdogMs: isWatched && /^[1-9]\d*$/.test(microseconds) ? Number(microseconds) / 1_000 : undefined,
  };
}
