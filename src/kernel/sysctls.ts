// Sysctls of the network namespace of this process: numbers in files below /proc/sys, one or a few with single spaces.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import type { KernelFailure } from '../keeper/ports.ts';

/** `path` is below /proc/sys: `net/ipv4/vs/conntrack`. */
export interface Sysctls {
  /** Undefined when this kernel, or this namespace, does not have it. */
  read(path: string): string | undefined;
  write(path: string, value: string): KernelFailure | undefined;
}

export const sysctls: Sysctls = {
  read(path) {
    try {
      return readFileSync(join('/proc/sys', path), 'utf8').trim().replaceAll(/\s+/g, ' ');
    } catch {
      // Whatever keeps it from being read keeps it from being written too, and then it has a name.
      return undefined;
    }
  },
  write(path, value) {
    try {
      // Without O_CREAT, which /proc answers by EACCES: a sysctl that is not there is ENOENT.
      writeFileSync(join('/proc/sys', path), value, { flag: 'r+' });
      return undefined;
    } catch (error) {
      return { object: `sysctl ${path.replaceAll('/', '.')}`, attempt: 'set', errno: errnoOf(error) };
    }
  },
};
