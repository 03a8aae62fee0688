// Which virtual IPs the configuration names: what came with its newest change, and what went and is not released yet.
import type { GroupSpec } from '../core/types.ts';
import { addressKey, holds, type KernelView, type VipOfGroup } from './vips.ts';

export interface ConfiguredVips {
  readonly groups: readonly GroupSpec[];
  all(): readonly VipOfGroup[];
  change(groups: readonly GroupSpec[]): void;
  /** It came to its group with the newest configuration, and no intent was carried out since. */
  isFresh(one: VipOfGroup): boolean;
  /** The intent has been carried out with them. */
  settle(): void;
  /** What no group names any more and the kernel still holds. */
  left(view: KernelView): readonly VipOfGroup[];
}

export function createConfiguredVips(initial: readonly GroupSpec[]): ConfiguredVips {
  let groups = initial;
  let fresh: readonly VipOfGroup[] = [];
  let left: readonly VipOfGroup[] = [];

  const all = (): readonly VipOfGroup[] => groups.flatMap(({ vrid, vips }) => vips.map((vip) => ({ vrid, vip })));

  return {
    get groups() {
      return groups;
    },
    all,
    change(next) {
      const before = all();
      groups = next;
      const after = all();
      fresh = after.filter((one) => !before.some((other) => isSame(one, other)));
      left = [...left, ...before].filter(({ vip }) => !after.some((one) => addressKey(one.vip) === addressKey(vip)));
    },
    isFresh: (one) => fresh.some((other) => isSame(one, other)),
    settle() {
      fresh = [];
    },
    left(view) {
      left = left.filter(({ vip }) => holds(view, vip));
      return left;
    },
  };
}

const isSame = (one: VipOfGroup, other: VipOfGroup): boolean => one.vrid === other.vrid && addressKey(one.vip) === addressKey(other.vip);
