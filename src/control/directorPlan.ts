// What an apply of rules would change in one director's kernel. Sent as JSON.
import type { NodeName } from '../core/types.ts';

export interface DirectorPlan {
  readonly node: NodeName;
  /** A sentence for each change; null when that cannot be told, which `detail` explains. */
  readonly steps: readonly string[] | null;
  readonly detail: string | null;
}
