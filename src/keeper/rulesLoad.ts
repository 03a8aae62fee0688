// Brings a compiled batch of IPVS requests into the kernel: a short one in one go, a long one in slices, so that the keeper
// hears its peers and is heard between them. What is broken off begins anew: whoever stops serving on cold standby has its
// services taken out again, also those of a part.
import { type Millis, millis, never } from '../core/types.ts';
import type { FailureLog } from './failureLog.ts';
import type { CompiledRules, KeeperPorts } from './ports.ts';

/** `refused`: the kernel took nothing at all of the batch. One service that it refuses must not keep the others away. */
export type LoadOutcome = 'in' | 'goes-on' | 'refused';

export interface RulesLoad {
  /** The newest batch takes the place of the one before it, and of what is left of that. */
  replace(batch: CompiledRules): void;
  /** Writes what waits if it is short. Of a long batch nothing yet: `goOn` does, once the peers were told. */
  begin(): LoadOutcome;
  /** Writes one slice of a long batch. */
  goOn(): LoadOutcome;
  /** A long batch is under way: the next turn should come soon. */
  isUnderWay(): boolean;
  breakOff(): void;
}

/** Twenty services with two servers each: less than 2 ms also in a slow kernel. */
const requestsAtOnce = 64;
/** After this time no further piece is begun, so that with the last one a slice stays below 5 ms. */
const sliceMs = 2;

export function createRulesLoad({ kernel, clock }: Pick<KeeperPorts, 'kernel' | 'clock'>, failures: FailureLog): RulesLoad {
  let batch: CompiledRules | undefined;
  let underWay = false;
  let next = 0;
  let failed = 0;

  const rewind = (): void => {
    underWay = false;
    next = 0;
    failed = 0;
  };

  const write = (rules: CompiledRules, until: Millis): LoadOutcome => {
    do {
      const piece = kernel.loadRules(rules, next);
      failures.note(piece.failures);
      failed += piece.failures.length;
      next = piece.next;
    } while (next < rules.messages.length && clock.now() < until);
    return next < rules.messages.length ? 'goes-on' : end(rules);
  };

  const end = (rules: CompiledRules): LoadOutcome => {
    const refused = failed === rules.labels.length;
    rewind();
    if (!refused) batch = undefined;
    return refused ? 'refused' : 'in';
  };

  const begin = (): LoadOutcome => {
    if (batch === undefined) return 'in';
    if (batch.labels.length <= requestsAtOnce) return write(batch, never);
    underWay = true;
    return 'goes-on';
  };

  return {
    replace(newest) {
      rewind();
      batch = newest.labels.length > 0 ? newest : undefined;
    },
    begin,
    goOn: () => (batch === undefined || !underWay ? begin() : write(batch, millis(clock.now() + sliceMs))),
    isUnderWay: () => underWay,
    breakOff: rewind,
  };
}
