// What directors ask of each other, main thread to main thread: never what a takeover waits for.
import { z } from 'zod';
import type { HandoverOutcome } from '../control/handover.ts';
import type { DirectorStatus } from '../control/status.ts';
import type { NodeName } from '../core/types.ts';
import { type EventExchangeShapes, eventExchangeSchemas } from '../events/exchange.ts';
import type { Methods } from '../rpc/methods.ts';
import type { RulesDocument } from '../rules/document.ts';
import { type ExchangeShapes, exchangeSchemas } from '../rules/exchange.ts';
import { rulesDocumentSchema } from '../rules/revision.ts';

export type PeerShapes = ExchangeShapes &
  EventExchangeShapes & {
    status: { params: Record<string, never>; result: DirectorStatus };
    /** An operator's command, given on the director that is not active. */
    failover: { params: { readonly group: string; readonly to?: NodeName | undefined }; result: HandoverOutcome };
    /** What its CLOCK_BOOTTIME shows now, in milliseconds. */
    clock: { params: Record<string, never>; result: { readonly now: number } };
    /** What an apply would change in this director's kernel, a sentence each; nothing is written. */
    rulesPlanned: { params: { readonly document: RulesDocument }; result: readonly string[] };
  };

const name = z.string().min(1).max(255);
const outcome: z.ZodType<HandoverOutcome> = z.custom<HandoverOutcome>(
  (value) => z.object({ ok: z.boolean(), detail: z.string() }).safeParse(value).success,
);

export const peerMethods: Methods<PeerShapes> = {
  status: { params: z.strictObject({}), result: z.custom<DirectorStatus>((value) => typeof value === 'object' && value !== null) },
  failover: { params: z.strictObject({ group: name, to: name.optional() }), result: outcome },
  clock: { params: z.strictObject({}), result: z.object({ now: z.number() }) },
  ...exchangeSchemas,
  ...eventExchangeSchemas,
  rulesPlanned: { params: z.strictObject({ document: rulesDocumentSchema }), result: z.array(z.string()) },
};
