// Whether the kernel has a scheduler. Only a service makes it look for one, and load the module that is missing; so a
// service is made that no packet can reach, and removed at once.
import type { IpvsServiceId } from '../wire/ipvs.ts';
import { encodeIpvsRequest } from '../wire/ipvsRequest.ts';
import type { NetlinkSocket } from './netlinkSocket.ts';
import { SystemError } from './syscalls.ts';

/** No packet filter gives this mark. */
const id: IpvsServiceId = { by: 'mark', family: 4, mark: 0xffff_fffe };

/** `family`: the message type of IPVS. Throws SystemError when the kernel lets us make no service. */
export function tryScheduler(netlink: NetlinkSocket, family: number, scheduler: string): boolean {
  const service = { id, scheduler, flags: 0, timeout: 0, netmask: '255.255.255.255', engine: '' };
  try {
    netlink.request(encodeIpvsRequest({ command: 'newService', service }, family));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === 'ENOENT') return false;
    // Somebody has this very mark: his service stays, and the scheduler is tried by the rules themselves.
    if (error.code === 'EEXIST') return true;
    throw error;
  }
  netlink.request(encodeIpvsRequest({ command: 'delService', id }, family));
  return true;
}
