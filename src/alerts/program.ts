// A program of the operator's, run once. It has its own process group, so that whatever it started ends with it when its
// time is over.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../errors/message.ts';
import type { Delivery } from './delivery.ts';

export interface Program {
  readonly path: string;
  readonly words: readonly string[];
  /** Beside PATH, HOME, LANG and TZ, which are the daemon's. */
  readonly environment: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input: string;
}

const outputLimit = 2048;
/** Something the program left running may hold its output open; its own last words are read by then. */
const lastWordsMs = 100;

/** Done well is exit code 0. Always resolves. */
export async function runProgram(program: Program, timeoutMs: number, closing: AbortSignal): Promise<Delivery> {
  try {
    return await run(program, timeoutMs, closing);
  } catch (error) {
    // The system is out of processes or descriptors.
    return { ok: false, again: true, detail: `cannot start: ${messageOf(error)}` };
  }
}

async function run({ path, words, environment, input }: Program, timeoutMs: number, closing: AbortSignal): Promise<Delivery> {
  const limit = AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]);
  const env = { ...inherited(), ...environment };
  const child = spawn(path, words, { detached: true, cwd: '/', env, stdio: 'pipe' });
  const ended = endOf(child);
  const output = tailOf([child.stdout, child.stderr]);
  // A program that does not read its input is welcome too.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const kill = (): void => killGroup(child);
  limit.addEventListener('abort', kill, { once: true });
  const end = await ended;
  limit.removeEventListener('abort', kill);
  await Promise.race([output.closed, pause(lastWordsMs)]);
  for (const stream of child.stdio) stream?.destroy();
  return deliveryOf(end, output.text(), { timedOut: limit.aborted && !closing.aborted, timeoutMs });
}

type End =
  | { readonly started: true; readonly code: number | null; readonly signal: string | null }
  | { readonly started: false; readonly why: string };

function endOf(child: ChildProcess): Promise<End> {
  const { promise, resolve }: PromiseWithResolvers<End> = Promise.withResolvers();
  child.on('error', (error) => resolve({ started: false, why: error.message }));
  child.on('exit', (code, signal) => resolve({ started: true, code, signal }));
  return promise;
}

function deliveryOf(
  end: End,
  output: string,
  { timedOut, timeoutMs }: { readonly timedOut: boolean; readonly timeoutMs: number },
): Delivery {
  if (!end.started) return { ok: false, again: false, detail: end.why };
  if (end.code === 0) return { ok: true };
  const said = output === '' ? '' : `: ${output}`;
  if (timedOut) return { ok: false, again: true, detail: `killed: not done within ${timeoutMs} ms${said}` };
  return {
    ok: false,
    again: true,
    detail: `${end.code === null ? `ended by ${end.signal ?? 'a signal'}` : `exit code ${end.code}`}${said}`,
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: it ended in this moment.
  }
}

/** Nothing else: the daemon's environment may hold credentials. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ } = process.env;
  return Object.fromEntries(Object.entries({ PATH, HOME, LANG, TZ }).filter(([, value]) => value !== undefined));
}

/** What a program says last tells most. Everything is read, so that it never waits for us. */
function tailOf(streams: readonly Readable[]): { text(): string; readonly closed: Promise<unknown> } {
  let tail = Buffer.alloc(0);
  const closed = streams.map((stream) => {
    stream.on('data', (chunk: Buffer) => {
      tail = Buffer.concat([tail, chunk]).subarray(-outputLimit);
    });
    const over: PromiseWithResolvers<void> = Promise.withResolvers();
    stream.on('close', () => over.resolve());
    return over.promise;
  });
  return { text: () => tail.toString('utf8').trim(), closed: Promise.all(closed) };
}
