// What can be asked of a running daemon over its control socket, and with which params.
import { z } from 'zod';
import type { NodeName, Outcome } from '../core/types.ts';
import { eventTypes, severities } from '../events/catalogue.ts';
import type { DirectorEvent } from '../events/event.ts';
import type { EventSelection } from '../events/selection.ts';
import type { Methods } from '../rpc/methods.ts';
import type { RevisionEntry, RulesDocument, RulesRevision } from '../rules/document.ts';
import { rulesDocumentSchema } from '../rules/revision.ts';
import type { RulesArrival } from './arrival.ts';
import type { DirectorPlan } from './directorPlan.ts';
import type { HandoverOutcome } from './handover.ts';
import type { ReloadResult } from './reload.ts';
import type { StatusReport } from './status.ts';

/** What became of a command for one group. */
export interface GroupOutcome {
  readonly group: string;
  readonly outcome: HandoverOutcome;
}

export interface FailoverParams {
  /** Every group when left out. */
  readonly group?: string | undefined;
  /** The fittest peer when left out. */
  readonly to?: NodeName | undefined;
}

export interface MaintenanceParams {
  readonly on: boolean;
  /** For the status of both directors and the events. */
  readonly reason?: string | undefined;
  readonly author?: string | undefined;
}

export interface AlertTried {
  readonly channel: string;
  readonly ok: boolean;
  /** Why it failed; null when it did not. */
  readonly detail: string | null;
}

export interface RulesApplyParams {
  readonly document: RulesDocument;
  readonly author: string;
  readonly message: string;
  /** Refused as a conflict unless this is the revision in use; without it the last writer wins. */
  readonly expectedRevision?: number | undefined;
}

export type RulesApplyResult =
  | { readonly ok: true; readonly revision: number; readonly digest: string }
  | { readonly ok: false; readonly reason: string; readonly detail: string; readonly currentRevision: number };

export interface RulesShowParams {
  /** The number or the digest of a revision of the history; the rules in use when left out. */
  readonly which?: number | string | undefined;
}

export interface RulesAwaitParams {
  readonly revision: number;
  readonly digest: string;
  /** When to give up. */
  readonly withinMs: number;
}

export interface EventsParams extends EventSelection {
  readonly limit: number;
}

export type ControlShapes = {
  status: { params: Record<string, never>; result: StatusReport };
  /** Its progress is a HandoverStep, one for each, as they become known. */
  failover: { params: FailoverParams; result: readonly GroupOutcome[] };
  maintenance: { params: MaintenanceParams; result: Outcome };
  /** One attempt on each alert channel, or on the one of this name or index. Null: there is no such channel. */
  alertsTest: { params: { readonly channel?: string | undefined }; result: readonly AlertTried[] | null };
  /** The last events of both directors, oldest first; a transition that both tell of stands there once. */
  events: { params: EventsParams; result: readonly DirectorEvent[] };
  /** Everything that was told under ids that begin so, by either director. */
  eventViews: { params: { readonly id: string }; result: readonly DirectorEvent[] };
  /** Each new event is a progress; answers only when the asker is gone. */
  eventsFollow: { params: EventSelection; result: null };
  /** Reads the configuration and the secret again, and puts in force what is new; with `dryRun` nothing is changed. */
  reload: { params: { readonly dryRun: boolean }; result: ReloadResult };
  /** Null: there are no rules yet, or no such revision (any more). */
  rulesShow: { params: RulesShowParams; result: RulesRevision | null };
  /** Newest first; with `local` as far as this director's disk has it, which no store is asked for. */
  rulesHistory: { params: { readonly limit: number; readonly local?: boolean | undefined }; result: readonly RevisionEntry[] };
  /** Why the store's rules are not the ones in use; null when they are. */
  rulesTrouble: { params: Record<string, never>; result: string | null };
  /** What an apply would change in each kernel; nothing is written. */
  rulesPlanned: { params: { readonly document: RulesDocument }; result: readonly DirectorPlan[] };
  rulesApply: { params: RulesApplyParams; result: RulesApplyResult };
  /** Answers when every director has the revision, or will not have it soon. Its progress is a RulesArrival too, one for each news. */
  rulesAwait: { params: RulesAwaitParams; result: RulesArrival };
};

export const mostEvents = 1_000;
/** More than any backend keeps. */
export const longestHistory = 10_000;
export const longestWaitMs = 3_600_000;

const nothing = z.strictObject({});
const name = z.string().min(1).max(255);
const revisionNumber = z.int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{16}$/);

const selection = {
  since: z.iso.datetime().optional(),
  group: name.optional(),
  types: z.array(z.enum(eventTypes)).optional(),
  severity: z.enum(severities).optional(),
};

/** The daemon of this machine is of our own package: its results are taken by their type. */
const own = <Result>(): z.ZodType<Result> => z.custom<Result>();

export const controlMethods: Methods<ControlShapes> = {
  status: { params: nothing, result: own() },
  failover: { params: z.strictObject({ group: name.optional(), to: name.optional() }), result: own() },
  maintenance: {
    params: z.strictObject({ on: z.boolean(), reason: z.string().min(1).max(1000).optional(), author: name.optional() }),
    result: own(),
  },
  alertsTest: { params: z.strictObject({ channel: name.optional() }), result: own() },
  events: { params: z.strictObject({ limit: z.int().min(1).max(mostEvents), ...selection }), result: own() },
  eventViews: { params: z.strictObject({ id: z.string().regex(/^[0-9a-f-]{1,36}$/) }), result: own() },
  eventsFollow: { params: z.strictObject(selection), result: own() },
  reload: { params: z.strictObject({ dryRun: z.boolean() }), result: own() },
  rulesShow: { params: z.strictObject({ which: z.union([revisionNumber, digest]).optional() }), result: own() },
  rulesHistory: { params: z.strictObject({ limit: z.int().min(1).max(longestHistory), local: z.boolean().optional() }), result: own() },
  rulesTrouble: { params: nothing, result: own() },
  rulesPlanned: { params: z.strictObject({ document: rulesDocumentSchema }), result: own() },
  rulesApply: {
    params: z.strictObject({
      document: rulesDocumentSchema,
      author: name,
      message: z.string().max(1000),
      expectedRevision: z.int().nonnegative().optional(),
    }),
    result: own(),
  },
  rulesAwait: {
    params: z.strictObject({ revision: revisionNumber, digest, withinMs: z.int().min(0).max(longestWaitMs) }),
    result: own(),
  },
};
