// Does this kernel have the schedulers that the rules name?
import { type Check, faultsOr, note, ok, problem, type Verdict } from '../check.ts';
import { standingOf } from '../modules.ts';
import { schedulersOf } from '../rulesAspects.ts';
import type { DirectorSeen } from '../seen.ts';
import { notSeen } from '../unseen.ts';

export const schedulers: Check<Pick<DirectorSeen, 'rules' | 'kernel'>> = {
  id: 'schedulers',
  group: 'kernel',
  what: 'a module ip_vs_NAME for each scheduler of the rules',
  why: 'the kernel refuses a service whose scheduler it lacks, and clients of it are turned away',
  fix: 'modprobe ip_vs_NAME, or another scheduler in the rules',
  judge({ rules, kernel }) {
    if (!rules.known) return [notSeen(rules)];
    const named = rules.value === undefined ? [] : schedulersOf(rules.value);
    if (named.length === 0) return [ok('there are no rules yet that name one')];
    const verdicts = named.flatMap((name) => verdictOn(name, kernel));
    return faultsOr(verdicts, `${named.join(', ')}: in the kernel, or loaded when needed`);
  },
};

function verdictOn(name: string, { ipvs, modules }: DirectorSeen['kernel']): Verdict[] {
  switch (standingOf(`ip_vs_${name}`, modules)) {
    case 'present':
    case 'installed':
      return [];
    case 'closed':
      return [
        problem(`scheduler ${name} is not loaded, and kernel.modules_disabled keeps modules out`, {
          fix: `echo ip_vs_${name} >> /etc/modules-load.d/vspair.conf, then reboot`,
        }),
      ];
    case 'missing':
      return [problem(`this kernel has no scheduler ${name} (module ip_vs_${name})`)];
    case 'unknown':
      // Without IPVS that is what there is to repair first.
      return ipvs ? [note(`scheduler ${name}: the kernel does not list its modules`, { fix: `modprobe ip_vs_${name}` })] : [];
  }
}
