// What signals ask for: SIGTERM and SIGINT hand over and end, SIGUSR2 ends and leaves the kernel to the next process,
// SIGHUP reads the configuration again.

export type StopRequest = 'handover' | 'inPlace';

export function untilAskedToStop(reload: () => void): Promise<StopRequest> {
  process.on('SIGHUP', reload);
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve('handover'));
    process.on('SIGUSR2', () => resolve('inPlace'));
  });
}
