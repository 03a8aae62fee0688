// How far a revision of the rules has come, director by director. Sent as JSON.
import type { NodeName } from '../core/types.ts';

export type ArrivalState =
  | 'inKernel'
  /** On cold standby: in memory, ready to be written at a takeover. */
  | 'prepared'
  /** It has a later revision already. */
  | 'newer'
  /** Its kernel has not all of it. */
  | 'refused'
  | 'older'
  | 'notHeard';

export interface DirectorArrival {
  readonly node: NodeName;
  readonly state: ArrivalState;
  /** What follows the director's name: "has it in its kernel", "still has revision 12: no connection to Redis". */
  readonly detail: string;
}

export interface RulesArrival {
  readonly revision: number;
  readonly digest: string;
  /** Every director has it. */
  readonly complete: boolean;
  readonly directors: readonly DirectorArrival[];
}

export function hasArrived({ state }: DirectorArrival): boolean {
  switch (state) {
    case 'inKernel':
    case 'prepared':
    case 'newer':
      return true;
    case 'refused':
    case 'older':
    case 'notHeard':
      return false;
  }
}
