// The keeper's kernel: every socket is opened ahead, so that a takeover only writes.
import type { CompiledRules, KernelChange, KernelPort, LoadedPiece } from '../keeper/ports.ts';
import { failuresOf } from '../rules/failures.ts';
import { pieceAt } from '../wire/netlink.ts';
import { holdAddresses, readAddresses, releaseAddresses } from './addresses.ts';
import { Announcer } from './announcer.ts';
import { LinkTable } from './linkTable.ts';
import { Monitor } from './monitor.ts';
import { NETLINK_GENERIC, NETLINK_ROUTE, NetlinkSocket } from './netlinkSocket.ts';

export interface OpenKernelPort extends KernelPort {
  /** One listener. What happened since the port was opened is told too. */
  onChange(listener: (change: KernelChange) => void): void;
  /** Tells the listener what waits, before anything else is decided. */
  drainChanges(): void;
  close(): void;
}

/** Throws SystemError, EPERM without CAP_NET_ADMIN and CAP_NET_RAW. So do `links` and `addresses`. */
export function openKernelPort(): OpenKernelPort {
  const route = new NetlinkSocket(NETLINK_ROUTE);
  const generic = new NetlinkSocket(NETLINK_GENERIC);
  const announcer = new Announcer();
  const links = new LinkTable(route);
  const monitor = new Monitor(links);
  links.refresh();
  return {
    links: () => links.refresh(),
    addresses: () => readAddresses(route, links),
    holdAddresses: (vips, leaseSeconds) => holdAddresses(route, links, vips, leaseSeconds),
    releaseAddresses: (vips) => releaseAddresses(route, links, vips),
    announce: (vip) => announcer.announce(vip, links.named(vip.dev)),
    loadRules: (batch, from) => loadPiece(generic, batch, from),
    onChange: (listener) => monitor.listen(listener),
    drainChanges: () => monitor.drain(),
    close() {
      monitor.close();
      for (const open of [announcer, generic, route]) open.close();
    },
  };
}

/** About half a millisecond of a slow kernel: with thousands of services it looks through a long list for each request. */
const pieceMessages = 64;
const pieceBytes = 32 * 1024;

function loadPiece(generic: NetlinkSocket, { messages, labels }: CompiledRules, from: number): LoadedPiece {
  const { bytes } = pieceAt(messages, from, pieceMessages, pieceBytes);
  return { failures: failuresOf({ messages: bytes, labels }, generic.batch(bytes)), next: from + bytes.length };
}
