// What directors that share the rules among themselves ask of each other, and the schemas that check it. What a later
// version adds to a question or an answer is passed over; a revision that this version could misread is refused as such.
import { z } from 'zod';
import type { RevisionName, RulesDocument } from './document.ts';
import type { Ordered } from './lineage.ts';
import { lineageSchema, rulesDocumentSchema } from './revision.ts';

export interface Stand {
  /** The director that speaks. */
  readonly from: string;
  /** Whether it is active for the first group of the configuration. */
  readonly active: boolean;
}

export interface LookAnswer extends Stand {
  /** The rules in use there; null for none. */
  readonly rules: Ordered | null;
  /** The same on two directors whose histories hold the same revisions. */
  readonly history: string;
}

/** `rules`: a RulesRevision, unless a newer version sent it; null for none. */
export interface Offer extends Stand {
  readonly rules: unknown;
}

export interface ForwardedApply {
  readonly from: string;
  readonly document: RulesDocument;
  readonly author: string;
  readonly message: string;
  readonly expectedRevision?: number | undefined;
}

export type ForwardedResult =
  | { readonly ok: true; readonly revision: number; readonly digest: string; readonly unreached: readonly Unreached[] }
  | { readonly ok: false; readonly reason: 'conflict' | 'unavailable' | 'newer' | 'unconfirmed'; readonly detail: string };

/** A director that does not have the rules yet, and why. It gets them when it is back. */
export interface Unreached {
  readonly director: string;
  readonly detail: string;
}

export type ExchangeShapes = {
  rulesLook: { params: Stand; result: LookAnswer };
  /** Answered with the rules that count there then, null when they are the offered ones. */
  rulesOffer: { params: Offer; result: Offer };
  rulesNames: { params: Record<string, never>; result: { readonly names: readonly RevisionName[] } };
  rulesPast: { params: RevisionName; result: { readonly rules: unknown } };
  /** An operator's apply, on the way to the director that orders them. It is carried out there, and not passed on. */
  rulesApply: { params: ForwardedApply; result: ForwardedResult };
};

type ExchangeSchemas = {
  readonly [Name in keyof ExchangeShapes]: {
    readonly params: z.ZodType<ExchangeShapes[Name]['params']>;
    readonly result: z.ZodType<ExchangeShapes[Name]['result']>;
  };
};

const director = z.string().min(1).max(255);
const revision = z.int().min(1);
const digest = z.string().regex(/^[0-9a-f]{16}$/);
const name = z.object({ revision, digest });
const stand = z.object({ from: director, active: z.boolean() });
const ordered: z.ZodType<Ordered> = z.object({ revision, digest, time: z.string(), lineage: lineageSchema.optional() });
const offer = stand.extend({ rules: z.unknown() });
const unreached = z.object({ director, detail: z.string() });

/** More than a history holds. */
const longestHistory = 10_000;

export const exchangeSchemas: ExchangeSchemas = {
  rulesLook: { params: stand, result: stand.extend({ rules: ordered.nullable(), history: z.string() }) },
  rulesOffer: { params: offer, result: offer },
  rulesNames: { params: z.object({}), result: z.object({ names: z.array(name).max(longestHistory) }) },
  rulesPast: { params: name, result: z.object({ rules: z.unknown() }) },
  rulesApply: {
    params: z.object({
      from: director,
      document: rulesDocumentSchema,
      author: director,
      message: z.string().max(1000),
      expectedRevision: z.int().nonnegative().optional(),
    }),
    result: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), revision, digest, unreached: z.array(unreached) }),
      z.object({
        ok: z.literal(false),
        reason: z.enum(['conflict', 'unavailable', 'newer', 'unconfirmed']).catch('unavailable'),
        detail: z.string(),
      }),
    ]),
  },
};

/** A line of the peer channel holds 16 MiB; what stands around a document takes a little of it. */
const largestExchanged = 15 * 2 ** 20;

/** Why the document cannot be sent to another director; undefined when it can. */
export function tooLargeToExchange(document: RulesDocument): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(document));
  return bytes <= largestExchanged ? undefined : `the rules take ${bytes} bytes, and directors send each other at most ${largestExchanged}`;
}
