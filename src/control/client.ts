// The command line's side of the control socket: one connection for one command.
import { connect, type Socket } from 'node:net';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { AskError, type AskOptions, askOn } from '../rpc/asking.ts';
import { type ControlShapes, controlMethods } from './protocol.ts';

export interface ControlClient {
  /** Throws VspairError. */
  ask<Name extends keyof ControlShapes>(
    method: Name,
    params: ControlShapes[Name]['params'],
    options?: Partial<AskOptions>,
  ): Promise<ControlShapes[Name]['result']>;
  close(): void;
}

const replyBytes = 64 * 1024 * 1024;
const connectMs = 2000;
const answerMs = 10_000;

/** Throws VspairError: VSP_DAEMON_NOT_REACHABLE, VSP_PERMISSION. */
export async function connectControl(path: string): Promise<ControlClient> {
  const socket = await opened(path);
  const asker = askOn(socket, controlMethods, replyBytes);
  return {
    async ask(method, params, options) {
      try {
        return await asker.ask(method, params, { timeoutMs: answerMs, ...options });
      } catch (cause) {
        throw errorOf(path, method, cause);
      }
    },
    close: () => socket.destroy(),
  };
}

async function opened(path: string): Promise<Socket> {
  const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
  const socket = connect(path, resolve);
  const timer = setTimeout(() => reject(new Error(`no connection within ${connectMs} ms`)), connectMs);
  socket.once('error', reject);
  try {
    await promise;
    return socket;
  } catch (cause) {
    socket.destroy();
    throw unreachable(path, cause);
  } finally {
    clearTimeout(timer);
    socket.off('error', reject);
  }
}

function unreachable(path: string, cause: unknown): VspairError {
  const errno = errnoOf(cause);
  const facts = { object: path, attempt: 'reach the daemon', cause };
  if (errno === 'EACCES') return new VspairError({ ...facts, code: 'VSP_PERMISSION', detail: 'permission denied' });
  if (errno === 'ENOENT') return new VspairError({ ...facts, code: 'VSP_DAEMON_NOT_REACHABLE', detail: 'there is no such socket' });
  if (errno === 'ECONNREFUSED') return new VspairError({ ...facts, code: 'VSP_DAEMON_NOT_REACHABLE', detail: 'nobody answers on it' });
  return new VspairError({ ...facts, code: 'VSP_DAEMON_NOT_REACHABLE' });
}

function errorOf(path: string, method: string, cause: unknown): VspairError {
  if (!(cause instanceof AskError)) throw cause;
  return new VspairError({ code: cause.codeOr('VSP_DAEMON_NOT_REACHABLE'), object: path, attempt: `ask for ${method}`, cause });
}
