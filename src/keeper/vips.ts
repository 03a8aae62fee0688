// Which virtual IPs the kernel holds and which it should: the difference is what is to be written.
import type { GroupSpec, Intent, Vip, Vrid } from '../core/types.ts';
import type { AddressState, KernelChange, LinkState } from './ports.ts';

/** The kernel as last seen. Only what the configuration names is ever looked at. */
export interface KernelView {
  readonly links: ReadonlyMap<string, LinkState>;
  readonly addresses: ReadonlySet<string>;
}

export interface VipPlan {
  readonly add: readonly VipOfGroup[];
  readonly remove: readonly VipOfGroup[];
}

export interface VipOfGroup {
  readonly vrid: Vrid;
  readonly vip: Vip;
}

export const vridsOf = (vips: readonly VipOfGroup[]): readonly Vrid[] => [...new Set(vips.map(({ vrid }) => vrid))];

export const addressKey = (address: AddressState): string => `${address.dev} ${address.address}/${address.prefix}`;

export function viewOf(links: readonly LinkState[], addresses: readonly AddressState[]): KernelView {
  return { links: new Map(links.map((link) => [link.dev, link])), addresses: new Set(addresses.map(addressKey)) };
}

/** The view after a change; undefined when only a look at everything can tell. */
export function viewAfter(view: KernelView, change: KernelChange): KernelView | undefined {
  switch (change.type) {
    case 'link':
      return { ...view, links: new Map(view.links).set(change.link.dev, change.link) };
    case 'linkGone':
      return withoutDevice(view, change.dev);
    case 'addressAdded':
      return viewWith(view, [change.address]);
    case 'addressRemoved':
      return viewWithout(view, [change.address]);
    case 'overrun':
      return undefined;
  }
}

/** The view with these addresses; the same one when it has them all, as after a notification of our own write. */
export function viewWith(view: KernelView, addresses: readonly AddressState[]): KernelView {
  const news = addresses.map(addressKey).filter((key) => !view.addresses.has(key));
  return news.length === 0 ? view : { ...view, addresses: new Set([...view.addresses, ...news]) };
}

export function viewWithout(view: KernelView, addresses: readonly AddressState[]): KernelView {
  const gone = new Set(addresses.map(addressKey).filter((key) => view.addresses.has(key)));
  return gone.size === 0 ? view : { ...view, addresses: new Set([...view.addresses].filter((key) => !gone.has(key))) };
}

export function holds(view: KernelView, vip: Vip): boolean {
  return view.addresses.has(addressKey(vip));
}

export function planVips(groups: readonly GroupSpec[], intent: Intent, view: KernelView): VipPlan {
  const add: VipOfGroup[] = [];
  const remove: VipOfGroup[] = [];
  for (const group of groups) {
    const wanted = intent.groups.get(group.vrid) ?? 'keep';
    for (const vip of group.vips) {
      const held = holds(view, vip);
      if (wanted === 'hold' && !held) add.push({ vrid: group.vrid, vip });
      if (wanted === 'absent' && held) remove.push({ vrid: group.vrid, vip });
    }
  }
  return { add, remove };
}

/** The devices that carry virtual IPs and have no carrier, are down or do not exist. */
export function devicesDown(groups: readonly GroupSpec[], view: KernelView): readonly string[] {
  const devices = new Set(groups.flatMap((group) => group.vips.map((vip) => vip.dev)));
  return [...devices].filter((dev) => view.links.get(dev)?.up !== true);
}

/** What the election is told of the kernel when it begins, or when its groups change. */
export interface KernelWorld {
  /** Groups of which the kernel holds a virtual IP. */
  readonly holding: readonly Vrid[];
  readonly linksDown: readonly string[];
}

export function worldOf(groups: readonly GroupSpec[], view: KernelView): KernelWorld {
  const holding = groups.filter(({ vips }) => vips.some((vip) => holds(view, vip))).map(({ vrid }) => vrid);
  return { holding, linksDown: devicesDown(groups, view) };
}

function withoutDevice(view: KernelView, dev: string): KernelView {
  const links = new Map(view.links);
  links.delete(dev);
  return { links, addresses: new Set([...view.addresses].filter((key) => !key.startsWith(`${dev} `))) };
}
