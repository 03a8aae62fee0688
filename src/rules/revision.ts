// The rules as they come from a disk, a store or a socket: checked to be what document.ts says before anybody uses them.
// (What operators write is another form, see load.ts, with places in a file for every complaint.)
import { z } from 'zod';
import { parseAddress } from '../text/address.ts';
import { digestOf } from './digest.ts';
import { type Lineage, type RevisionEntry, type RulesDocument, type RulesRevision, rulesFormat } from './document.ts';

const address = z.string().refine((text) => parseAddress(text)?.text === text, 'not a canonical IP address');
const port = z.int().min(0).max(65535);
const count = z.int().min(0).max(0x7fffffff);

/** JSON leaves out what is not known; the documents carry it as undefined. */
const known = <Schema extends z.ZodType>(schema: Schema) => schema.optional().transform((value) => value);

const tunnelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ipip') }),
  z.strictObject({ type: z.literal('gue'), port: port.min(1), checksum: z.enum(['none', 'full', 'remote']) }),
  z.strictObject({ type: z.literal('gre'), checksum: z.enum(['none', 'full']) }),
]);

const realServerSchema = z.strictObject({
  address,
  port,
  lastPort: known(port),
  weight: count,
  restoreWeight: known(count),
  forward: z.enum(['dr', 'tun', 'nat']),
  tunnel: known(tunnelSchema),
  upperThreshold: count,
  lowerThreshold: count,
});

const matchSchema = z.discriminatedUnion('by', [
  z
    .strictObject({ by: z.literal('address'), protocol: z.enum(['tcp', 'udp', 'sctp']), address, port, lastPort: known(port) })
    .refine(({ port: first, lastPort }) => lastPort === undefined || lastPort > first, 'the range of ports ends before it begins'),
  z.strictObject({ by: z.literal('mark'), family: z.union([z.literal(4), z.literal(6)]), mark: z.int().min(1).max(0xffff_ffff) }),
]);

const seconds = z.int().min(1).max(0x7fffffff);

const virtualServiceSchema = z.strictObject({
  match: matchSchema,
  scheduler: z.string().regex(/^[a-z0-9_-]{1,15}$/),
  schedulerFlags: z.array(z.enum(['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'])).max(2),
  persistence: known(seconds),
  persistenceNetmask: known(z.string().max(64)),
  persistenceEngine: known(z.literal('sip')),
  onePacket: z.boolean(),
  drain: known(seconds),
  servers: z.array(realServerSchema).max(10_000),
});

export const rulesDocumentSchema: z.ZodType<RulesDocument> = z.strictObject({ services: z.array(virtualServiceSchema).max(20_000) });

export const lineageSchema: z.ZodType<Lineage> = z.strictObject({
  director: z.string(),
  parent: known(z.string()),
  settled: z.int().nonnegative(),
});

export const rulesRevisionSchema: z.ZodType<RulesRevision> = z
  .strictObject({
    format: z.int().min(1).max(rulesFormat),
    writtenBy: z.string(),
    revision: z.int().min(1),
    digest: z.string(),
    author: z.string(),
    time: z.iso.datetime(),
    message: z.string(),
    lineage: lineageSchema.optional(),
    document: rulesDocumentSchema,
  })
  .refine((revision) => revision.digest === digestOf(revision.document), 'the digest is not that of the document');

export interface RevisionFacts {
  readonly revision: number;
  readonly writtenBy: string;
  readonly author: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly message: string;
  readonly lineage?: Lineage;
}

export const revisionOf = <Facts extends RevisionFacts>(
  document: RulesDocument,
  facts: Facts,
): Facts & Pick<RulesRevision, 'format' | 'digest' | 'document'> => ({
  format: rulesFormat,
  digest: digestOf(document),
  document,
  ...facts,
});

export const entryOf = ({ revision, digest, author, time, message, document }: RulesRevision, superseded: boolean): RevisionEntry => ({
  revision,
  digest,
  author,
  time,
  message,
  services: document.services.length,
  servers: document.services.reduce((sum, { servers }) => sum + servers.length, 0),
  superseded,
});

/**
 * Undefined when this version can read the value, or when it is no revision at all (then the schema says why). Else the
 * sentence to show: a newer version wrote something that this one could misread.
 */
export function newerFormat(value: unknown, version: string): string | undefined {
  const stated = z.object({ format: z.int(), writtenBy: z.string() }).safeParse(value);
  if (!stated.success || stated.data.format <= rulesFormat) return undefined;
  const { format, writtenBy } = stated.data;
  return `the rules are of format ${format}, written by vspair ${writtenBy}; this is vspair ${version}, which reads formats up to ${rulesFormat}`;
}

export type RevisionRead =
  | { readonly ok: true; readonly revision: RulesRevision }
  /** `newer`: it is not wrong, but of a format that this version does not know. */
  | { readonly ok: false; readonly newer: boolean; readonly detail: string };

/** A revision as it came from somewhere else. `version`: that of this vspair. */
export function readRevision(value: unknown, version: string): RevisionRead {
  const newer = newerFormat(value, version);
  if (newer !== undefined) return { ok: false, newer: true, detail: newer };
  const parsed = rulesRevisionSchema.safeParse(value);
  return parsed.success ? { ok: true, revision: parsed.data } : { ok: false, newer: false, detail: z.prettifyError(parsed.error) };
}
