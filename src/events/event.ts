// What happened on a director: as it is kept on disk, shown to operators, counted, and told to people.
import type { Evidence, NodeName, Vrid } from '../core/types.ts';
import type { HeardOnLink } from '../keeper/messages.ts';
import type { EventType, Severity } from './catalogue.ts';

/** What does not apply is null. */
export interface DirectorEvent {
  /** A UUID. Directors that tell of one transition give it the same one; receivers may drop what they have already. */
  readonly id: string;
  readonly type: EventType;
  readonly severity: Severity;
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  readonly cluster: string;
  /** The director that tells. */
  readonly node: NodeName;
  readonly group: string | null;
  readonly vrid: Vrid | null;
  readonly peer: NodeName | null;
  /** For programs: of a closed set for each type, or the operator's words (maintenanceOn). */
  readonly reason: string | null;
  readonly evidence: EventEvidence | null;
  /** The same as a sentence, for people. */
  readonly text: string;
  /** Of what lasts: its beginning and its end name the same key, which is this director's own. Null: it just happened. */
  readonly trouble: { readonly key: string; readonly isOver: boolean } | null;
  /** When each part of a takeover or handover was done, in milliseconds since the decision. */
  readonly phases: readonly EventPhase[];
  /** Of a takeover: for how long at most nobody served, in milliseconds. */
  readonly gapMs: number | null;
  /** Of rules that drifted: one difference each. */
  readonly differences?: readonly string[];
}

/** `asked`, `taken` and `released` are the giver's part of a handover, the others those of whoever becomes active. */
export interface EventPhase {
  readonly name: 'decided' | 'rulesIn' | 'addressesAdded' | 'announced' | 'asked' | 'taken' | 'released';
  readonly afterMs: number;
}

/** What a director had before it when it decided. Times are lengths in milliseconds up to the decision. */
export interface EventEvidence extends Evidence {
  /** Of each heartbeat link to the active: when it was last heard there. */
  readonly links: readonly HeardOnLink[];
  /** The rules that this director had. */
  readonly rules: { readonly revision: number; readonly digest: string } | null;
}
