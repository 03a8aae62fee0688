// How a group was handed over, step by step, as the two directors measured it themselves. Sent as JSON.
import type { NodeName, Outcome } from '../core/types.ts';

/**
 * `asked`: the active has asked the other one. `ready`: the rules are in the other one's kernel. `takenOver`: it holds the
 * virtual IPs. `announced`: it has told the network. `released`: the old active holds them no more.
 */
export type StepName = 'asked' | 'ready' | 'takenOver' | 'announced' | 'released';

export interface HandoverStep {
  readonly group: string;
  readonly step: StepName;
  readonly node: NodeName;
  /** Milliseconds since the active asked. */
  readonly afterMs: number;
}

export interface HandoverGap {
  /** Milliseconds in which neither held the virtual IPs; 0 when both did for a while. */
  readonly ms: number;
  /** Milliseconds in which both held them; 0 when there was a gap. */
  readonly overlapMs: number;
  /** The two figures may be off by so much either way: half the way there and back of the best comparison of the clocks. */
  readonly accuracyMs: number;
}

export interface HandoverAccount {
  readonly from: NodeName;
  readonly to: NodeName;
  /** In the order of their moments. */
  readonly steps: readonly HandoverStep[];
  /** Null when it could not be measured. */
  readonly gap: HandoverGap | null;
  /** How the gap was measured, or why it was not. */
  readonly how: string;
}

/** The account of a handover that was confirmed; a refused one has none. */
export type HandoverOutcome = Outcome & { readonly account?: HandoverAccount | undefined };
