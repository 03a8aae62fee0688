// A revision as Redis has it: texts by name.
import { z } from 'zod';
import type { RevisionEntry, RulesRevision } from '../rules/document.ts';
import { entryOf, newerFormat, rulesRevisionSchema } from '../rules/revision.ts';

export type Fields = Readonly<Record<string, string>>;

export type StoredRules =
  | { readonly ok: true; readonly revision: RulesRevision }
  /** Why they cannot be used. */
  | { readonly ok: false; readonly what: 'invalid' | 'newer'; readonly detail: string };

/** All but the number and the document. */
export function factsOf(revision: RulesRevision): Fields {
  const { format, writtenBy, digest, author, time, message } = revision;
  const { services, servers } = entryOf(revision, false);
  return { format: `${format}`, writtenBy, digest, author, time, message, services: `${services}`, servers: `${servers}` };
}

/** `version` is that of this vspair, for the sentence about a newer one. */
export function revisionIn(fields: Fields, document: string, version: string): StoredRules {
  const { writtenBy, digest, author, time, message } = fields;
  const [format, revision] = [Number(fields['format']), Number(fields['revision'])];
  const value: unknown = { format, writtenBy, revision, digest, author, time, message, document: jsonOf(document) };
  const newer = newerFormat(value, version);
  if (newer !== undefined) return { ok: false, what: 'newer', detail: newer };
  const parsed = rulesRevisionSchema.safeParse(value);
  return parsed.success ? { ok: true, revision: parsed.data } : { ok: false, what: 'invalid', detail: z.prettifyError(parsed.error) };
}

const entrySchema = z.object({
  revision: z.coerce.number().int(),
  digest: z.string(),
  author: z.string(),
  time: z.string(),
  message: z.string(),
  services: z.coerce.number().int(),
  servers: z.coerce.number().int(),
  superseded: z
    .literal('1')
    .optional()
    .transform((mark) => mark !== undefined),
});

/** Undefined: it is none of ours. */
export const entryIn = (fields: Fields): RevisionEntry | undefined => entrySchema.safeParse(fields).data;

/** An entry of a stream is a list of names and values in turn. */
export const fieldsIn = (list: readonly string[]): Fields =>
  Object.fromEntries(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? '']] : [])));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
