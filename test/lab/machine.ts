// What this machine's own kernel offers to the lab.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** True when ip_vs works in a fresh network namespace: then what needs IPVS runs here, else in user-mode-linux. */
export function machineHasIpvs(): boolean {
  answer ??= asked();
  return answer;
}

let answer: boolean | undefined;

function asked(): boolean {
  spawnSync('modprobe', ['-q', 'ip_vs'], { stdio: 'ignore' });
  // A container may see the module without the right to use it: only a namespace of one's own shows whether it works.
  return existsSync('/proc/net/ip_vs') && spawnSync('unshare', ['--net', 'cat', '/proc/net/ip_vs'], { stdio: 'ignore' }).status === 0;
}
