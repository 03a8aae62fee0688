// The exit codes of `vspair`. Scripts rely on them: a number never changes its meaning. EXIT-CODES.md says the same.
// 77 and 78 are EX_NOPERM and EX_CONFIG of sysexits.h.

export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notHealthy: 3,
  refused: 4,
  daemonNotReachable: 5,
  rulesInvalid: 6,
  storeUnavailable: 7,
  alreadyRunning: 8,
  kernel: 9,
  notEverywhere: 10,
  differs: 11,
  problemsFound: 12,
  notRedundant: 20,
  peerNotHeard: 21,
  bothActive: 22,
  nobodyActive: 23,
  aborted: 24,
  permission: 77,
  configInvalid: 78,
} as const;

export type ExitName = keyof typeof exitCodes;
export type ExitCode = (typeof exitCodes)[ExitName];
