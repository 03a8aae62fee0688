// What can be asked of a running daemon over its control socket, and with which params.
import { z } from 'zod';
import type { NodeName, Outcome } from '../core/types.ts';
import type { Methods } from '../rpc/methods.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { rulesDocumentSchema } from '../rules/revision.ts';
import type { StatusReport } from './status.ts';

/** What became of a command for one group. */
export interface GroupOutcome {
  readonly group: string;
  readonly outcome: Outcome;
}

export interface FailoverParams {
  /** Every group when left out. */
  readonly group?: string | undefined;
  /** The fittest peer when left out. */
  readonly to?: NodeName | undefined;
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

export type ControlShapes = {
  status: { params: Record<string, never>; result: StatusReport };
  failover: { params: FailoverParams; result: readonly GroupOutcome[] };
  maintenance: { params: { readonly on: boolean }; result: Outcome };
  rulesShow: { params: Record<string, never>; result: RulesRevision | null };
  rulesApply: { params: RulesApplyParams; result: RulesApplyResult };
};

const nothing = z.strictObject({});
const name = z.string().min(1).max(255);

/** The daemon of this machine is of our own package: its results are taken by their type. */
const own = <Result>(): z.ZodType<Result> => z.custom<Result>();

export const controlMethods: Methods<ControlShapes> = {
  status: { params: nothing, result: own() },
  failover: { params: z.strictObject({ group: name.optional(), to: name.optional() }), result: own() },
  maintenance: { params: z.strictObject({ on: z.boolean() }), result: own() },
  rulesShow: { params: nothing, result: own() },
  rulesApply: {
    params: z.strictObject({
      document: rulesDocumentSchema,
      author: name,
      message: z.string().max(1000),
      expectedRevision: z.int().nonnegative().optional(),
    }),
    result: own(),
  },
};
