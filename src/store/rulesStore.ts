// Where the shared rules live, whatever the backend: the newest revision in memory, changes told, writes compared.
import type { RevisionEntry, RevisionName, RulesDocument, RulesRevision } from '../rules/document.ts';
import type { Unreached } from '../rules/exchange.ts';
import type { RulesReplica } from './rulesPeers.ts';

export interface ApplyRequest {
  readonly author: string;
  readonly message: string;
  /** Refused as a conflict unless this is the newest revision (0: none yet); without it the last writer wins. */
  readonly expectedRevision?: number | undefined;
}

export type ApplyFailure =
  /** Somebody else was faster: `current` is what the store has now. */
  | 'conflict'
  /** Nothing was written. */
  | 'unavailable'
  /** A newer vspair wrote the rules, in a form that this one could only spoil. */
  | 'newer'
  /** The connection failed between the write and its answer: look before trying again. */
  | 'unconfirmed';

export type ApplyResult =
  /** `unreached`: directors that do not have it yet (backend peer); they get it when they are back. */
  | { readonly ok: true; readonly revision: RulesRevision; readonly unreached?: readonly Unreached[] }
  | { readonly ok: false; readonly reason: ApplyFailure; readonly detail: string; readonly current: RulesRevision | undefined };

/** Throws VspairError VSP_STORE_UNAVAILABLE when the history cannot be read now. */
export interface RulesHistory {
  /** Newest first, at most `limit`. */
  entries(limit: number): Promise<readonly RevisionEntry[]>;
  /** By its number, or by its digest when the number is that of another by now. Undefined: it is not in the history (any more). */
  find(which: number | string): Promise<RulesRevision | undefined>;
}

export interface RulesStore {
  readonly history: RulesHistory;
  /** What this director's disk has of a history that another server keeps. */
  readonly localHistory?: RulesHistory;
  /** What other directors see of a store that they share the rules with over the peer channel. */
  readonly replica?: RulesReplica;
  /** The newest good rules that this director knows. Once there are some they are only ever replaced, never taken away. */
  current(): RulesRevision | undefined;
  apply(document: RulesDocument, request: ApplyRequest): Promise<ApplyResult>;
  /** Called after each change of `current`. Returns how to stop. */
  onChange(listener: (revision: RulesRevision) => void): () => void;
  /** Leaves a takeover for others to read. Kept in memory while the store is away, up to a bound. */
  recordEvent(event: Readonly<Record<string, unknown>>): void;
  state(): RulesStoreState;
  close(): Promise<void>;
}

/** Why the store's rules are not the ones in use. */
export type RulesTrouble =
  /** The store has no rules any more. */
  | 'gone'
  /** The store has an older revision than this director: it was restored, or lost its last writes. */
  | 'behind'
  /** What the store has is no rules document. */
  | 'invalid'
  /** A newer version wrote them, in a form that this one could misread. */
  | 'newer'
  /** The store can be read and refuses what is written: it is full, a replica, or this user may not. */
  | 'unwritable'
  /** An edit lost against another director's. */
  | 'superseded'
  /** Another director does not take part: its version or its configuration is another one. */
  | 'refused';

export interface RulesStoreState {
  readonly backend: 'redis' | 'peer' | 'none';
  /** Of the backend peer: that every other director answers. */
  readonly connected: boolean;
  /** The last failure, while there is no connection. */
  readonly detail: string | undefined;
  readonly source: 'store' | 'disk' | 'none';
  readonly trouble: { readonly what: RulesTrouble; readonly detail: string } | undefined;
  /** Events that were dropped because too many waited. */
  readonly eventsLost: number;
}

/** What the log is told, once for each change. */
export type StoreEvent =
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly detail: string }
  /** The store's user may not listen to its channel: changes arrive with the poll only. */
  | { readonly type: 'noticesRefused'; readonly detail: string }
  /** The store had lost this revision, and its number was used again: the other one won. This one is in the history. */
  | { readonly type: 'superseded'; readonly revision: number; readonly digest: string; readonly author: string }
  | { readonly type: 'trouble'; readonly what: RulesTrouble; readonly detail: string }
  /** The store's rules are the ones in use again, and it takes what is written. */
  | { readonly type: 'troubleOver' }
  | { readonly type: 'editLost'; readonly lost: RevisionEntry; readonly director: string | undefined; readonly current: RevisionName }
  | { readonly type: 'peerRefused'; readonly detail: string }
  | { readonly type: 'unreached'; readonly revision: number; readonly directors: readonly Unreached[] };
