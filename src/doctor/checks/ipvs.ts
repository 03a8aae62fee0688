// Does this kernel have IPVS, or can it get it?
import { type Check, note, ok, problem, type Verdict, warning } from '../check.ts';
import { standingOf } from '../modules.ts';
import type { MachineSeen } from '../seen.ts';

export const ipvs: Check<Pick<MachineSeen, 'kernel'>> = {
  id: 'ipvs',
  group: 'kernel',
  what: 'the module ip_vs: in the kernel, or to be had',
  why: 'without IPVS this director holds the virtual IPs and forwards nothing',
  fix: 'modprobe ip_vs; to have it at every boot: echo ip_vs > /etc/modules-load.d/vspair.conf',
  judge: ({ kernel }) => [verdictOn(kernel)],
};

function verdictOn(kernel: MachineSeen['kernel']): Verdict {
  if (kernel.ipvs) return ok(`the kernel (${kernel.release}) has ip_vs`);
  switch (standingOf('ip_vs', kernel.modules)) {
    case 'present':
      return warning('ip_vs is in the kernel and does not answer in this network namespace');
    case 'installed':
      return note('ip_vs is not loaded; the kernel loads it when the daemon starts');
    case 'closed':
      return problem('ip_vs is not loaded, and kernel.modules_disabled keeps modules out', {
        fix: 'echo ip_vs > /etc/modules-load.d/vspair.conf, then reboot',
      });
    case 'missing':
      return problem(`this kernel (${kernel.release}) has no ip_vs`, {
        fix: 'boot a kernel that has it (Debian: apt install linux-image-amd64), or install its modules',
      });
    case 'unknown':
      return problem(`this kernel (${kernel.release}) has no IPVS in it, and no list of modules`, {
        fix: 'modprobe ip_vs shows whether it can be had; else boot another kernel',
      });
  }
}
