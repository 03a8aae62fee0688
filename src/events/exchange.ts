// How an event is numbered by the director that told it, and what directors ask of each other so that either of them can
// show what both told. What a later version adds to an event is kept, and a type that is unknown here is shown by its text.
import { z } from 'zod';
import { severities } from './catalogue.ts';
import type { DirectorEvent } from './event.ts';

/** A place in what one director told. `log` is another one after its disk was lost; numbers grow by one. */
export interface EventCursor {
  readonly log: string;
  readonly number: number;
}

export interface EventEntry extends EventCursor {
  readonly event: DirectorEvent;
}

export type EventExchangeShapes = {
  /** `from` has told something: answered when it was asked for and is here. Who missed it finds out at the next look. */
  eventsNew: { params: { readonly from: string }; result: null };
  /** What the asked director told after the cursor, at most `limit`, oldest first: from its oldest on when it does not know the cursor. */
  eventsAfter: { params: { readonly after: EventCursor | null; readonly limit: number }; result: readonly EventEntry[] };
};

/** What travels in one answer. */
export const entriesAtOnce = 200;

const told = z.looseObject({
  id: z.string().regex(/^[0-9a-f-]{36}$/),
  type: z.string().min(1).max(64),
  severity: z.enum(severities),
  time: z.iso.datetime(),
  cluster: z.string(),
  node: z.string(),
  group: z.string().nullable(),
  vrid: z.int().nullable(),
  peer: z.string().nullable(),
  reason: z.string().nullable(),
  evidence: z.looseObject({ links: z.array(z.looseObject({ link: z.int() })) }).nullable(),
  text: z.string(),
  trouble: z.looseObject({ key: z.string(), isOver: z.boolean() }).nullable(),
  phases: z.array(z.looseObject({ name: z.string(), afterMs: z.number() })),
  gapMs: z.number().nullable(),
});
const eventSchema = z.custom<DirectorEvent>((value) => told.safeParse(value).success, 'not an event');
const cursorSchema = z.object({ log: z.string().max(64), number: z.int().positive() });

export const entrySchema: z.ZodType<EventEntry> = cursorSchema.extend({ event: eventSchema });

export const eventExchangeSchemas = {
  eventsNew: { params: z.object({ from: z.string() }), result: z.null() },
  eventsAfter: {
    params: z.object({ after: cursorSchema.nullable(), limit: z.int().min(1).max(entriesAtOnce) }),
    result: z.array(entrySchema),
  },
};
