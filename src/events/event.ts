// What happened on a director: as it is kept on disk, shown to operators, counted, and told to people.
import type { Evidence, NodeName, Vrid } from '../core/types.ts';

/** critical: the service is or may be gone. warning: it is not protected as it was. info: good to know. */
export type Severity = 'critical' | 'warning' | 'info';

/** What does not apply is null. */
export interface DirectorEvent<Type extends string = string> {
  /** A UUID. Directors that tell of one transition give it the same one; receivers may drop what they have already. */
  readonly id: string;
  readonly type: Type;
  readonly severity: Severity;
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  readonly cluster: string;
  /** The director that tells. */
  readonly node: NodeName;
  readonly group: string | null;
  readonly vrid: Vrid | null;
  readonly peer: NodeName | null;
  /** For programs: of a closed set for each type. */
  readonly reason: string | null;
  readonly evidence: Evidence | null;
  /** The same as a sentence, for people. */
  readonly text: string;
  /** With what lasts: the event that begins it and the one that ends it name the same key. Null: it just happened. */
  readonly trouble: { readonly key: string; readonly isOver: boolean } | null;
  /** When each part of a takeover or handover was done, in milliseconds since the decision. */
  readonly phases: readonly { readonly name: string; readonly afterMs: number }[];
  /** Of rules that drifted: one difference each. */
  readonly differences?: readonly string[];
}
