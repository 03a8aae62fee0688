// Addresses in the kernel: what is there, and batches of additions, renewals and removals, told apart by their answers.
import type { Vip } from '../core/types.ts';
import { type AddressState, addressObject, type KernelFailure } from '../keeper/ports.ts';
import { encodeBatch, type NetlinkRequest } from '../wire/netlink.ts';
import { addressesRequest, decodeRouteNews, encodeHoldAddress, encodeReleaseAddress, type InterfaceAddress } from '../wire/rtnetlink.ts';
import type { LinkTable } from './linkTable.ts';
import type { NetlinkSocket } from './netlinkSocket.ts';

interface Write {
  readonly attempt: string;
  readonly encode: (address: InterfaceAddress) => NetlinkRequest;
  /** Errnos that say that the kernel is already as it should be. */
  readonly ordinary: readonly string[];
}

/** Throws SystemError. */
export function readAddresses(route: NetlinkSocket, links: LinkTable): readonly AddressState[] {
  links.refresh();
  return route.dump(addressesRequest).flatMap((message) => {
    const news = decodeRouteNews(message);
    const state = news.ok && news.value.type === 'address' ? addressState(news.value.address, links) : undefined;
    return state === undefined ? [] : [state];
  });
}

export function holdAddresses(
  route: NetlinkSocket,
  links: LinkTable,
  vips: readonly Vip[],
  leaseSeconds: number,
): readonly KernelFailure[] {
  const encode = (address: InterfaceAddress): NetlinkRequest => encodeHoldAddress(address, Math.ceil(leaseSeconds));
  return write(route, links, vips, { attempt: 'add address', encode, ordinary: ['EEXIST'] });
}

export function releaseAddresses(route: NetlinkSocket, links: LinkTable, vips: readonly Vip[]): readonly KernelFailure[] {
  return write(route, links, vips, { attempt: 'remove address', encode: encodeReleaseAddress, ordinary: ['EADDRNOTAVAIL', 'ENODEV'] });
}

/** An address as the keeper knows it; undefined when its interface is gone, and the address with it. */
export function addressState({ family, address, prefix, index }: InterfaceAddress, links: LinkTable): AddressState | undefined {
  const dev = links.nameOf(index);
  return dev === undefined ? undefined : { family, address, prefix, dev };
}

function write(
  route: NetlinkSocket,
  links: LinkTable,
  vips: readonly Vip[],
  { attempt, encode, ordinary }: Write,
): readonly KernelFailure[] {
  const placed: Vip[] = [];
  const requests: NetlinkRequest[] = [];
  const errnos = new Map<Vip, string>();
  for (const vip of vips) {
    const index = links.named(vip.dev)?.index;
    if (index === undefined) errnos.set(vip, 'ENODEV');
    else requests[placed.push(vip) - 1] = encode({ ...vip, index });
  }
  const answers = route.batch(encodeBatch(requests));
  for (const [position, vip] of placed.entries()) {
    const errno = answers.get(position + 1);
    if (errno !== undefined) errnos.set(vip, errno);
  }
  return [...errnos]
    .filter(([, errno]) => !ordinary.includes(errno))
    .map(([vip, errno]) => ({ object: addressObject(vip), attempt, errno }));
}
