// The control socket of the daemon: whoever may open the file (mode 0660) may command this director.
import { chmod, mkdir, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { type AnsweringLimits, answeringLimits, answerOn } from '../rpc/answering.ts';
import { type Answer, answersOf, type Handlers } from '../rpc/methods.ts';
import { type ControlShapes, controlMethods } from './protocol.ts';

export interface ControlServerOptions {
  readonly socket: string;
  readonly handlers: Handlers<ControlShapes>;
  /** A handler failed by our own mistake. */
  readonly onFailure: (method: string, error: unknown) => void;
  readonly limits?: Partial<AnsweringLimits & ConnectionLimits>;
}

export interface ConnectionLimits {
  readonly connections: number;
  /** A connection without traffic and without a request under way is closed after this time. */
  readonly idleMs: number;
}

export interface ControlServer {
  /** Stops listening, removes the socket and ends every connection. */
  close(): Promise<void>;
}

const connectionLimits: ConnectionLimits = { connections: 64, idleMs: 60_000 };
const mode = 0o660;
const lastReplyMs = 500;

/** Throws VspairError: VSP_ALREADY_RUNNING (a living daemon answers there), VSP_PERMISSION or VSP_STATE_DIR (no socket can be made). */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const limits = { ...answeringLimits, ...connectionLimits, ...options.limits };
  const answers = answersOf(controlMethods, options.handlers);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    converse(socket, answers, limits, options.onFailure);
  });
  server.maxConnections = limits.connections;
  await listen(server, options.socket);
  return { close: () => close(server, open) };
}

function converse(
  socket: Socket,
  answers: ReadonlyMap<string, Answer>,
  limits: AnsweringLimits & ConnectionLimits,
  onFailure: (method: string, error: unknown) => void,
): void {
  const answering = answerOn({ stream: socket, answers, limits, onFailure });
  socket.setTimeout(limits.idleMs, () => {
    if (answering.underWay() === 0) socket.destroy();
  });
}

async function listen(server: Server, path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await removeStale(path);
    await listening(server, path);
    await chmod(path, mode);
  } catch (cause) {
    if (cause instanceof VspairError) throw cause;
    const denied = errnoOf(cause) === 'EACCES' || errnoOf(cause) === 'EPERM';
    throw new VspairError({ code: denied ? 'VSP_PERMISSION' : 'VSP_STATE_DIR', object: path, attempt: 'open the control socket', cause });
  }
}

async function listening(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
  server.once('error', reject);
  server.listen(path, resolve);
  await promise;
  server.off('error', reject);
}

/** A daemon that was killed leaves its socket behind; connecting to it is refused by the kernel. */
async function removeStale(path: string): Promise<void> {
  const found = await inodeOf(path);
  if (found === undefined) return;
  if (!found.isSocket)
    throw new VspairError({
      code: 'VSP_STATE_DIR',
      object: path,
      attempt: 'open the control socket',
      detail: 'a file that is no socket is in its place',
    });
  if (await somebodyListens(path))
    throw new VspairError({
      code: 'VSP_ALREADY_RUNNING',
      object: path,
      attempt: 'open the control socket',
      detail: 'another daemon answers there',
    });
  // Another daemon may have replaced it since: only the one that was found dead is removed.
  if ((await inodeOf(path))?.inode === found.inode) await unlink(path);
}

async function inodeOf(path: string): Promise<{ readonly inode: number; readonly isSocket: boolean } | undefined> {
  try {
    const found = await stat(path);
    return { inode: found.ino, isSocket: found.isSocket() };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Only a refusal proves that nobody does: a living daemon with a full backlog answers EAGAIN. */
function somebodyListens(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect(path);
  probe.on('connect', () => resolve(true));
  probe.on('error', (error) => resolve(errnoOf(error) !== 'ECONNREFUSED' && errnoOf(error) !== 'ENOENT'));
  return promise.finally(() => probe.destroy());
}

async function close(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const { promise, resolve }: PromiseWithResolvers<void> = Promise.withResolvers();
  server.close(() => resolve());
  for (const socket of open) socket.destroySoon();
  // A client that does not read its last reply shall not hold up the daemon's end.
  const timer = setTimeout(() => destroyAll(open), lastReplyMs);
  await promise;
  clearTimeout(timer);
}

function destroyAll(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy();
}
