// A director of the lab: the real daemon on a host of its own, asked over its real control socket.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectControl } from '../../src/control/client.ts';
import type { StatusReport } from '../../src/control/status.ts';
import type { Host } from './host.ts';
import type { Exit, LabProcess } from './labProcess.ts';
import { program } from './program.ts';

const repository = join(import.meta.dirname, '../..');

/** Directors of one run can talk to each other. */
const secret = `1:${randomBytes(32).toString('base64')}\n`;

/** A director that starts is held up by being asked all the time, above all in a guest with one CPU. */
const pollMs = 50;

/** Reading the sources is most of what a start costs; in a guest that is seconds. */
const compiledOnce = { NODE_COMPILE_CACHE: join(repository, 'node_modules/.cache/vspair-lab') };

export interface CommandResult {
  readonly exitCode: number | null;
  /** Of both streams. */
  readonly output: string;
  readonly stdout: string;
}

export class Director {
  readonly host: Host;
  /** Holds the configuration, the secret, the state directory and the socket. */
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: LabProcess;

  constructor(host: Host, folder: string, env: Readonly<Record<string, string>>) {
    this.host = host;
    this.folder = folder;
    this.#env = env;
    this.#process = this.#run();
  }

  get name(): string {
    return this.host.name;
  }

  get process(): LabProcess {
    return this.#process;
  }

  async status(): Promise<StatusReport> {
    const client = await connectControl(join(this.folder, 'socket'));
    try {
      return await client.ask('status', {});
    } finally {
      client.close();
    }
  }

  /** The first status report that satisfies, asked for again and again. */
  async until(satisfies: (status: StatusReport) => boolean, timeoutMs = 10_000): Promise<StatusReport> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const status = await this.#statusOrReason();
      if (typeof status !== 'string' && satisfies(status)) return status;
      if (!this.#process.running) throw new Error(`${this.name} has ended:\n${this.#process.output}`);
      if (performance.now() > deadline) throw new Error(`${this.name} after ${timeoutMs} ms: ${said(status)}\n${this.#process.output}`);
      await sleep(pollMs);
    }
  }

  /** Until the group (every group, without a name) is in this phase here. */
  untilPhase(phase: string, timeoutMs?: number): Promise<StatusReport> {
    return this.until(({ self }) => self.keeper.groups.every((group) => group.phase === phase), timeoutMs);
  }

  /** Runs `vspair` with these arguments for this director. */
  async command(...args: readonly string[]): Promise<CommandResult> {
    const run = this.host.spawn(this.#vspair(args), { env: compiledOnce });
    const { code } = await run.exited;
    return { exitCode: code, output: run.output, stdout: run.stdout };
  }

  /** Puts a rules file into use, as an operator does, in every kernel. Throws what the command complained about. */
  async applyRules(text: string): Promise<void> {
    const file = join(this.folder, 'rules.yaml');
    writeFileSync(file, text);
    const { exitCode, output } = await this.command('rules', 'apply', file, '--wait', '60s');
    if (exitCode !== 0) throw new Error(`rules apply: exit code ${String(exitCode)}:\n${output}`);
  }

  /** Ends the daemon; SIGTERM hands over first, SIGKILL is a crash of the process alone. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    return this.#process.stop(signal);
  }

  /** Starts the daemon again, with what it left on disk. */
  start(): void {
    this.#process = this.#run();
  }

  /** Its files; done when the cluster closes, too. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(): LabProcess {
    return this.host.spawn(this.#vspair(['run']), { env: { ...compiledOnce, ...this.#env } });
  }

  #vspair(args: readonly string[]): readonly string[] {
    const [config, state, socket] = ['vspair.yaml', 'state', 'socket'].map((name) => join(this.folder, name));
    const options = ['--config', config, '--node', this.name, '--state-dir', state, '--socket', socket];
    return [...program, ...args, ...options.map(String)];
  }

  async #statusOrReason(): Promise<StatusReport | string> {
    try {
      return await this.status();
    } catch (cause) {
      return String(cause);
    }
  }
}

const said = (status: StatusReport | string): string => (typeof status === 'string' ? status : JSON.stringify(status, null, 1));

/** Starts the daemon with this configuration, to which it adds where the secret is. Does not wait until it answers. */
export function startDirector(host: Host, config: string, env: Readonly<Record<string, string>> = {}): Director {
  const folder = mkdtempSync(join(tmpdir(), `vspair-lab-${host.name}-`));
  writeFileSync(join(folder, 'secret'), secret, { mode: 0o600 });
  writeFileSync(join(folder, 'vspair.yaml'), `${config}secretFile: ${join(folder, 'secret')}\n`);
  const director = new Director(host, folder, env);
  host.onClose(() => director.remove());
  return director;
}
