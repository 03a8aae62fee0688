// A real kernel with IPVS on a machine that has none: user-mode-linux, booted on this machine's own file system to run one
// program. What the program writes into files stays; processes, network and kernel state are the guest's own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { guestBegins, guestEnds, guestScript } from './guestScript.ts';

export interface GuestRun {
  /** The program and its arguments; files by absolute path, as the guest sees the same file system. */
  readonly argv: readonly string[];
  /** The guest inherits no environment but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly memoryMb?: number;
  /** From boot to the program's end. */
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
}

export interface GuestResult {
  readonly exitCode: number;
  /** What the program wrote to stdout and stderr. */
  readonly output: string;
}

/** Rejects when the guest did not boot, panicked, or did not end in time; the message carries the end of its console. */
export async function runInUserModeLinux(run: GuestRun): Promise<GuestResult> {
  const folder = mkdtempSync(join(tmpdir(), 'vspair-uml-'));
  try {
    const status = join(folder, 'status');
    writeFileSync(join(folder, 'init'), guestScript({ argv: run.argv, env: run.env ?? {}, cwd: process.cwd(), status }), { mode: 0o755 });
    const output = await consoleOf(boot(folder, run.memoryMb ?? 768), run);
    return { exitCode: Number(readFileSync(status, 'utf8')), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function boot(folder: string, memoryMb: number): ChildProcess {
  const options = [
    `mem=${memoryMb}M`,
    'root=/dev/root rootfstype=hostfs rootflags=/ rw',
    `init=${join(folder, 'init')}`,
    'con=null con0=null,fd:1 ssl=null quiet',
    `uml_dir=${folder}/ umid=guest`,
  ];
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: memoryFolder(folder, memoryMb), ...preload(folder) };
  return spawn('linux.uml', options.join(' ').split(' '), { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
}

// The guest's memory is a file. Containers often have a /dev/shm of 64 MB, and a write past its end would kill the guest.
function memoryFolder(folder: string, memoryMb: number): string {
  if (!existsSync('/dev/shm')) return folder;
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize > memoryMb * 2 ** 20 ? '/dev/shm' : folder;
}

function preload(folder: string): Readonly<Record<string, string>> {
  if (!/\bamx_tile\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))) return {};
  const library = join(folder, 'ptrace.so');
  const options = ['-shared', '-fPIC', '-nostdlib', '-o', library, join(import.meta.dirname, 'ptrace.c')];
  execFileSync(compiler(), options, { stdio: ['ignore', 'ignore', 'inherit'] });
  return { LD_PRELOAD: library };
}

function compiler(): string {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return 'cc';
  } catch {
    return 'tcc';
  }
}

/** Reads the guest's console until its program ended, and ends the guest. */
async function consoleOf(guest: ChildProcess, run: GuestRun): Promise<string> {
  const gone = new Promise((resolve) => {
    guest.once('close', resolve);
  });
  const kill = (): void => killGroup(guest);
  process.once('exit', kill);
  try {
    return await programOutput(guest, run);
  } finally {
    kill();
    if (guest.pid !== undefined) await gone;
    process.off('exit', kill);
  }
}

function programOutput(guest: ChildProcess, { onLine, timeoutMs = 120_000 }: GuestRun): Promise<string> {
  const told: string[] = [];
  let begun = false;
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`user-mode-linux ${why}; the end of its console:\n${told.slice(-30).join('')}`));
    const timer = setTimeout(() => fail(`did not end within ${timeoutMs} ms`), timeoutMs);
    const hear = (line: string): void => {
      if (line === guestEnds) return resolve(told.join(''));
      if (begun) onLine?.(line);
      told.push(`${line}\n`);
      if (line !== guestBegins) return;
      begun = true;
      told.length = 0;
    };
    if (guest.stdout !== null) createInterface({ input: guest.stdout }).on('line', hear);
    guest.once('error', (cause) => fail(`cannot be started: ${cause.message}`));
    guest.once('close', () => {
      clearTimeout(timer);
      fail('went down before its program ended');
    });
  });
}

function killGroup(guest: ChildProcess): void {
  if (guest.pid === undefined || guest.exitCode !== null || guest.signalCode !== null) return;
  process.kill(-guest.pid, 'SIGKILL');
}
