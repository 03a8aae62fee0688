// The asking side of one connection: sends requests, matches the replies, gives up in time. Every failure is an AskError
// with a reason, so that the caller can say what to do next.
import type { Duplex } from 'node:stream';
import { createLineCutter } from './lines.ts';
import { complaint, readReply, requestLine, type Reply, type RpcErrorCode } from './messages.ts';
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

  constructor(reason: AskFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly onProgress?: (value: unknown) => void;
}

export interface Asker<S extends Shapes> {
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
    if (reply.type === 'error' && reply.id === undefined) return loseAll(new AskError(reply.error.code, reply.error.message));
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
      return asked.reject(new AskError(reply.error.code, reply.error.message));
  }
}

const ignore = (): void => undefined;
