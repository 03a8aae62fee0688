// Schedulers are kernel modules. The kernel loads a missing one while it carries out the request that names it, in some
// milliseconds, for each such request anew when there is none: nothing that a takeover should wait for. So they are tried
// ahead, and what needs one that does not exist is not sent at all.
import type { KernelFailure } from '../keeper/ports.ts';
import { labelOf } from './compile.ts';
import { type KernelServices, serviceKey } from './kernelServices.ts';
import type { IpvsChange } from './plan.ts';

/** Those that the changes name and no service of the kernel uses, so that they may not be loaded. */
export function untriedSchedulers(kernel: KernelServices, changes: readonly IpvsChange[]): string[] {
  const used = new Set(kernel.map(({ service }) => service.scheduler));
  return [...new Set(changes.flatMap(schedulerOf))].filter((scheduler) => !used.has(scheduler));
}

/** `failures` is what the kernel would have answered to the changes that are left out. */
export function withoutSchedulers(
  changes: readonly IpvsChange[],
  missing: ReadonlySet<string>,
): { readonly changes: IpvsChange[]; readonly failures: KernelFailure[] } {
  const absent = new Set<string>();
  const kept: IpvsChange[] = [];
  const failures: KernelFailure[] = [];
  for (const change of changes) {
    const refused = schedulerOf(change).some((scheduler) => missing.has(scheduler));
    if (refused) failures.push({ object: labelOf(change), attempt: change.type === 'addService' ? 'add' : 'edit', errno: 'ENOENT' });
    else if (change.type === 'addServer' && absent.has(serviceKey(change.of)))
      failures.push({ object: labelOf(change), attempt: 'add', errno: 'ESRCH' });
    else kept.push(change);
    if (refused && change.type === 'addService') absent.add(serviceKey(change.service.id));
  }
  return { changes: kept, failures };
}

const schedulerOf = (change: IpvsChange): string[] =>
  change.type === 'addService' || change.type === 'editService' ? [change.service.scheduler] : [];
