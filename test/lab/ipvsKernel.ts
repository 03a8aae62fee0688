// Where programs run that need IPVS: on this machine when its kernel has it, else in user-mode-linux.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { labEnv } from './labProcess.ts';
import { machineHasIpvs } from './machine.ts';
import { type GuestResult, type GuestRun, runInUserModeLinux } from './userModeLinux.ts';
import { within } from './within.ts';

export const runWithIpvs = (run: GuestRun): Promise<GuestResult> => (machineHasIpvs() ? runHere(run) : runInUserModeLinux(run));

async function runHere({ argv, env, timeoutMs = 120_000, onLine }: GuestRun): Promise<GuestResult> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { env: labEnv(env), stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    onLine?.(line);
  });
  try {
    await within(timeoutMs, () => `${argv.join(' ')} did not end:\n${lines.slice(-30).join('\n')}`, once(child, 'close'));
  } finally {
    child.kill('SIGKILL');
  }
  return { exitCode: child.exitCode ?? 1, output: lines.map((line) => `${line}\n`).join('') };
}
