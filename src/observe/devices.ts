// The interfaces and addresses of this machine, and what its neighbour table knows.
import { readFileSync } from 'node:fs';
import type { DeviceSeen, NeighbourSeen } from '../doctor/seen.ts';
import type { AddressState } from '../keeper/ports.ts';
import { readAddresses } from '../kernel/addresses.ts';
import { LinkTable } from '../kernel/linkTable.ts';
import { NETLINK_ROUTE, NetlinkSocket } from '../kernel/netlinkSocket.ts';
import { macText } from '../wire/address.ts';

export interface DevicesSeen {
  readonly devices: readonly DeviceSeen[];
  readonly addresses: readonly AddressState[];
}

/** Throws SystemError. */
export function seeDevices(): DevicesSeen {
  const route = new NetlinkSocket(NETLINK_ROUTE);
  try {
    const links = new LinkTable(route);
    const devices = links.refresh().map(({ dev, index, mac, up, mtu }) => ({ dev, index, mac: macText(mac), up, mtu }));
    return { devices, addresses: readAddresses(route, links) };
  } finally {
    route.close();
  }
}

/** IPv4, as /proc has them; those that nobody answered for are left out. */
export function seeNeighbours(): readonly NeighbourSeen[] {
  const [, ...rows] = readFileSync('/proc/thread-self/net/arp', 'utf8').split('\n');
  return rows.flatMap((row) => {
    const [address, , flags, mac] = row.split(/\s+/);
    return address === undefined || mac === undefined || flags === '0x0' ? [] : [{ address, mac }];
  });
}
