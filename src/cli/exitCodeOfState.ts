// The exit code that says how the pair is.
import type { PairState } from '../control/status.ts';
import { type ExitCode, type ExitName, exitCodes } from '../errors/exit-codes.ts';

export const exitCodeOfState = (state: PairState): ExitCode => exitCodes[names[state]];

const names: Readonly<Record<PairState, ExitName>> = {
  protected: 'ok',
  attention: 'notHealthy',
  notRedundant: 'notRedundant',
  peerNotHeard: 'peerNotHeard',
  bothActive: 'bothActive',
  nobodyActive: 'nobodyActive',
};
