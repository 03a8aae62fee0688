// What became of a write of virtual IPs: which ones the kernel took, and what the election is to be told of the others.
import type { CoreEvent, Vip } from '../core/types.ts';
import { addressObject, type KernelFailure } from './ports.ts';
import { type VipOfGroup, vridsOf } from './vips.ts';

/** The addresses of a write that the kernel did not refuse: their notifications come later. */
export function taken(vips: readonly VipOfGroup[], failed: readonly KernelFailure[]): readonly Vip[] {
  const refused = new Set(failed.map((failure) => failure.object));
  return vips.map(({ vip }) => vip).filter((vip) => !refused.has(addressObject(vip)));
}

/** The groups whose addresses the kernel refused can tell the election so, each once. */
export function refusalsOf(vips: readonly VipOfGroup[], failed: readonly KernelFailure[]): readonly CoreEvent[] {
  return vridsOf(vips).flatMap((vrid): readonly CoreEvent[] => {
    const objects = new Set(vips.filter((one) => one.vrid === vrid).map(({ vip }) => addressObject(vip)));
    const details = failed.filter(({ object }) => objects.has(object)).map(({ object, errno }) => `${object}: ${errno}`);
    return details.length === 0 ? [] : [{ type: 'kernelWriteFailed', vrid, detail: details.join(', ') }];
  });
}
