// The rules as they come from a disk, a store or a socket: checked to be what document.ts says before anybody uses them.
// (What operators write is another form, see load.ts, with places in a file for every complaint.)
import { z } from 'zod';
import { parseAddress } from '../text/address.ts';
import { digestOf } from './digest.ts';
import type { RulesDocument, RulesRevision } from './document.ts';

const address = z.string().refine((text) => parseAddress(text)?.text === text, 'not a canonical IP address');
const port = z.int().min(0).max(65535);
const count = z.int().min(0).max(0x7fffffff);

/** JSON leaves out what is not known; the documents carry it as undefined. */
const known = <Schema extends z.ZodType>(schema: Schema) => schema.optional().transform((value) => value);

const realServerSchema = z.strictObject({
  address,
  port,
  weight: count,
  forward: z.enum(['dr', 'tun', 'nat']),
  upperThreshold: count,
  lowerThreshold: count,
});

const virtualServiceSchema = z.strictObject({
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  address,
  port,
  scheduler: z.string().regex(/^[a-z0-9_-]{1,15}$/),
  persistence: known(z.int().min(1).max(0x7fffffff)),
  persistenceNetmask: known(z.string().max(64)),
  onePacket: z.boolean(),
  servers: z.array(realServerSchema).max(10_000),
});

export const rulesDocumentSchema: z.ZodType<RulesDocument> = z.strictObject({ services: z.array(virtualServiceSchema).max(20_000) });

export const rulesRevisionSchema: z.ZodType<RulesRevision> = z
  .strictObject({
    revision: z.int().min(1),
    digest: z.string(),
    author: z.string(),
    time: z.iso.datetime(),
    message: z.string(),
    document: rulesDocumentSchema,
  })
  .refine((revision) => revision.digest === digestOf(revision.document), 'the digest is not that of the document');
