// What this machine's kernel has: IPVS, modules, sysctls. By files alone: to ask the kernel for ip_vs would load it.
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename } from 'node:path';
import type { KernelSeen, ModulesSeen } from '../doctor/seen.ts';
import { sysctls } from '../kernel/sysctls.ts';

export const seeKernel = (): KernelSeen => ({
  release: release(),
  ipvs: existsSync('/proc/thread-self/net/ip_vs'),
  modules: seeModules(`/lib/modules/${release()}`),
  sysctl: (path) => sysctls.read(path),
});

/** `folder`: where the modules of the running kernel are installed. */
export function seeModules(folder: string): ModulesSeen {
  const loaded = linesOf('/proc/modules')?.map((line) => line.split(' ')[0] ?? '');
  const builtIn = linesOf(`${folder}/modules.builtin`)?.map(moduleOf);
  const files = linesOf(`${folder}/modules.dep`)?.map((line) => moduleOf(line.split(':')[0] ?? ''));
  return {
    present: loaded === undefined && builtIn === undefined ? undefined : new Set([...(loaded ?? []), ...(builtIn ?? [])]),
    installed: files === undefined ? undefined : new Set([...files, ...(builtIn ?? [])]),
    closed: sysctls.read('kernel/modules_disabled') === '1',
  };
}

/** kernel/net/netfilter/ipvs/ip_vs_rr.ko.xz, whose dashes the kernel spells as underscores. */
const moduleOf = (path: string): string =>
  basename(path)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_');

function linesOf(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    // No such file: the kernel takes no modules, or none are installed.
    return undefined;
  }
}
