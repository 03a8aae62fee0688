// The asking side of one connection: sends requests, matches the replies, gives up in time. Every failure is an AskError
// with a reason, so that the caller can say what to do next.
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../errors/catalogue.ts';
import { createLineCutter } from './lines.ts';
import { complaint, pingMethod, type Reply, type RpcError, type RpcErrorCode, readReply, requestLine } from './messages.ts';
import type { Methods, Shapes } from './methods.ts';

export type AskFailure =
  | RpcErrorCode
  | 'timed-out'
  /** The connection ended before the answer came: whether the request was carried out is not known. */
  | 'connection-lost'
  /** The other side answers in a form that this version does not know. */
  | 'bad-answer';

export class AskError extends Error {
  override readonly name = 'AskError';
  readonly reason: AskFailure;
  readonly errorCode: ErrorCode | undefined;

  constructor(reason: AskFailure, message: string, errorCode?: ErrorCode) {
    super(message);
    this.reason = reason;
    this.errorCode = errorCode;
  }

  /** The catalogue's word for it. `silent` is the one for a side that does not answer. */
  codeOr(silent: ErrorCode): ErrorCode {
    return this.errorCode ?? codeOf(this.reason, silent);
  }
}

function codeOf(reason: AskFailure, silent: ErrorCode): ErrorCode {
  switch (reason) {
    case 'refused':
    case 'busy':
      return 'VSP_REFUSED';
    case 'failed':
      return 'VSP_UNEXPECTED';
    case 'timed-out':
    case 'connection-lost':
      return silent;
    case 'malformed':
    case 'too-long':
    case 'unknown-method':
    case 'bad-params':
    case 'bad-answer':
      return 'VSP_DAEMON_ANSWER';
  }
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly onProgress?: (value: unknown) => void;
}

export interface Asker<S extends Shapes> {
  /** Proves that the other side's main thread still answers. */
  ping(timeoutMs: number): Promise<void>;
  ask<Name extends keyof S & string>(method: Name, params: S[Name]['params'], options: AskOptions): Promise<S[Name]['result']>;
}

interface Pending {
  readonly progress: (value: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: AskError) => void;
}

export function askOn<S extends Shapes>(stream: Duplex, methods: Methods<S>, lineBytes: number): Asker<S> {
  const pending = new Map<number, Pending>();
  const cutter = createLineCutter(lineBytes);
  let nextId = 1;

  stream.on('data', (chunk: Buffer) => {
    const { lines, fault } = cutter.take(chunk);
    for (const line of lines) take(readReply(line));
    if (fault !== undefined) loseAll(new AskError('bad-answer', fault));
  });
  stream.on('error', (error) => loseAll(new AskError('connection-lost', error.message)));
  stream.on('close', () => loseAll(new AskError('connection-lost', 'connection closed')));

  function take(reply: Reply | undefined): void {
    if (reply === undefined) return loseAll(new AskError('bad-answer', 'not a reply'));
    if (reply.type === 'error' && reply.id === undefined) return loseAll(errorOf(reply.error));
    const asked = reply.id === undefined ? undefined : pending.get(reply.id);
    if (asked !== undefined) settle(asked, reply);
  }

  function loseAll(error: AskError): void {
    stream.destroy();
    const lost = [...pending.values()];
    pending.clear();
    for (const { reject } of lost) reject(error);
  }

  async function send(method: string, params: unknown, { timeoutMs, onProgress }: AskOptions): Promise<unknown> {
    if (stream.destroyed) throw new AskError('connection-lost', 'connection closed');
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    pending.set(id, { resolve, reject, progress: onProgress ?? ignore });
    const timer = setTimeout(() => reject(new AskError('timed-out', `no answer to ${method} within ${timeoutMs} ms`)), timeoutMs);
    stream.write(requestLine({ id, method, params }));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      pending.delete(id);
    }
  }

  return {
    async ping(timeoutMs) {
      await send(pingMethod, undefined, { timeoutMs });
    },
    async ask(method, params, options) {
      const parsed = methods[method].result.safeParse(await send(method, params, options));
      if (!parsed.success) throw new AskError('bad-answer', `${method}: ${complaint(parsed.error)}`);
      return parsed.data;
    },
  };
}

function settle(asked: Pending, reply: Reply): void {
  switch (reply.type) {
    case 'progress':
      return asked.progress(reply.progress);
    case 'result':
      return asked.resolve(reply.result);
    case 'error':
      return asked.reject(errorOf(reply.error));
  }
}

const errorOf = ({ code, message, errorCode }: RpcError): AskError => new AskError(code, message, errorCode);
const ignore = (): void => undefined;
