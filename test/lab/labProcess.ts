// A long-running program of the lab, in a process group of its own so that it and all it started can be ended by pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { inNamespace } from './namespace.ts';
import { within } from './within.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Takes stdout as it comes; without it, stdout is read as lines. */
  readonly onBytes?: (bytes: Buffer) => void;
}

const forcing: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGSTOP', 'SIGCONT'] as const);

export class LabProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  /** Resolves when the process and its output have ended. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #stdoutLines: string[] = [];
  readonly #told = new EventEmitter().setMaxListeners(0);

  constructor(namespace: string, argv: readonly string[], { env, onBytes }: ProcessOptions = {}) {
    const [program = '', ...args] = argv;
    this.#child = inNamespace(namespace, () =>
      spawn(program, args, { env: labEnv(env), detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    // A program that is not there is told by the missing pid below; unheard, the event would end this process.
    this.#child.once('error', (cause) => void this.#lines.push(cause.message));
    if (this.#child.pid === undefined) throw new Error(`cannot start ${argv.join(' ')}`);
    this.pid = this.#child.pid;
    this.argv = argv;
    if (onBytes === undefined) this.#listen(this.#child.stdout, (line) => void this.#stdoutLines.push(line));
    else this.#child.stdout?.on('data', onBytes);
    this.#listen(this.#child.stderr);
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All that it wrote to stdout and stderr. */
  get output(): string {
    return this.#lines.join('\n');
  }

  /** Of that what it wrote to stdout: what a command tells programs, without what it tells people beside it. */
  get stdout(): string {
    return this.#stdoutLines.join('\n');
  }

  onLine(listener: (line: string) => void): void {
    this.#told.on('line', listener);
  }

  /** The first line, written already or still to come, that the pattern matches. */
  line(pattern: RegExp, timeoutMs = 10_000): Promise<string> {
    const complaint = (): string => `${this.argv.join(' ')} wrote no line ${pattern.source}:\n${this.output}`;
    const found = new Promise<string>((resolve, reject) => {
      const look = (line: string): void => {
        if (pattern.test(line)) resolve(line);
      };
      this.#lines.forEach(look);
      this.onLine(look);
      void this.exited.then(() => reject(new Error(complaint())));
    });
    return within(timeoutMs, complaint, found);
  }

  /** What forces goes to the whole process group, what asks to its leader. Nothing happens when it has ended. */
  signal(name: NodeJS.Signals): void {
    if (this.running) process.kill(forcing.has(name) ? -this.pid : this.pid, name);
  }

  async stop(name: NodeJS.Signals = 'SIGTERM', timeoutMs = 10_000): Promise<Exit> {
    this.signal(name);
    try {
      return await within(timeoutMs, () => `${this.argv.join(' ')} ignored ${name}:\n${this.output}`, this.exited);
    } catch (cause) {
      this.signal('SIGKILL');
      throw cause;
    }
  }

  #listen(stream: Readable | null, note?: (line: string) => void): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      note?.(line);
      this.#lines.push(line);
      this.#told.emit('line', line);
    });
  }
}

/** Neither the test runner's variables nor the user's: a program of the lab runs the same everywhere. */
export const labEnv = (env: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`,
  HOME: process.env['HOME'] ?? '/',
  LC_ALL: 'C.UTF-8',
  ...env,
});
