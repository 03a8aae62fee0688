// A real systemd on a host of the lab, to run services as an operator's machine does.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../src/errors/errno.ts';
import type { Host } from './host.ts';
import type { LabProcess } from './labProcess.ts';
import { namespacePrefix } from './leftovers.ts';
import { systemdScript, target } from './systemdScript.ts';

const repository = join(import.meta.dirname, '../..');

/** Where the machine sees a file of this repository. */
export const insideOf = (path: string): string => path.replace(repository, '/opt/vspair');

export interface FileOfMachine {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

export interface SystemdHost {
  /** Runs a program in the machine to its end. Returns what it wrote to stdout; throws with stderr when it failed. */
  exec(argv: readonly string[]): Promise<string>;
  /** Replaces a file of the machine. */
  write(file: FileOfMachine): Promise<void>;
  /** A property of a unit, as `systemctl show` has it. */
  property(unit: string, name: string): Promise<string>;
  /** What a unit has written to the journal. */
  journal(unit: string): Promise<string>;
  /** Switches the machine off. */
  close(): Promise<void>;
}

/** Resolves when systemd has come up, with the files laid over those of this machine. */
export async function bootSystemd(host: Host, files: readonly FileOfMachine[]): Promise<SystemdHost> {
  const place = mkdtempSync(join(tmpdir(), `${namespacePrefix}systemd-`));
  host.onClose(() => rmSync(place, { recursive: true, force: true }));
  const machine = { folder: join(place, 'machine'), files: join(place, 'files'), repository, name: basename(place) };
  for (const folder of [machine.folder, machine.files]) mkdirSync(folder);
  for (const file of [...files, { path: '/etc/hostname', text: `${host.name}\n` }]) layFile(machine.files, file);
  const shell = host.spawn(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', systemdScript(machine)]);
  const pid = await firstProcess(shell);
  const inside = machineOf(host, pid, shell);
  await until(shell, async () => (await inside.property(target, 'ActiveState').catch(() => '')) === 'active');
  return inside;
}

function layFile(folder: string, { path, text, mode = 0o644 }: FileOfMachine): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), mode);
}

function machineOf(host: Host, pid: number, shell: LabProcess): SystemdHost {
  const enter = ['nsenter', '--target', String(pid), ...['mount', 'pid', 'cgroup', 'ipc', 'uts'].map((kind) => `--${kind}`), '--'];
  const exec = (argv: readonly string[]): Promise<string> => host.exec([...enter, ...argv]);
  return {
    exec,
    async write({ path, text, mode = 0o644 }) {
      await exec(['sh', '-c', 'mkdir -p "$(dirname "$1")"; printf %s "$2" > "$1"; chmod "$3" "$1"', 'sh', path, text, mode.toString(8)]);
    },
    property: async (unit, name) => (await exec(['systemctl', 'show', '--value', '--property', name, unit])).trim(),
    journal: (unit) => exec(['journalctl', '--unit', unit, '--output', 'cat', '--no-pager']),
    async close() {
      if (shell.running) process.kill(pid, 'SIGKILL');
      await shell.exited;
    },
  };
}

/** The one that the shell started by way of `unshare`, once it has become systemd. */
async function firstProcess(shell: LabProcess): Promise<number> {
  let found: number | undefined;
  await until(shell, () => {
    found = childOf(childOf(shell.pid));
    return found !== undefined && programOf(found) === 'systemd';
  });
  return found ?? 0;
}

function childOf(pid: number | undefined): number | undefined {
  const [first = ''] = unlessGone(() => readFileSync(`/proc/${pid ?? 0}/task/${pid ?? 0}/children`, 'utf8'))?.split(' ') ?? [];
  return first === '' ? undefined : Number(first);
}

const programOf = (pid: number): string => basename(unlessGone(() => readlinkSync(`/proc/${pid}/exe`)) ?? '');

/** The shell's commands come and go. */
function unlessGone<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errnoOf(error))) return undefined;
    throw error;
  }
}

async function until(shell: LabProcess, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (!shell.running || performance.now() > deadline) throw new Error(`systemd did not come up:\n${shell.output}`);
    await sleep(20);
  }
}
