// Requests and replies as one line of JSON each: {id, method, params}, {id, result}, {id, error}, {id, progress}.
// The control socket and the peer channel speak the same.
import { z } from 'zod';
import { catalogue, type ErrorCode } from '../errors/catalogue.ts';

export type RpcErrorCode =
  /** The line is not a request. */
  | 'malformed'
  | 'too-long'
  | 'unknown-method'
  | 'bad-params'
  /** Too many requests of this connection are under way. */
  | 'busy'
  /** The method ran and says no; the message says why. */
  | 'refused'
  /** The method ran into something that it did not expect. */
  | 'failed';

export interface RpcError {
  readonly code: RpcErrorCode;
  readonly message: string;
  /** Which error of the catalogue it is, when it is one. */
  readonly errorCode?: ErrorCode | undefined;
}

/** Every answering side knows this method by itself: it is answered with null. */
export const pingMethod = 'ping';

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

/** `id` is undefined in the answer to a line of which not even the id could be read. */
export type Reply =
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly type: 'error'; readonly id: number | undefined; readonly error: RpcError };

const idSchema = z.int().nonnegative();
const errorCodes = ['malformed', 'too-long', 'unknown-method', 'bad-params', 'busy', 'refused', 'failed'] as const;
const errorCodeSchema = z.custom<ErrorCode>((value) => typeof value === 'string' && Object.hasOwn(catalogue, value));
const errorSchema = z.object({
  code: z.enum(errorCodes).catch('failed'),
  message: z.string(),
  errorCode: errorCodeSchema.optional().catch(undefined),
});

const requestSchema = z.object({ id: idSchema, method: z.string().max(64), params: z.unknown().optional() });
const replySchema = z.union([
  z.object({ id: idSchema.nullable(), error: errorSchema }),
  z.object({ id: idSchema, progress: z.json() }),
  z.object({ id: idSchema, result: z.unknown() }),
]);

export type RequestRead =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly id: number | undefined; readonly why: string };

export function readRequest(line: string): RequestRead {
  const value = parseJson(line);
  if (value === undefined) return { ok: false, id: undefined, why: 'not JSON' };
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return { ok: true, request: { params: undefined, ...parsed.data } };
  const id = z.object({ id: idSchema }).safeParse(value);
  return { ok: false, id: id.data?.id, why: complaint(parsed.error) };
}

/** Undefined when the line is not a reply. */
export function readReply(line: string): Reply | undefined {
  const parsed = replySchema.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const reply = parsed.data;
  if ('error' in reply) return { type: 'error', id: reply.id ?? undefined, error: reply.error };
  if ('progress' in reply) return { type: 'progress', id: reply.id, progress: reply.progress };
  return { type: 'result', id: reply.id, result: reply.result };
}

export const requestLine = (request: Request): string => `${JSON.stringify(request)}\n`;

export function replyLine(reply: Reply): string {
  switch (reply.type) {
    case 'result':
      return `${JSON.stringify({ id: reply.id, result: reply.result ?? null })}\n`;
    case 'progress':
      return `${JSON.stringify({ id: reply.id, progress: reply.progress ?? null })}\n`;
    case 'error':
      return `${JSON.stringify({ id: reply.id ?? null, error: reply.error })}\n`;
  }
}

/** What is wrong with a value, by the path inside it: "services.0.port: expected number". */
export function complaint(error: z.ZodError): string {
  return error.issues.map((issue) => (issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`)).join('; ');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
