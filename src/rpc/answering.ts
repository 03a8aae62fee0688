// The answering side of one connection: reads requests, runs their handlers, writes the replies. Whatever the asker does
// (nonsense, endless lines, never reading) costs only its own connection.
import type { Duplex } from 'node:stream';
import { VspairError } from '../errors/catalogue.ts';
import { createLineCutter, type LineFault } from './lines.ts';
import { pingMethod, type Reply, type Request, type RpcError, readRequest, replyLine } from './messages.ts';
import { type Answer, RpcRefusal } from './methods.ts';

export interface AnsweringLimits {
  readonly lineBytes: number;
  /** Requests of one connection that may be under way at once. */
  readonly calls: number;
  /** Replies that may wait for an asker that does not read them. */
  readonly unreadBytes: number;
}

/** A line holds the largest rules file, and its answer. */
export const answeringLimits: AnsweringLimits = { lineBytes: 16 * 1024 * 1024, calls: 16, unreadBytes: 32 * 1024 * 1024 };

export interface AnsweringOptions {
  readonly stream: Duplex;
  readonly answers: ReadonlyMap<string, Answer>;
  readonly limits: AnsweringLimits;
  /** A handler failed by our own mistake. */
  readonly onFailure: (method: string, error: unknown) => void;
}

export interface Answering {
  /** Requests under way. */
  underWay(): number;
}

export function answerOn({ stream, answers, limits, onFailure }: AnsweringOptions): Answering {
  const gone = new AbortController();
  const cutter = createLineCutter(limits.lineBytes);
  let underWay = 0;

  stream.on('data', (chunk: Buffer) => {
    const { lines, fault } = cutter.take(chunk);
    for (const line of lines) take(line);
    if (fault !== undefined) hangUp(fault);
  });
  stream.on('close', () => gone.abort());
  stream.on('error', () => stream.destroy());

  function take(line: string): void {
    const read = readRequest(line);
    if (!read.ok) return refuse(read.id, { code: 'malformed', message: read.why });
    if (read.request.method === pingMethod) return write({ type: 'result', id: read.request.id, result: null });
    const answer = answers.get(read.request.method);
    if (answer === undefined)
      return refuse(read.request.id, { code: 'unknown-method', message: `no method ${JSON.stringify(read.request.method)}` });
    if (underWay >= limits.calls) return refuse(read.request.id, { code: 'busy', message: `more than ${limits.calls} requests under way` });
    void run(read.request, answer);
  }

  async function run(request: Request, answer: Answer): Promise<void> {
    underWay += 1;
    const { id, method } = request;
    try {
      const call = { signal: gone.signal, progress: (progress: unknown) => write({ type: 'progress', id, progress }) };
      write({ type: 'result', id, result: await answer(request.params, call) });
    } catch (error) {
      const expected = error instanceof RpcRefusal || error instanceof VspairError;
      if (!expected) onFailure(method, error);
      refuse(id, errorOf(error));
    } finally {
      underWay -= 1;
    }
  }

  const refuse = (id: number | undefined, error: RpcError): void => write({ type: 'error', id, error });

  function write(reply: Reply): void {
    if (stream.destroyed || stream.writableEnded) return;
    stream.write(replyLine(reply));
    if (stream.writableLength > limits.unreadBytes) stream.destroy();
  }

  function hangUp(fault: LineFault): void {
    stream.pause();
    refuse(undefined, faultError(fault, limits));
    stream.end(() => stream.destroy());
  }

  return { underWay: () => underWay };
}

function faultError(fault: LineFault, limits: AnsweringLimits): RpcError {
  switch (fault) {
    case 'line-too-long':
      return { code: 'too-long', message: `line longer than ${limits.lineBytes} bytes` };
    case 'not-utf8':
      return { code: 'malformed', message: 'not UTF-8' };
  }
}

function errorOf(error: unknown): RpcError {
  if (error instanceof RpcRefusal) return { code: error.code, message: error.message };
  if (error instanceof VspairError) return { code: 'refused', message: error.message, errorCode: error.code };
  return { code: 'failed', message: error instanceof Error ? error.message : String(error) };
}
